"""Arrivals: the Locust user that stands for a share of an arrival rate.

One such user is a token. Of T tokens in all, each launches every T-th arrival of the schedule's flow, so
the whole rate is exact and evenly spread without talk between tokens or workers, while Locust deals out
tokens and gives those of a lost worker to the others, as it does with users.
"""

from __future__ import annotations

from typing import ClassVar

import gevent
from locust import User, task

from harness.generator.arrival_engine import ArrivalEngine

TOKENS_PER_PROCESS = 10
"""So that the tokens of a lost worker can be shared out; more would only cost timers."""
LAUNCHES_AT_A_STRETCH = 10
"""After so many overdue launches the other greenlets get their turn."""
A_LONG_TIME_S = 1e6


class Arrivals(User):
    """A token of the arrival rate: launches its share of the arrivals, each when it is due."""

    engine: ClassVar[ArrivalEngine]

    @task
    def launch_all(self) -> None:
        """Launch every arrival of this token until the schedule ends, then do nothing more."""
        engine, clock = self.engine, self.engine.clock
        dues = engine.due_seconds()
        due_s = next(dues, None)
        launches = 0
        engine.tokens_at_work += 1
        try:
            while due_s is not None:
                launches += 1
                if launches % LAUNCHES_AT_A_STRETCH == 0:
                    gevent.sleep(0)
                clock.wait_until(due_s)
                engine.launch(due_s)
                due_s = next(dues, None)
        finally:
            engine.tokens_at_work -= 1
            stopped_s = clock.t_s
            while due_s is not None and due_s <= stopped_s:  # stopped while it was behind
                engine.drop()
                due_s = next(dues, None)
        gevent.sleep(A_LONG_TIME_S)
