"""Confidence: intervals of shares, quantiles and means of requests that come in time blocks. Pure statistics.

Requests of one slow second are slow together, so n requests tell less than n independent ones. How much
less is measured over time blocks (the design effect), and exact binomial bounds are then taken at the
effective number:

- design effect of a share, by the linearised ratio estimator over blocks: W. G. Cochran, *Sampling
  Techniques* (3rd ed., 1977), sections 3.12 and 9A; at least 1, so that clustering never makes an interval
  narrower;
- few blocks: effective n is multiplied by (t of n-1 / t of blocks-1)², and the exact interval of C. J.
  Clopper and E. S. Pearson (Biometrika 26, 1934) is taken at it: E. L. Korn and B. I. Graubard, *Survey
  Methodology* 24 (1998), 193-201;
- quantiles by inversion of the interval of the share above a value: R. S. Woodruff, *JASA* 47 (1952),
  635-646.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, stdtrit

from harness.model.verdict import Interval
from harness.verdict.recording import Floats

LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
"""Chance that the truth lies beyond one end of an interval."""
MOST_NEEDED = 1e8
"""More requests than this are never asked for: the value is then too close to the limit to be proven."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests counted over blocks: how many independent ones they are worth, and by how much fewer that is."""

    size: float
    effective: float
    design_effect: float


def sample_of(hits: Floats, sizes: Floats) -> Sample | None:
    """What `sizes` requests a block, of which `hits` count (a share of them), are worth.

    None with fewer than two blocks that hold requests: nothing is then known of how they vary over time.
    """
    blocks = int(np.count_nonzero(sizes))
    if blocks < 2:
        return None
    size = float(sizes.sum())
    effect = design_effect(hits, sizes)
    t_of_size, t_of_blocks = stdtrit([max(size - 1, 1), blocks - 1], 1 - TAIL)
    return Sample(size, size / effect * min(1.0, float(t_of_size / t_of_blocks)) ** 2, effect)


def design_effect(hits: Floats, sizes: Floats) -> float:
    """Variance of the share hits/sizes over blocks, as a multiple of that of independent requests; at least 1."""
    blocks = int(np.count_nonzero(sizes))
    size = float(sizes.sum())
    share = float(hits.sum()) / size
    if blocks < 2 or share in (0.0, 1.0):
        return 1.0
    clustered = blocks / (blocks - 1) * float(((hits - share * sizes) ** 2).sum()) / size**2
    return max(1.0, clustered / (share * (1 - share) / size))


def share_bounds(hits: float, size: float) -> tuple[float, float]:
    """Exact (Clopper-Pearson) bounds of a share of `hits` among `size` independent ones; neither need be whole."""
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
    """Levels of the sample quantiles that bound the true q-quantile; None where the sample is too small for a bound.

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
    """The greatest x in [0, end] where `holds` (or, falling, the smallest), found by bisection; None without one."""
    near, far = (end * (1 - 1e-12), 0.0) if falling else (0.0, end)
    if not holds(near):
        return None
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if holds(middle) else (near, middle)
    return near


def size_to_prove(share: float, limit_share: float) -> float | None:
    """How many independent requests prove that a share is on the side of `limit_share` where `share` lies.

    None when they would be more than MOST_NEEDED: the two are too close.
    """

    def proves(size: float) -> bool:
        low, high = share_bounds(share * size, size)
        return high <= limit_share if share < limit_share else low > limit_share

    if share == limit_share:
        return None
    size = 1.0
    while not proves(size):
        size *= 2
        if size > MOST_NEEDED:
            return None
    low, high = size / 2, size
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if proves(middle) else (middle, high)
    return high


def requests_to_prove(
    hits: Floats, sizes: Floats, blocks_per_request: float, limit_share: float
) -> float | None:
    """How many requests, coming in time blocks like these, settle on which side of `limit_share` the share lies.

    `blocks_per_request` is how many time blocks pass per request at this rate. None as in `size_to_prove`.
    """
    independent = size_to_prove(float(hits.sum()) / float(sizes.sum()), limit_share)
    if independent is None:
        return None
    alike = independent * design_effect(hits, sizes)
    needed = alike
    while needed < alike * _few_blocks(needed * blocks_per_request):
        needed *= 1.05
    return needed


def _few_blocks(blocks: float) -> float:
    """By what factor few blocks lengthen the need for requests: (t of blocks-1 / its limit for many)²."""
    t_of_blocks, t_of_many = stdtrit([max(blocks - 1, 1), 1e9], 1 - TAIL)
    return float(t_of_blocks / t_of_many) ** 2


def mean_interval(sums: Floats, weights: Floats) -> Interval | None:
    """t-interval of sum(sums)/sum(weights) over blocks (ratio estimator); None with fewer than two blocks.

    For a rate the weights are seconds, for a mean latency they are numbers of requests.
    """
    error = mean_error(sums, weights)
    if error is None:
        return None
    mean = float(sums.sum() / weights.sum())
    reach = float(stdtrit(np.count_nonzero(weights) - 1, 1 - TAIL)) * error
    return Interval(low=mean - reach, high=mean + reach, level=LEVEL)


def mean_error(sums: Floats, weights: Floats) -> float | None:
    """Standard error of sum(sums)/sum(weights) over blocks; None with fewer than two blocks."""
    blocks = int(np.count_nonzero(weights))
    if blocks < 2:
        return None
    total = float(weights.sum())
    mean = float(sums.sum()) / total
    return float(np.sqrt(blocks / (blocks - 1) * ((sums - mean * weights) ** 2).sum())) / total
