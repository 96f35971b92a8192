"""Confidence: intervals of shares, quantiles and means of requests that come in time blocks. Pure statistics.

Requests of one slow second are slow together, so n requests tell less than n independent ones. How much
less is measured over time blocks (the design effect), and exact binomial bounds are then taken at the
effective number:

- design effect of a share, by the linearised ratio estimator over blocks: W. G. Cochran, *Sampling
  Techniques* (3rd ed., 1977), sections 3.12 and 9A; at least 1, so that clustering never makes an interval
  narrower; and the most of blocks of 10, 20, 40 … s (as long as six are left), because a disturbance that is
  longer than a block makes neighbours alike (compare batch means: G. S. Fishman, *Management Science* 24,
  1978);
- few blocks: effective n is multiplied by (t of n-1 / t of blocks-1)², and the exact interval of C. J.
  Clopper and E. S. Pearson (Biometrika 26, 1934) is taken at it: E. L. Korn and B. I. Graubard, *Survey
  Methodology* 24 (1998), 193-201;
- quantiles by inversion of the interval of the share above a value: R. S. Woodruff, *JASA* 47 (1952),
  635-646.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, stdtrit

from harness.model.verdict import Interval
from harness.verdict.recording import Floats

LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
"""Chance that the truth lies beyond one end of an interval."""
FEWEST_BLOCKS = 6
"""Blocks are merged into longer ones down to this number, below which their spread says little."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests counted over blocks: how many, and how many independent ones they are worth."""

    size: float
    effective: float


def sample_of(hits: Floats, sizes: Floats) -> Sample | None:
    """What `sizes` requests a block, of which `hits` count (a share of them), are worth.

    The least of what they are worth at each block length. None with fewer than two blocks that hold requests:
    nothing is then known of how they vary over time.
    """
    if np.count_nonzero(sizes) < 2:
        return None
    size = float(sizes.sum())
    return Sample(size, min(_effective(*merged) for merged in _merged(hits, sizes)))


def _effective(hits: Floats, sizes: Floats) -> float:
    blocks, size = np.count_nonzero(sizes), float(sizes.sum())
    t_of_size, t_of_blocks = stdtrit([max(size - 1, 1), blocks - 1], 1 - TAIL)
    return size / _design_effect(hits, sizes) * min(1.0, float(t_of_size / t_of_blocks)) ** 2


def design_effect(hits: Floats, sizes: Floats) -> float:
    """Variance of hits/sizes, as a multiple of that of independent requests: the most of any block length."""
    return max(_design_effect(*merged) for merged in _merged(hits, sizes))


def _design_effect(hits: Floats, sizes: Floats) -> float:
    blocks = int(np.count_nonzero(sizes))
    size = float(sizes.sum())
    share = float(hits.sum()) / size
    if blocks < 2 or share in (0.0, 1.0):
        return 1.0
    clustered = blocks / (blocks - 1) * float(((hits - share * sizes) ** 2).sum()) / size**2
    return max(1.0, clustered / (share * (1 - share) / size))


def _merged(first: Floats, second: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Two figures a block, as they are and over ever two neighbours merged while FEWEST_BLOCKS remain.

    A disturbance that is longer than a block makes neighbours alike, which only longer blocks can show.
    """
    yield first, second
    while len(first) >= 2 * FEWEST_BLOCKS:
        edges = np.arange(0, len(first) - 1, 2)
        first, second = np.add.reduceat(first, edges), np.add.reduceat(second, edges)
        yield first, second


def share_bounds(hits: float, size: float) -> tuple[float, float]:
    """Exact (Clopper-Pearson) bounds of the share hits/size of independent ones; neither need be whole."""
    low = float(betaincinv(hits, size - hits + 1, TAIL)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, size - hits, 1 - TAIL)) if hits < size else 1.0
    return low, high


def share_interval(hits: Floats, sizes: Floats) -> Interval | None:
    """Interval of the share hits/sizes; None with fewer than two blocks."""
    sample = sample_of(hits, sizes)
    if sample is None:
        return None
    share = float(hits.sum()) / sample.size
    low, high = share_bounds(share * sample.effective, sample.effective)
    return Interval(low=low, high=high, level=LEVEL)


def quantile_levels(q: float, effective: float) -> tuple[float | None, float | None]:
    """Levels of the sample quantiles that bound the true q-quantile; None where the sample is too small.

    The upper one leaves the greatest share of samples above it of which an exact upper bound is still 1 -
    q; the lower one the smallest share of which an exact lower bound is 1 - q.
    """
    over = 1 - q
    most = _crossing(
        lambda hits: float(betainc(hits + 1, effective - hits, over)) >= 1 - TAIL, effective * over
    )
    least = _crossing(
        lambda hits: float(betainc(effective - hits + 1, hits, q)) >= 1 - TAIL, effective, falling=True
    )
    high = None if most is None else 1 - most / effective
    low = None if least is None else max(0.0, 1 - least / effective)
    return low, high


def _crossing(holds: Callable[[float], bool], end: float, *, falling: bool = False) -> float | None:
    """The greatest x in [0, end] that `holds` (falling: the smallest), by bisection; None without one."""
    near, far = (end * (1 - 1e-12), 0.0) if falling else (0.0, end)
    if not holds(near):
        return None
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if holds(middle) else (near, middle)
    return near


def mean_interval(sums: Floats, weights: Floats) -> Interval | None:
    """t-interval of sum(sums)/sum(weights) over blocks (ratio estimator); None with fewer than two blocks.

    For a rate the weights are seconds, for a mean latency they are numbers of requests.
    """
    reach = mean_reach(sums, weights)
    if reach is None:
        return None
    mean = float(sums.sum() / weights.sum())
    return Interval(low=mean - reach, high=mean + reach, level=LEVEL)


def mean_reach(sums: Floats, weights: Floats) -> float | None:
    """Half the width of the t-interval of sum(sums)/sum(weights); the widest of any block length."""
    if np.count_nonzero(weights) < 2:
        return None
    return max(_reach(*merged) for merged in _merged(sums, weights))


def _reach(sums: Floats, weights: Floats) -> float:
    blocks, total = int(np.count_nonzero(weights)), float(weights.sum())
    squares = float(((sums - float(sums.sum()) / total * weights) ** 2).sum())
    return float(stdtrit(blocks - 1, 1 - TAIL)) * float(np.sqrt(blocks / (blocks - 1) * squares)) / total
