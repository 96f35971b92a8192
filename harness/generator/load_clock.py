"""The load's clock: second 0 is a whole second of the wall clock, the same in every process.

Time since then is counted by the monotonic clock, so a correction of the wall clock during the run moves no
arrival and no tick.
"""

from __future__ import annotations

import time
from math import ceil

import gevent

LEAD_S = 0.3
"""The load begins at least so long after it was decided to: workers are told in time."""

_HAIR_S = 1e-6


class LoadClock:
    """When the load began, and how long it has been under way."""

    def __init__(self) -> None:
        self.start_epoch_s: int | None = None
        self._zero = 0.0

    def start_soon(self) -> float:
        """Fix the start on the next whole second that leaves time to prepare; seconds until then."""
        self.start_epoch_s = ceil(time.time() + LEAD_S)
        return self.start_in(self.start_epoch_s, self.start_epoch_s - time.time())

    def start_in(self, start_epoch_s: int, wait_s: float) -> float:
        """Fix the start `wait_s` seconds from now (negative: it began that long ago); returns `wait_s`."""
        self.start_epoch_s = start_epoch_s
        self._zero = time.perf_counter() + wait_s
        return wait_s

    @property
    def t_s(self) -> float:
        """Seconds since the load began; negative before."""
        return time.perf_counter() - self._zero

    def epoch_s(self, t_s: float) -> float:
        """The wall clock's time at second `t_s` of the load; a whole second stays in its own second."""
        return (self.start_epoch_s or 0) + t_s + _HAIR_S

    def wait_until(self, t_s: float) -> None:
        """Sleep until second `t_s` of the load; returns at once when it has passed."""
        while (left_s := t_s - self.t_s) > 0:
            gevent.sleep(left_s)
