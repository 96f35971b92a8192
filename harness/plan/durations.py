"""A schedule made shorter or longer on purpose (`DURATION=30s`). Pure arithmetic on stages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from harness.model.stage import Schedule, Stage

KEPT = frozenset({"surge", "empty"})
"""Stages that keep their seconds, because what they do is how fast they do it."""
LEAST_S = 1.0
"""No stage gets shorter than this."""
LEAST_WARM_UP_S = 5.0
"""No warm-up gets shorter than this (unless it was)."""


def judged_s(schedule: Schedule) -> float:
    """Seconds of the judged stages together."""
    return sum(span.stage.duration_s for span in schedule.judged_spans())


def stretched(schedule: Schedule, duration_s: float, *, steady: bool) -> Schedule:
    """The schedule with another duration.

    `steady`: the shape has one duration, that of its judged stages together; ramps keep their seconds, and a
    warm-up shrinks in proportion. Otherwise the whole takes about `duration_s`, all stages in proportion.
    """
    if steady:
        own_s = judged_s(schedule)
        return _steady(schedule, duration_s / own_s) if own_s else schedule
    kept_s = sum(stage.duration_s for stage in schedule.stages if stage.name in KEPT)
    rest_s = schedule.duration_s - kept_s
    share = max(duration_s - kept_s, 0.0) / rest_s if rest_s else 1.0
    return _scaled(schedule, share, [stage.name for stage in schedule.stages if stage.name not in KEPT])


def _steady(schedule: Schedule, share: float) -> Schedule:
    def of(stage: Stage) -> Stage:
        if stage.judged:
            return replace(stage, duration_s=stage.duration_s * share)
        if share >= 1 or stage.start_level != stage.end_level:
            return stage
        least_s = min(stage.duration_s, LEAST_WARM_UP_S)
        return replace(stage, duration_s=max(stage.duration_s * share, least_s))

    return replace(schedule, stages=tuple(of(stage) for stage in schedule.stages))


def _scaled(schedule: Schedule, share: float, names: Collection[str]) -> Schedule:
    """The stages of these names in proportion, each in whole seconds."""
    return replace(
        schedule,
        stages=tuple(
            replace(stage, duration_s=max(round(stage.duration_s * share), LEAST_S))
            if stage.name in names
            else stage
            for stage in schedule.stages
        ),
    )
