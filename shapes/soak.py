"""A long constant load, to see what grows."""

from __future__ import annotations

from collections.abc import Sequence

from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Stage


class Soak(ScheduledShape):
    """Many users for a long time: gentle ramp, warm-up, then a judged soak."""

    users: int = 50
    """users of the judged stage"""
    ramp_s: float = 30.0
    """time in which they start"""
    warm_up_s: float = 60.0
    """unjudged time from the start; includes the ramp"""
    duration_s: float = 3600.0
    """length of the judged stage"""

    def stages(self) -> Sequence[Stage]:
        """Ramp and warm-up, unjudged, then the soak."""
        if self.users < 1:
            raise ParameterError("users", "a soak of 0 users sends nothing; ask for at least 1")
        if self.warm_up_s and self.ramp_s > self.warm_up_s:
            raise ParameterError(
                "ramp_s",
                f"the ramp lasts {self.ramp_s:g} s but the warm-up that includes it {self.warm_up_s:g} s; "
                "lengthen warm_up or shorten ramp",
            )
        rest_s = self.warm_up_s - self.ramp_s
        users = self.users
        rest = [_line("warm-up", rest_s, users, users, judged=False)] if rest_s > 0 else []
        ramp = _line("ramp", self.ramp_s, 0, users, judged=False)
        return [ramp, *rest, _line("soak", self.duration_s, users, users)]


def _line(name: str, duration_s: float, start: int, end: int, *, judged: bool = True) -> Stage:
    return Stage(name=name, duration_s=duration_s, start_level=start, end_level=end, judged=judged)
