"""Metrics of the traffic: latencies, errors, throughput, counted from the series. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

from harness.model.histogram import Histogram
from harness.model.series import Window
from harness.model.units import show_seconds
from harness.model.verdict import Interval
from harness.verdict import confidence, power
from harness.verdict.measurement import Measurement
from harness.verdict.recording import Blocks, Floats, Recording
from harness.verdict.words import about, counted

FILES = ("series.jsonl",)
MORE = "run longer, or give the endpoint more weight in the traffic"

OfTraffic = Callable[[Recording, str | None, str | None], Measurement]


def samples_needed(q: float) -> int:
    """The fewest samples of which a q-quantile is judged: one of them must be expected above it."""
    return max(2, ceil(round(1 / (1 - q), 6)))


def quantile(q: float, recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """The q-quantile of the judged latencies, in seconds."""
    judged = recording.window(endpoint, stage).judged
    needed = samples_needed(q)
    value = judged.quantile_s(q)
    if value is None or judged.total < needed:
        return _too_few(judged.total, needed)
    blocks = recording.blocks(endpoint, stage)
    sample = confidence.sample_of(blocks.above(value), blocks.judged())
    return Measurement(
        value=value,
        samples=judged.total,
        interval=None if sample is None else _quantile_interval(judged, q, sample.effective),
        has_confidence=True,
        needed=lambda limit: _needed_for_share(blocks.above(limit), blocks.judged(), blocks, 1 - q),
        files=FILES,
    )


def mean(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """The mean of the judged latencies, in seconds."""
    judged = recording.window(endpoint, stage).judged
    if judged.total < 2:
        return _too_few(judged.total, 2)
    blocks = recording.blocks(endpoint, stage)
    return _over_blocks(blocks.latency_sums_s(), blocks.judged(), blocks, judged.total)


def maximum(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """The longest judged latency, in seconds."""
    judged = recording.window(endpoint, stage).judged
    if not judged.total:
        return _too_few(0, 1)
    return Measurement(value=judged.max_s, samples=judged.total, files=FILES)


def error_rate(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """The share of requests that failed."""
    window = recording.window(endpoint, stage)
    if not window.requests:
        return _too_few(0, 1)
    blocks = recording.blocks(endpoint, stage)
    return Measurement(
        value=window.error_ratio,
        samples=window.requests,
        interval=confidence.share_interval(blocks.failures, blocks.requests),
        has_confidence=True,
        needed=lambda limit: _needed_for_share(blocks.failures, blocks.requests, blocks, limit),
        detail=f"{window.failures:,} of {counted(window.requests, 'request')}{_main_cause(window)}",
        files=FILES,
    )


def throughput(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """Requests answered right, per second of the planned window."""
    window = recording.window(endpoint, stage)
    if not window.requests:
        return _too_few(0, 1)
    blocks = recording.blocks(endpoint, stage)
    return _over_blocks(blocks.answered, blocks.seconds, blocks, window.requests)


def requests(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """How many requests were sent, failed ones too."""
    sent = recording.window(endpoint, stage).requests
    return Measurement(value=sent, samples=sent, files=FILES) if sent else _too_few(0, 1)


def no_work(recording: Recording, endpoint: str | None, stage: str | None) -> Measurement:
    """The share of right answers that a user class remarked `found no work`."""
    remark = "found no work"
    if endpoint is None:
        endpoints = [name for name in recording.series.endpoints if remark in recording.whole(name).remarks]
    else:
        endpoints = [endpoint]
    windows = [recording.window(name, stage) for name in endpoints]
    answered = sum(window.answered.total for window in windows)
    if not answered and recording.window(endpoint, stage).answered.total:
        return Measurement(value=0.0, samples=recording.window(endpoint, stage).answered.total, files=FILES)
    if not answered:
        return _too_few(0, 1)
    idle = sum(window.remarks.get(remark, 0) for window in windows)
    detail = f"{idle:,} of {counted(answered, 'right answer')}"
    return Measurement(value=idle / answered, samples=answered, detail=detail, files=FILES)


def _main_cause(window: Window) -> str:
    if not window.causes:
        return ""
    cause = min(window.causes, key=lambda name: (-window.causes[name], name))
    return f", most often '{cause}'"


def _too_few(number: int, needed: int) -> Measurement:
    found = counted(number, "request") if number else "no requests"
    return Measurement(samples=number, too_few=f"{found}, needs {needed:,}", mend=MORE, files=FILES)


def _quantile_interval(judged: Histogram, q: float, effective: float) -> Interval:
    low, high = confidence.quantile_levels(q, effective)
    return Interval(
        low=None if low is None else judged.quantile_s(low),
        high=None if high is None else judged.quantile_s(high),
        level=confidence.LEVEL,
    )


def _over_blocks(sums: Floats, weights: Floats, blocks: Blocks, samples: int) -> Measurement:
    return Measurement(
        value=float(sums.sum() / weights.sum()),
        samples=samples,
        interval=confidence.mean_interval(sums, weights),
        has_confidence=True,
        needed=partial(_needed_for_mean, sums, weights, blocks),
        files=FILES,
    )


def _needed_for_share(hits: Floats, sizes: Floats, blocks: Blocks, limit_share: float) -> str:
    size = float(sizes.sum())
    needed = power.requests_to_prove(hits, sizes, len(blocks.seconds) / size, limit_share)
    if needed is None:
        return "too close to the limit to be settled by more requests"
    return _requests_and_time(needed, size, float(blocks.seconds.sum()))


def _needed_for_mean(sums: Floats, weights: Floats, blocks: Blocks, limit: float) -> str:
    seen, seconds = float(blocks.requests.sum()), float(blocks.seconds.sum())
    needed = power.requests_for_mean(sums, weights, seen, limit)
    if needed is None:
        return "too close to the limit to be settled by more requests"
    return _requests_and_time(needed, seen, seconds)


def _requests_and_time(needed: float, seen: float, seconds: float) -> str:
    if needed <= seen:  # enough of them, but too few stretches of time to tell how alike those are
        return f"needs a longer time than {show_seconds(seconds)}"
    return (
        f"needs about {about(needed)} requests in all ({show_seconds(needed / seen * seconds)} at this rate)"
    )
