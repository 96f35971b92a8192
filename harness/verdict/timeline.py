"""Timeline: the run over time, all endpoints pooled and P95 by endpoint. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from harness.model.series import Cell, Window
from harness.model.verdict import StageMark, TimelinePoint
from harness.verdict.recording import Recording

MOST_POINTS = 600
REQUESTS_A_STEP = 20
"""So many requests give a step's P95 a meaning of its own (with fewer it is their maximum)."""
LONGEST_FOR_REQUESTS_S = 5
"""Steps are not made longer than this for the sake of more requests: a surge of 10 s must stay one."""
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
DRAIN = "drain"


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Points a step apart; `endpoint_p95_s` has one value a point."""

    step_s: float
    points: tuple[TimelinePoint, ...]
    endpoint_p95_s: dict[str, tuple[float | None, ...]]


def shown_s(recording: Recording) -> float:
    """How many seconds the time axis shows: the schedule as far as it went, and the drain's requests."""
    last_s = recording.series.last_s
    return max(recording.ended_s, 0.0 if last_s is None else last_s + 1.0)


def step_for(duration_s: float, requests: int) -> int:
    """The shortest step in seconds with MOST_POINTS points at most and about REQUESTS_A_STEP requests."""
    fits = (step for step in STEPS_S if step * MOST_POINTS >= duration_s)
    enough = (
        step
        for step in fits
        if step >= LONGEST_FOR_REQUESTS_S or step * requests >= REQUESTS_A_STEP * duration_s
    )
    return next(enough, STEPS_S[-1])


def timeline(recording: Recording) -> Timeline:
    """The timeline of a recording."""
    end_s = shown_s(recording)
    step_s = step_for(end_s, recording.whole(None).requests)
    length = ceil(end_s / step_s)
    cells: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    pooled: dict[int, list[Cell]] = defaultdict(list)
    for cell in recording.series.cells:
        step = cell.t_s // step_s
        cells[cell.endpoint, step].append(cell)
        pooled[step].append(cell)
    users = _mean_users(recording, step_s)
    points = tuple(
        _point(recording, step, min(step_s, end_s - step * step_s), users, pooled.get(step, []), step_s)
        for step in range(length)
    )
    p95 = {
        endpoint: tuple(_p95(cells.get((endpoint, step), []), step_s) for step in range(length))
        for endpoint in recording.series.endpoints
    }
    return Timeline(step_s=float(step_s), points=points, endpoint_p95_s=p95)


def stage_marks(recording: Recording) -> tuple[StageMark, ...]:
    """The stages on the time axis, and the drain after them if a request started there."""
    marks = [
        StageMark(name=span.stage.name, start_s=span.start_s, end_s=span.end_s, judged=span.stage.judged)
        for span in recording.schedule.spans
    ]
    planned_s, end_s = recording.schedule.duration_s, shown_s(recording)
    if end_s > planned_s:
        marks.append(StageMark(name=DRAIN, start_s=planned_s, end_s=end_s, judged=False))
    return tuple(marks)


def _mean_users(recording: Recording, step_s: int) -> dict[int, float]:
    found: dict[int, list[int]] = defaultdict(list)
    for t_s, users in recording.users().items():
        found[t_s // step_s].append(users)
    return {step: sum(each) / len(each) for step, each in found.items()}


def _point(
    recording: Recording,
    step: int,
    seconds: float,
    users: Mapping[int, float],
    cells: list[Cell],
    step_s: int,
) -> TimelinePoint:
    window = Window.of(cells, seconds=seconds)
    middle_s = step * step_s + seconds / 2
    return TimelinePoint(
        t_s=float(step * step_s),
        users=users.get(step),
        planned=recording.schedule.level_at(middle_s),
        rate_per_s=window.rate_per_s,
        failures_per_s=window.failures / seconds,
        p50_s=window.judged.quantile_s(0.5),
        p95_s=window.judged.quantile_s(0.95),
        p99_s=window.judged.quantile_s(0.99),
    )


def _p95(cells: list[Cell], step_s: int) -> float | None:
    return Window.of(cells, seconds=step_s).judged.quantile_s(0.95) if cells else None
