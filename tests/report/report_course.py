"""The course of a made-up run: stages, timeline, charts, tables. Deterministic."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from harness.model.stage import Schedule, Stage
from harness.model.verdict import Chart, TimelinePoint

P95_OF = {
    "POST /reflection/analyze": (0.212, 1.0),
    "POST /reflection/batch": (6.41, 10.0),
    "POST /consolidation/run": (1.12, 3.0),
    "POST /consolidation/dry-run": (0.684, 2.0),
    "POST /classify": (0.093, 1.0),
    "POST /search": (0.148, 1.0),
    "GET /taxonomy/{version}/tree": (0.041, 1.0),
}
"""Usual P95 of each endpoint of the realistic results, and its limit, in seconds."""

CALM = (Stage(name="warm-up", duration_s=20, start_level=0, end_level=50, judged=False),)
STEADY = (*CALM, Stage(name="steady", duration_s=300, start_level=50, end_level=50))
SPIKE = (
    Stage(name="calm", duration_s=60, start_level=10, end_level=10),
    Stage(name="empty", duration_s=5, start_level=0, end_level=0, judged=False),
    Stage(name="surge", duration_s=10, start_level=0, end_level=100),
    Stage(name="hold", duration_s=60, start_level=100, end_level=100),
    Stage(name="calm again", duration_s=60, start_level=10, end_level=10),
)


@dataclass(frozen=True)
class Course:
    """The pooled course of a made-up run."""

    schedule: Schedule
    step_s: float
    seed: int

    def timeline(self) -> tuple[TimelinePoint, ...]:
        return tuple(self._point(number * self.step_s) for number in range(self.steps))

    @property
    def steps(self) -> int:
        return int(self.schedule.duration_s / self.step_s)

    def noise(self, t_s: float, salt: int = 0) -> float:
        return random.Random(f"{self.seed} {salt} {t_s}").gauss(1.0, 0.09)

    def pressure(self, t_s: float) -> float:
        """About 1 at 50 users."""
        return 0.55 + 0.45 * (self.schedule.level_at(t_s) / 50) ** 1.6

    def _point(self, t_s: float) -> TimelinePoint:
        level = self.schedule.level_at(t_s)
        rate = max(0.0, level * 0.49 * self.noise(t_s))
        slow = self.pressure(t_s) * self.noise(t_s, 1)
        empty = level < 1
        return TimelinePoint(
            t_s=t_s,
            users=float(round(level)),
            planned=level,
            rate_per_s=rate,
            failures_per_s=rate * 0.02 * max(0.0, self.noise(t_s, 2) - 1.08) * 10,
            p50_s=None if empty else 0.084 * slow,
            p95_s=None if empty else 0.61 * slow,
            p99_s=None if empty else 0.98 * slow * max(1, self.noise(t_s, 3)),
        )

    def endpoint_p95_s(self) -> dict[str, tuple[float | None, ...]]:
        return {
            endpoint: tuple(
                self._endpoint_value(number * self.step_s, salt, usual) for number in range(self.steps)
            )
            for salt, (endpoint, (usual, _)) in enumerate(P95_OF.items(), start=10)
        }

    def _endpoint_value(self, t_s: float, salt: int, usual: float) -> float | None:
        """None where so few requests are sent that the endpoint was not hit in this step."""
        hit = random.Random(f"{salt} {t_s}").random() < 0.06 * self.schedule.level_at(t_s) / (1 + salt % 3)
        drift = 1 + 0.12 * math.sin(t_s / 40 + salt)
        return usual * self.pressure(t_s) * self.noise(t_s, salt) * drift if hit else None

    def charts(self) -> tuple[Chart, ...]:
        t_s = tuple(float(t) for t in range(0, int(self.schedule.duration_s), max(2, int(self.step_s))))
        cpu = {
            "target": tuple(0.31 * self.pressure(t) * self.noise(t, 20) for t in t_s),
            "database": tuple(0.17 * self.pressure(t) * self.noise(t, 21) for t in t_s),
            "generator": tuple(0.06 * self.noise(t, 22) for t in t_s),
        }
        memory = {"api worker": tuple((212 + t / 40 + 3 * self.noise(t, 23)) * 2.0**20 for t in t_s)}
        pool = {
            "in use": tuple(
                None if 90 < t < 100 else min(1.0, 0.42 * self.pressure(t) * self.noise(t, 24)) for t in t_s
            )
        }
        return (
            Chart(title="CPU of the host, by part", unit="ratio", t_s=t_s, lines=cpu, limit=0.8),
            Chart(title="Memory", unit="bytes", t_s=t_s, lines=memory, limit=2.0 * 2**30),
            Chart(title="Connection pool in use", unit="ratio", t_s=t_s, lines=pool, limit=0.8),
        )
