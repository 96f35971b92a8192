"""Tables: per endpoint and stage, failures by cause, and the headline. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.series import Window
from harness.model.verdict import EndpointRow, FailureRow
from harness.verdict.recording import Recording

ALL_JUDGED = "all judged"
"""Name of the rows that hold all judged stages together."""
MOST_FAILURE_ROWS = 50


def endpoint_rows(recording: Recording, endpoints: tuple[str, ...]) -> tuple[EndpointRow, ...]:
    """Rows of all judged stages together, then of each stage; in each all endpoints pooled come first."""
    return tuple(_rows(recording, endpoints))


def _rows(recording: Recording, endpoints: tuple[str, ...]) -> Iterator[EndpointRow]:
    stages = {None: ALL_JUDGED} | {stage.name: stage.name for stage in recording.schedule.stages}
    judged = {stage.name for stage in recording.schedule.stages if stage.judged} | {ALL_JUDGED}
    for stage, name in stages.items():
        if recording.spans(stage):
            for endpoint in (None, *endpoints):
                yield _row(recording.window(endpoint, stage), endpoint, name, judged=name in judged)


def _row(window: Window, endpoint: str | None, stage: str, *, judged: bool) -> EndpointRow:
    return EndpointRow(
        stage=stage,
        endpoint=endpoint,
        judged=judged,
        requests=window.requests,
        failures=window.failures,
        unanswered=window.unanswered.total,
        rate_per_s=window.rate_per_s,
        error_ratio=window.error_ratio,
        p50_s=window.judged.quantile_s(0.5),
        p95_s=window.judged.quantile_s(0.95),
        p99_s=window.judged.quantile_s(0.99),
        mean_s=window.judged.mean_s,
        max_s=window.judged.max_s,
    )


def failure_rows(recording: Recording) -> tuple[FailureRow, ...]:
    """Failures of the whole run by endpoint and cause, most frequent first; at most MOST_FAILURE_ROWS."""
    counts: dict[tuple[str, str], int] = {}
    seconds: dict[tuple[str, str], list[int]] = {}
    for cell in recording.series.cells:
        for cause, count in cell.causes.items():
            key = (cell.endpoint, cause)
            counts[key] = counts.get(key, 0) + count
            seconds.setdefault(key, []).append(cell.t_s)
    ranked = sorted(counts, key=lambda key: (-counts[key], key))[:MOST_FAILURE_ROWS]
    return tuple(
        FailureRow(
            endpoint=key[0],
            cause=key[1],
            count=counts[key],
            first_s=min(seconds[key]),
            last_s=max(seconds[key]),
        )
        for key in ranked
    )


def headline(recording: Recording) -> dict[str, float | None]:
    """The few figures at the top of a report, over all judged stages."""
    window = recording.window(None, None)
    judged_s = sum(end_s - start_s for start_s, end_s in recording.spans(None))
    levels = recording.users().values()
    arrivals = recording.schedule.unit == "arrivals_per_s"
    return {
        "requests": float(window.requests),
        "rate_per_s": window.rate_per_s if judged_s else None,
        "error_ratio": window.error_ratio,
        "p95_s": window.judged.quantile_s(0.95),
        "peak_arrivals_per_s" if arrivals else "peak_users": float(max(levels)) if levels else None,
        "judged_s": judged_s,
    }
