"""Stages and schedules: how many users, or arrivals per second, at second t of a run.

Standard library only, because shapes inside Locust's processes use it too. Time is always an argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Unit = Literal["users", "arrivals_per_s"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A named stretch of a shape: its level runs in a straight line from `start_level` to `end_level`.

    Levels are users, or arrivals per second, as the schedule's unit says. A stage that is not judged
    (warm-up, ramp, drain) is measured and shown, but no objective looks at it unless it names it.
    """

    name: str
    duration_s: float
    start_level: float
    end_level: float
    judged: bool = True

    def __post_init__(self) -> None:
        if not self.duration_s > 0:
            raise ValueError(f"stage '{self.name}' lasts {self.duration_s:g} s; it must last more than 0 s")
        if min(self.start_level, self.end_level) < 0:
            raise ValueError(f"stage '{self.name}' has a level below 0")

    @property
    def peak_level(self) -> float:
        """The highest level of the stage."""
        return max(self.start_level, self.end_level)

    def level_at(self, offset_s: float) -> float:
        """Level `offset_s` seconds into the stage; held at its ends outside it."""
        share = min(max(offset_s / self.duration_s, 0.0), 1.0)
        return self.start_level + (self.end_level - self.start_level) * share


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stage placed on the run's clock: from `start_s` (inclusive) to `end_s` (exclusive)."""

    stage: Stage
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Ordered stages with unique names, and their unit; t = 0 s is the start of the load.

    level
    100 |              ______
        |             /      |
     10 |  __________/       |________
        | /    calm   surge hold  after
      0 +--------------------------------> t (s)
    """

    stages: tuple[Stage, ...]
    unit: Unit = "users"

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a schedule needs at least one stage")
        names = [stage.name for stage in self.stages]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"stage names must be unique, repeated: {', '.join(repeated)}")

    @property
    def duration_s(self) -> float:
        """Planned length of the load in seconds; the drain that follows is not part of it."""
        return sum(stage.duration_s for stage in self.stages)

    @property
    def peak_level(self) -> float:
        """The highest level of any stage."""
        return max(stage.peak_level for stage in self.stages)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every stage with its start and end on the run's clock, in order."""
        ends = list(accumulate(stage.duration_s for stage in self.stages))
        starts = [0.0, *ends[:-1]]
        return tuple(
            Span(stage=stage, start_s=start, end_s=end)
            for stage, start, end in zip(self.stages, starts, ends, strict=True)
        )

    def span_at(self, t_s: float) -> Span | None:
        """The stage under way at second `t_s`, or None before the start and from the end on."""
        return next((span for span in self.spans if span.start_s <= t_s < span.end_s), None)

    def span_named(self, name: str) -> Span | None:
        """The stage of that name, or None."""
        return next((span for span in self.spans if span.stage.name == name), None)

    def level_at(self, t_s: float) -> float:
        """Planned level at second `t_s`: 0 before the start and from the end on."""
        span = self.span_at(t_s)
        return span.stage.level_at(t_s - span.start_s) if span else 0.0

    def judged_spans(self) -> Iterator[Span]:
        """The spans whose stages are judged."""
        return (span for span in self.spans if span.stage.judged)
