"""Spawns users evenly over time.

Locust spawns floor(rate) users in one burst a second (dispatch.py:212), so 0 to 100 users in 10 s come as ten
bursts, and users spawned together go on firing together.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from math import ceil
from typing import Any

import gevent
from locust.dispatch import UsersDispatcher

STEP_S = 0.05
"""Users that are due within so many seconds are spawned together: each step costs a message a worker."""


class EvenDispatcher(UsersDispatcher):
    """Locust's dispatcher with small steps on an absolute time axis, so that delays do not add up."""

    _began = 0.0
    _changed = 0

    def new_dispatch(self, target_user_count: int, spawn_rate: float, user_classes: Any = None) -> None:
        """Prepare to reach `target_user_count` at `spawn_rate` users a second."""
        super().new_dispatch(target_user_count, spawn_rate, user_classes)
        self._user_count_per_dispatch_iteration = max(1, ceil(spawn_rate * STEP_S))
        self._began = time.perf_counter()
        self._changed = 0

    @contextlib.contextmanager
    def _wait_between_dispatch_iteration_context(self) -> Iterator[None]:
        # Entered before users are added: waits for the middle of the step's own stretch of time, so that
        # the count crosses the straight line in the middle of each step and never leads or trails it.
        step = min(
            self._user_count_per_dispatch_iteration, abs(self._target_user_count - self._current_user_count)
        )
        due = self._began + (self._changed + step / 2) / self._spawn_rate
        gevent.sleep(max(0.0, due - time.perf_counter()))
        self._changed += step
        yield
