"""Trend: how a figure changed over a stretch of time blocks, with an interval. Pure statistics.

The change is the median of the slopes between all pairs of blocks (H. Theil, *Proc. KNAW* 53, 1950), which
single bad blocks do not move; its interval holds the slopes in the middle (P. K. Sen, *JASA* 63, 1968,
1379-1389). Sen's interval takes blocks as independent. Blocks that follow each other are not, when a
disturbance lasts longer than one: so the interval is the widest over blocks of ever twice the length, down
to FEWEST_BLOCKS of them (compare `confidence`, and batch means: G. S. Fishman, *Management Science* 24,
1978). A disturbance that lasts as long as the stretch itself is a trend for all that can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from harness.verdict.confidence import FEWEST_BLOCKS, TAIL
from harness.verdict.recording import Floats

MOST_BLOCKS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Change of a figure from the begin to the end of a stretch, in the figure's unit."""

    change: float
    low: float
    high: float


def widest(trends: Sequence[Trend]) -> Trend:
    """The change of the first of several trends of the same stretch, with all their intervals in one."""
    return Trend(
        change=trends[0].change,
        low=min(trend.low for trend in trends),
        high=max(trend.high for trend in trends),
    )


def theil_sen(values: Floats) -> Trend:
    """Trend of one value a block (NaN: the block has none); needs FEWEST_BLOCKS values.

    With n blocks the interval leaves out as many slopes at each end as Kendall's statistic exceeds by chance
    in a share of TAIL, by the normal approximation (for six blocks it leaves out the same as the exact one).
    """
    known = np.flatnonzero(~np.isnan(values))
    first, second = np.triu_indices(len(known), 1)
    spans = (known[second] - known[first]) / len(values)
    slopes = np.sort((values[known[second]] - values[known[first]]) / spans)
    n = len(known)
    middle = float(-ndtri(TAIL)) * np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    left_out = max(0, int((len(slopes) - middle) / 2) - 1)
    return Trend(
        change=float(np.median(slopes)),
        low=float(slopes[left_out]),
        high=float(slopes[len(slopes) - 1 - left_out]),
    )


def of_share(hits: Floats, sizes: Floats) -> Trend:
    """Trend of the share hits/sizes: least squares over blocks, weighted by their sizes, with a t-interval.

    For shares that are mostly 0, of which the median slope is 0. Needs FEWEST_BLOCKS blocks with requests.
    """
    known = sizes > 0
    weights, blocks = sizes[known], int(known.sum())
    shares = hits[known] / weights
    times = (np.flatnonzero(known) + 0.5) / len(sizes)
    centred = times - np.average(times, weights=weights)
    squares = float((weights * centred**2).sum())
    slope = float((weights * centred * shares).sum()) / squares
    rest = shares - np.average(shares, weights=weights) - slope * centred
    variance = float((weights * rest**2).sum()) / (blocks - 2) / squares
    reach = float(stdtrit(blocks - 2, 1 - TAIL) * np.sqrt(variance))
    return Trend(change=slope, low=slope - reach, high=slope + reach)


def factors(blocks: int, least: int = 1) -> list[int]:
    """How many blocks are merged into one, from `least` on ever twice as many while FEWEST_BLOCKS remain.

    At once so many that there are at most MOST_BLOCKS, of which all pairs are looked at.
    """
    least, found = max(least, -(-blocks // MOST_BLOCKS)), []
    while blocks // least >= FEWEST_BLOCKS:
        found.append(least)
        least *= 2
    return found


def longer(blocks: int, factor: int) -> NDArray[np.intp]:
    """The number of the longer block that each block goes into; a rest goes into the last one."""
    return np.minimum(np.arange(blocks) // factor, blocks // factor - 1)
