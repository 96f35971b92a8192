"""Power: how many requests would settle on which side of a limit the truth lies. Pure statistics."""

from __future__ import annotations

from scipy.special import stdtrit

from harness.verdict import confidence
from harness.verdict.recording import Floats

MOST_NEEDED = 1e8
"""More requests than this are never asked for: the value is then too close to the limit to be proven."""


def size_to_prove(share: float, limit_share: float) -> float | None:
    """How many independent requests prove that a share is on the side of `limit_share` where `share` lies.

    None when they would be more than MOST_NEEDED: the two are too close.
    """

    def proves(size: float) -> bool:
        low, high = confidence.share_bounds(share * size, size)
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


def _few_blocks(blocks: float) -> float:
    """By what factor few blocks lengthen the need for requests: (t of blocks-1 / its limit for many)²."""
    t_of_blocks, t_of_many = stdtrit([max(blocks - 1, 1), 1e9], 1 - confidence.TAIL)
    return float(t_of_blocks / t_of_many) ** 2
