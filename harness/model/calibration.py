"""The calibration: what the generator itself adds to latencies, measured against a null server. Pure."""

from __future__ import annotations

from typing import Literal

from harness.model.value import Value

EVIDENCE = "calibration"
"""Its name among the evidence of a run: `evidence/calibration.json`."""


class Floor(Value):
    """What the generator adds to one endpoint at one level: latencies of all answers, right or wrong."""

    requests: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    mean_s: float | None
    max_s: float | None


class CalibratedLevel(Value):
    """The floor at one level of users, or of arrivals per second."""

    level: float
    measured_at: str
    """ISO 8601 with zone."""
    hold_s: float
    """For how long it was measured."""
    rate_per_s: float
    """Requests per second against the null server: the most that these users can send."""
    busy_ratio: float | None
    """Mean share of time in which the busiest Locust process ran or was ready to; None: not recorded."""
    pooled: Floor
    endpoints: dict[str, Floor]


class Calibration(Value):
    """Floors of one generator: machine, versions, and what it sends (`reports/calibration/<key>.json`)."""

    format: Literal[1] = 1
    key: str
    identity: dict[str, str]
    """What the key was made of."""
    unit: str
    """`users` or `arrivals_per_s`."""
    levels: tuple[CalibratedLevel, ...]
    """Ascending."""

    def at(self, level: float) -> CalibratedLevel | None:
        """The floor at one level; None when it was never measured."""
        return next((one for one in self.levels if one.level == level), None)

    def with_levels(self, added: tuple[CalibratedLevel, ...]) -> Calibration:
        """The same with some levels measured anew."""
        kept = {one.level: one for one in (*self.levels, *added)}
        return self.model_copy(update={"levels": tuple(kept[level] for level in sorted(kept))})
