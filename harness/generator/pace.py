"""The pace: which user count the schedule asks for in each second, and how fast to get there. Pure.

One target per second, reached within that second: a master blocks its shape while it spawns
(runners.py:363, TODO), so a target that takes longer would delay the whole schedule.
"""

from __future__ import annotations

from math import floor

from harness.model.stage import Schedule

SPAWN_SHARE = 0.95
"""Share of a second in which its users are spawned; the rest is for workers to report."""
AT_ONCE_S = 0.05
"""A level that jumps is reached in so many seconds."""
_INSTANT = 1e-6
_HAIR = 1e-4


def rounded(level: float) -> int:
    """Users for a level: the nearest whole number, halves upwards (and what is a hair below a half)."""
    return floor(level + 0.5 + _HAIR)


def level_before(schedule: Schedule, t_s: float) -> float:
    """The level just before second `t_s`: a jump at `t_s` itself has not happened yet."""
    return schedule.level_at(t_s - _INSTANT)


def end_of_tick(schedule: Schedule, t_s: float) -> float:
    """The next whole second after `t_s`, or the end of the schedule if that is earlier."""
    return min(floor(t_s + _INSTANT) + 1.0, schedule.duration_s)


def target(schedule: Schedule, t_s: float, current: int) -> tuple[int, float] | None:
    """Users at the end of the tick that begins at second `t_s`, and the rate per second that gets there.

    `current` is the target of the tick before. None when nothing changes.
    """
    end_s = end_of_tick(schedule, t_s)
    level = level_before(schedule, end_s)
    users = rounded(level)
    change = abs(users - current)
    if not change:
        return None
    flat = abs(schedule.level_at(t_s) - level) < 0.5
    jumps = flat and change > 1
    spread_s = AT_ONCE_S if jumps else max(end_s - t_s, AT_ONCE_S) * SPAWN_SHARE
    return users, change / spread_s
