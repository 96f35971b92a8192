"""Growth: does the memory of the target's largest worker grow, and does it go on growing? Pure.

The trend of the logarithm of the memory over time blocks (`trend`). A worker that fills its caches grows too,
but comes to an end; what leaks goes on. So the growth that counts is the lesser of two: that over the whole
stretch, and that over its second half, carried on over the whole.
"""

from __future__ import annotations

from math import expm1

import numpy as np

from harness.model.sla import Objective
from harness.model.units import show, show_seconds
from harness.verdict import trend
from harness.verdict.confidence import FEWEST_BLOCKS
from harness.verdict.drift import LONGER, drifted, uneven
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.recording import Floats, Spans
from harness.verdict.samples import samples_in, unseen
from harness.verdict.words import counted

FILES = ("evidence/resources.json", "evidence/resources.jsonl")
COLUMN = "target_rss_bytes"
BLOCK_S = 5.0
"""Memory is sampled once a second and hardly scatters, so blocks can be shorter than those of requests."""


def memory_growth(material: Material, objective: Objective) -> Measurement:
    """Relative growth of the largest worker's memory over the stretch, as far as its second half goes on."""
    if why := uneven(material.plan.schedule, objective.stage):
        return Measurement(missing=why, mend="name a stage of steady load", files=FILES)
    samples = samples_in(material, "resources", objective.stage)
    if isinstance(samples, Measurement):
        return samples
    spans = material.recording.spans(objective.stage)
    seconds = sum(end_s - start_s for start_s, end_s in spans)
    seen = [
        (t_s, size) for each in samples if (size := each.get(COLUMN)) and (t_s := each.get("t_s")) is not None
    ]
    if not seen:
        return unseen("resources", "memory of the target's workers")
    times = np.array([_passed_s(t_s, spans) for t_s, _ in seen])
    sizes = np.array([size for _, size in seen])
    if any(_blocks_seen(times, half, seconds) < FEWEST_BLOCKS for half in (0, 1)):
        least_s = show_seconds(2 * FEWEST_BLOCKS * BLOCK_S)
        why = f"{counted(len(seen), 'sample')} in {show_seconds(seconds)}, needs {least_s} of them"
        return Measurement(samples=len(seen), too_few=why, mend=LONGER, files=FILES)
    return _measured(times, sizes, seconds)


def _blocks_seen(times_s: Floats, half: int, seconds: float) -> int:
    """How many whole time blocks of the first (0) or second (1) half have a sample."""
    within = times_s[(times_s >= half * seconds / 2) & (times_s < (half + 1) * seconds / 2)]
    most = int(seconds / 2 / BLOCK_S + 1e-9)
    return min(most, len(np.unique((within - half * seconds / 2) // BLOCK_S)))


def _passed_s(t_s: float, spans: Spans) -> float:
    """Seconds of the spans that had passed at second `t_s` of the load, which lies in one of them."""
    return sum(min(t_s, end_s) - start_s for start_s, end_s in spans if start_s <= t_s)


def _measured(times_s: Floats, sizes: Floats, seconds: float) -> Measurement:
    """The growth from sizes in bytes, seen after `times_s` of `seconds`."""
    whole = _trend(times_s, sizes, seconds)
    late = times_s >= seconds / 2
    half = _trend(times_s[late] - seconds / 2, sizes[late], seconds / 2)
    growth, low, high = (
        expm1(min(over_all, 2 * over_half))
        for over_all, over_half in (
            (whole.change, half.change),
            (whole.low, half.low),
            (whole.high, half.high),
        )
    )
    quarter = seconds / 4
    first, last = np.median(sizes[times_s < quarter]), np.median(sizes[times_s >= 3 * quarter])
    hourly = float(sizes[0]) * growth / seconds * 3600
    detail = (
        f"{show(float(first), 'bytes')} in the first quarter, {show(float(last), 'bytes')} in the last, "
        f"{show(hourly, 'bytes')} an hour at the end"
    )
    return drifted(growth, low, high, seconds, len(sizes), detail, FILES)


def _trend(times_s: Floats, sizes: Floats, seconds: float) -> trend.Trend:
    """The widest trend of the logarithm of the median of each time block."""
    blocks = int(seconds / BLOCK_S + 1e-9)
    block_of = np.minimum((times_s / seconds * blocks).astype(np.intp), blocks - 1)
    found = []
    for factor in trend.factors(blocks):
        groups, number = trend.longer(blocks, factor)[block_of], blocks // factor
        chosen = (sizes[groups == group] for group in range(number))
        medians = np.array([np.log(np.median(each)) if len(each) else np.nan for each in chosen])
        if np.count_nonzero(~np.isnan(medians)) >= FEWEST_BLOCKS:
            found.append(trend.theil_sen(medians))
    return trend.widest(found)
