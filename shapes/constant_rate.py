"""A constant request rate, independent of how long answers take."""

from __future__ import annotations

from collections.abc import Sequence

from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Stage


class ConstantRate(ScheduledShape):
    """A constant number of arrivals per second: warm-up, then a judged hold."""

    unit = "arrivals_per_s"

    arrivals_per_s: float = 120.0
    """requests that are due in each second"""
    warm_up_s: float = 20.0
    """unjudged time from the start"""
    duration_s: float = 120.0
    """length of the judged stage"""

    def stages(self) -> Sequence[Stage]:
        """Warm-up, unjudged, then the hold."""
        if self.arrivals_per_s <= 0:
            raise ParameterError("arrivals_per_s", "arrivals_per_s must be more than 0")
        warm_up = [self._level("warm-up", self.warm_up_s, judged=False)] if self.warm_up_s else []
        return [*warm_up, self._level("hold", self.duration_s)]

    def _level(self, name: str, duration_s: float, *, judged: bool = True) -> Stage:
        level = self.arrivals_per_s
        return Stage(name=name, duration_s=duration_s, start_level=level, end_level=level, judged=judged)
