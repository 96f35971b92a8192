"""A sudden crowd: calm, nobody, a surge, the crowd stays, calm again."""

from __future__ import annotations

from collections.abc import Sequence

from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Stage


class Spike(ScheduledShape):
    """From 0 to many users in a few seconds, and back.

    users |                     ______
          |                    /      |
          |   ______          /       |________
          |  /      |        /        | recovery
        0 +-/-------+-------/---------+---------> t
          ramp calm  empty surge hold
    """

    calm_users: int = 10
    """users before and after the spike"""
    peak_users: int = 100
    """users at the top of the spike"""
    spawn_rate: float = 5.0
    """users started per second before the calm stage"""
    warm_up_s: float = 20.0
    """unjudged time from the start; includes the ramp to the calm users"""
    calm_s: float = 240.0
    """length of the calm stage, in which the baseline is measured"""
    empty_s: float = 5.0
    """time without users before the surge"""
    surge_s: float = 10.0
    """time in which all users of the spike start"""
    hold_s: float = 60.0
    """time for which they stay"""
    after_s: float = 90.0
    """time watched after the drop back to the calm users"""

    def stages(self) -> Sequence[Stage]:
        """Only ramp, warm-up and the empty stage are not judged."""
        if self.peak_users <= self.calm_users:
            raise ParameterError("peak_users", "a spike needs more peak_users than calm_users")
        if self.calm_users < 1:
            raise ParameterError("calm_users", "the calm stage needs at least 1 user to measure a baseline")
        if self.spawn_rate <= 0:
            raise ParameterError("spawn_rate", "spawn_rate must be more than 0")
        ramp_s = self.calm_users / self.spawn_rate
        if self.warm_up_s and ramp_s > self.warm_up_s:
            raise ParameterError(
                "warm_up_s",
                f"stage 'warm-up' lasts {self.warm_up_s:g} s but {self.calm_users} users at "
                f"{self.spawn_rate:g}/s take {ramp_s:g} s; lengthen it or raise spawn_rate",
            )
        calm, peak = self.calm_users, self.peak_users
        rest_s = self.warm_up_s - ramp_s
        return [
            _line("ramp", ramp_s, 0, calm, judged=False),
            *([_line("warm-up", rest_s, calm, calm, judged=False)] if rest_s > 0 else []),
            _line("calm", self.calm_s, calm, calm),
            _line("empty", self.empty_s, 0, 0, judged=False),
            _line("surge", self.surge_s, 0, peak),
            _line("hold", self.hold_s, peak, peak),
            _line("recovery", self.after_s, calm, calm),
        ]


def _line(name: str, duration_s: float, start: int, end: int, *, judged: bool = True) -> Stage:
    return Stage(name=name, duration_s=duration_s, start_level=start, end_level=end, judged=judged)
