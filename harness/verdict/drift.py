"""Drift: did latencies or errors grow from the begin to the end of a stretch of steady load? Pure.

A latency counts as a multiple of its endpoint's median, so that the chance mix of endpoints in a block is no
drift, and no endpoint weighs more than its share of the requests. A latency below FLOOR_S counts as it:
nobody notices that 3 ms become 6 ms. The quantile of each time block is taken, and the trend of its logarithm
(`trend`): a change is a factor, told as a ratio above 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1

import numpy as np
from numpy.typing import NDArray

from harness.model.stage import Schedule
from harness.model.units import show, show_seconds
from harness.model.verdict import Interval
from harness.verdict import confidence, trend
from harness.verdict.measurement import Measurement
from harness.verdict.recording import BLOCK_S, Floats, Recording
from harness.verdict.traffic import samples_needed

FILES = ("series.jsonl",)
FLOOR_S = 0.05
FEWEST_PER_BLOCK = 5
"""Requests that the shortest block must hold on average; a quantile may need more."""
LONGER = "run it for longer"


@dataclass(frozen=True, slots=True)
class Latencies:
    """Judged latencies as multiples of their endpoint's median, each with its count and its time block."""

    ratios: Floats
    counts: Floats
    block_of: NDArray[np.intp]


def uneven(schedule: Schedule, stage: str | None) -> str:
    """Why a stage (None: all judged ones) is no stretch of steady load; empty when it is one."""
    chosen = [s for s in schedule.stages if (s.judged if stage is None else s.name == stage)]
    if len({level for each in chosen for level in (each.start_level, each.end_level)}) <= 1:
        return ""
    return "the load changes within the stretch; name a stage of steady load"


def latency_drift(q: float, recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """Relative change of the q-quantile of the judged latencies from begin to end of the stretch."""
    if why := uneven(recording.schedule, stage):
        return Measurement(missing=why, mend="name a stage of steady load", files=FILES)
    blocks = len(recording.blocks(endpoint, stage).seconds)
    total = recording.window(endpoint, stage).judged.total
    per_block = max(FEWEST_PER_BLOCK, samples_needed(q))
    factors = trend.factors(blocks, max(1, -(-per_block * blocks // max(total, 1))))
    seconds = sum(end_s - start_s for start_s, end_s in recording.spans(stage))
    if not factors:
        return _too_short(total, confidence.FEWEST_BLOCKS * per_block, seconds)
    latencies = _latencies(recording, endpoint, stage)
    found = trend.widest([_trend(latencies, q, blocks, factor) for factor in factors])
    told = _quarters(recording, q, endpoint, stage)
    return drifted(expm1(found.change), expm1(found.low), expm1(found.high), seconds, total, told)


def error_drift(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """Change of the share of failed requests from begin to end of the stretch, as a ratio of all requests."""
    if why := uneven(recording.schedule, stage):
        return Measurement(missing=why, mend="name a stage of steady load", files=FILES)
    blocks = recording.blocks(endpoint, stage)
    seconds, total = float(blocks.seconds.sum()), int(blocks.requests.sum())
    factors = [
        factor
        for factor in trend.factors(len(blocks.seconds))
        if np.count_nonzero(_sums(blocks.requests, factor)) >= confidence.FEWEST_BLOCKS
    ]
    if not factors:
        return _too_short(total, confidence.FEWEST_BLOCKS, seconds)
    if not blocks.failures.any():
        return Measurement(value=0.0, samples=total, detail="no failures", files=FILES)
    found = trend.widest(
        [trend.of_share(_sums(blocks.failures, factor), _sums(blocks.requests, factor)) for factor in factors]
    )
    return drifted(
        found.change,
        found.low,
        found.high,
        seconds,
        total,
        f"{int(blocks.failures.sum()):,} of {total:,} requests failed",
    )


def drifted(
    change: float,
    low: float,
    high: float,
    seconds: float,
    samples: int,
    detail: str,
    files: tuple[str, ...] = FILES,
) -> Measurement:
    """The measurement of a change; where not even a rise is proven, a broken limit is left in doubt."""
    interval = Interval(low=low, high=high, level=confidence.LEVEL)
    chance = f"such a change can be chance ({show(low, 'ratio')} to {show(high, 'ratio')} is possible)"
    return Measurement(
        value=change,
        samples=samples,
        interval=interval,
        has_confidence=True,
        needed=lambda _: f"needs a longer time than {show_seconds(seconds)}",
        doubtful="" if low > 0 else chance,
        detail=detail,
        files=files,
    )


def _too_short(total: int, needed: int, seconds: float) -> Measurement:
    least_s = confidence.FEWEST_BLOCKS * BLOCK_S
    why = f"{total:,} requests in {show_seconds(seconds)}, needs {needed:,} in {show_seconds(least_s)}"
    return Measurement(samples=total, too_few=why, mend=LONGER, files=FILES)


def _sums(values: Floats, factor: int) -> Floats:
    return np.bincount(trend.longer(len(values), factor), values).astype(np.float64)


def _latencies(recording: Recording, endpoint: str | None, stage: str | None) -> Latencies:
    names = recording.series.endpoints if endpoint is None else (endpoint,)
    parts = []
    for name in names:
        own, median_s = recording.blocks(name, stage), recording.window(name, stage).judged.quantile_s(0.5)
        if median_s is not None:
            floored = np.maximum(own.values_s, FLOOR_S) / max(median_s, FLOOR_S)
            parts.append((floored, own.counts, own.block_of))
    ratios, counts, block_of = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(ratios, kind="stable")
    return Latencies(ratios[order], counts[order], block_of[order])


def _trend(latencies: Latencies, q: float, blocks: int, factor: int) -> trend.Trend:
    groups = trend.longer(blocks, factor)[latencies.block_of]
    return trend.theil_sen(np.log(_quantiles(latencies, q, groups, blocks // factor)))


def _quantiles(latencies: Latencies, q: float, groups: NDArray[np.intp], number: int) -> Floats:
    """The upper nearest-rank q-quantile of each group of latencies (in ascending order); NaN of none."""
    order = np.argsort(groups, kind="stable")
    counts = latencies.counts[order]
    seen = np.cumsum(counts)
    totals = np.bincount(groups, latencies.counts, number)
    ranks = np.maximum(1, np.ceil(q * totals - 1e-9)) + np.concatenate([[0.0], np.cumsum(totals)[:-1]])
    places = np.minimum(np.searchsorted(seen, ranks - 0.5), len(seen) - 1)
    return np.where(totals > 0, latencies.ratios[order][places], np.nan)


def _quarters(recording: Recording, q: float, endpoint: str | None, stage: str | None) -> str:
    """What the quantile was in the first and in the last quarter of the stretch, for the sentence."""
    if endpoint is None:
        return "each endpoint against its own median"
    own = recording.blocks(endpoint, stage)
    order = np.argsort(own.values_s, kind="stable")
    plain = Latencies(own.values_s[order], own.counts[order], own.block_of[order])
    first, *_, last = _quantiles(plain, q, plain.block_of * 4 // len(own.seconds), 4)
    told = f"{show_seconds(first)} in the first quarter, {show_seconds(last)} in the last"
    return told if min(first, last) >= FLOOR_S else f"{told}, less than {show_seconds(FLOOR_S)} counts as it"
