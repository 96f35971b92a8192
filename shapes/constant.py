"""A constant number of users: ramp, warm-up, then a judged hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Stage


class Constant(ScheduledShape):
    """A constant number of users.

    users |     ______________
          |   /:             |
          |  / : warm-up  hold
        0 +-/--+-------------+--> t
           ramp
    """

    use_common_options = True  # -u, -r and -t of bare locust

    users: int = 10
    """users of the judged stage"""
    spawn_rate: float = 5.0
    """users started per second"""
    warm_up_s: float = 20.0
    """unjudged time from the start; includes the ramp"""
    duration_s: float = 300.0
    """length of the judged stage"""

    def stages(self) -> Sequence[Stage]:
        """Ramp and warm-up, unjudged, then the hold."""
        if self.users < 1:
            raise ParameterError("users", "a constant load of 0 users sends nothing; ask for at least 1")
        if self.spawn_rate <= 0:
            raise ParameterError("spawn_rate", "spawn_rate must be more than 0")
        ramp_s = self.users / self.spawn_rate
        if self.warm_up_s and ramp_s > self.warm_up_s:
            raise ParameterError(
                "warm_up_s",
                f"stage 'warm-up' lasts {self.warm_up_s:g} s but {self.users} users at {self.spawn_rate:g}/s "
                f"take {ramp_s:g} s; lengthen it or raise spawn_rate",
            )
        ramp = Stage(name="ramp", duration_s=ramp_s, start_level=0, end_level=self.users, judged=False)
        rest_s = self.warm_up_s - ramp_s
        rest = [_level("warm-up", rest_s, self.users, judged=False)] if rest_s > 0 else []
        return [ramp, *rest, _level("hold", self.duration_s, self.users)]

    def adopt(self, options: Any) -> None:
        """-u, -r and -t where they are given; -t is the length of the whole test, without a warm-up."""
        self.users = options.num_users or self.users
        self.spawn_rate = options.spawn_rate or self.spawn_rate
        ramp_s = self.users / self.spawn_rate
        if options.run_time:
            self.warm_up_s = 0.0
            self.duration_s = max(options.run_time - ramp_s, 1.0)
        elif self.warm_up_s < ramp_s:
            self.warm_up_s = ramp_s


def _level(name: str, duration_s: float, users: int, *, judged: bool = True) -> Stage:
    return Stage(name=name, duration_s=duration_s, start_level=users, end_level=users, judged=judged)
