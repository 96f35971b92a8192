"""Power: how many requests would settle on which side of a limit the truth lies. Pure statistics.

Settled means two things, if the truth is what was seen: an interval of so many requests clears the limit,
and the point estimate of so many falls on the wrong side in at most WRONG_SIDE of the runs. What simulated
runs show at the numbers stated here, and below them, is recorded in `benchmarks/error_rates.md`.
"""

from __future__ import annotations

from scipy.special import betainc, ndtri, stdtrit

from harness.verdict import confidence
from harness.verdict.recording import Floats

MOST_NEEDED = 1e8
"""More requests than this are never asked for: the value is then too close to the limit to be proven."""

WRONG_SIDE = 0.001
"""A tenth of the 1 % that is promised: clustered requests have longer tails than the binomial one."""
CLEARANCE = float(ndtri(WRONG_SIDE) / ndtri(confidence.TAIL))
"""By how much a mean must be further from its limit than its interval reaches."""


def size_to_prove(share: float, limit_share: float) -> float | None:
    """How many independent requests prove that a share is on the side of `limit_share` where `share` lies.

    None when they would be more than MOST_NEEDED: the two are too close.
    """

    def proves(size: float) -> bool:
        low, high = confidence.share_bounds(share * size, size)
        clear = high <= limit_share if share < limit_share else low > limit_share
        return clear and _wrong_side(share, limit_share, size) <= WRONG_SIDE

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


def _wrong_side(share: float, limit_share: float, size: float) -> float:
    """Chance that the share among `size` independent ones lies beyond the limit (binomial tail)."""
    at_limit = limit_share * size
    if share < limit_share:
        return float(betainc(at_limit, size - at_limit + 1, share)) if at_limit else 1.0
    return float(betainc(size - at_limit, at_limit + 1, 1 - share)) if at_limit < size else 1.0


def requests_to_prove(
    hits: Floats, sizes: Floats, blocks_per_request: float, limit_share: float
) -> float | None:
    """How many requests, in time blocks like these, settle on which side of `limit_share` the share lies.

    `blocks_per_request` is how many time blocks pass per request at this rate. None as in `size_to_prove`.
    """
    independent = size_to_prove(float(hits.sum()) / float(sizes.sum()), limit_share)
    if independent is None:
        return None
    alike = independent * confidence.design_effect(hits, sizes)
    needed = alike
    while needed < alike * _few_blocks(needed * blocks_per_request):
        needed *= 1.05
    return needed


def requests_for_mean(sums: Floats, weights: Floats, requests: float, limit: float) -> float | None:
    """How many requests, in time blocks like these, settle on which side of `limit` a mean lies.

    `requests` is how many there were in them. None with fewer than two blocks, and as in `size_to_prove`.
    """
    reach = confidence.mean_reach(sums, weights)
    distance = abs(float(sums.sum() / weights.sum()) - limit)
    if reach is None or reach**2 * requests > MOST_NEEDED * distance**2:
        return None
    return requests * (CLEARANCE * reach / distance) ** 2


def _few_blocks(blocks: float) -> float:
    """By what factor few blocks lengthen the need for requests: (t of blocks-1 / its limit for many)²."""
    t_of_blocks, t_of_many = stdtrit([max(blocks - 1, 1), 1e9], 1 - confidence.TAIL)
    return float(t_of_blocks / t_of_many) ** 2
