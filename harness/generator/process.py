"""What every Locust process of a run has: a recorder, a clock, and a way to stop that loses no request."""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

from typing import Any

import gevent
from locust.env import Environment
from locust.runners import Runner

from harness.generator import traffic
from harness.generator.arrival_engine import ArrivalEngine
from harness.generator.in_flight import InFlight, limit_waiting
from harness.generator.load_clock import LoadClock
from harness.generator.pace import level_before
from harness.generator.problems import Problems
from harness.generator.recorder import Recorder
from harness.generator.retirement import Retirement, staying
from harness.generator.settings import Settings
from harness.generator.vital_signs import VitalSigns, percentile

BRIEF_DRAIN_S = 5.0
"""Running requests get so long when the load is interrupted."""
NOT_SOUND = 3
"""Exit status of a load, or a worker, that was refused; whoever started Locust reads the completion."""


class Process:
    """One Locust process of the run."""

    def __init__(self, environment: Environment, runner: Runner, settings: Settings) -> None:
        self.environment = environment
        self.settings = settings
        self.problems = Problems()
        self.problems.listen(environment.events)
        self.recorder = Recorder(self.problems)
        environment.events.request.add_listener(self.recorder.listener)
        self.clock = LoadClock()
        self.in_flight = InFlight()
        self.in_flight.install()
        self.engine = ArrivalEngine(environment, self.clock)
        self.retirement = Retirement(runner, self.in_flight, self.engine, limit_s=settings.request_timeout_s)
        self.retirement.install()
        self._any_runner = runner
        self._signs = VitalSigns()
        gevent.spawn(self._signs.watch)

    @property
    def stopping(self) -> bool:
        """Whether the load has ended, or is about to."""
        return self.retirement.closed

    def follow(self, settings: Settings, *, worker: tuple[int, int] = (0, 1)) -> None:
        """Take over the plan's traffic and time-outs; `worker`: its index, and how many there are."""
        self.settings = settings
        self.retirement.limit_s = settings.request_timeout_s
        limit_waiting(settings.request_timeout_s)
        traffic.apply(self.environment, settings, self.engine, worker=worker)

    def second(self, t: int) -> dict[str, Any]:
        """How this process was in the second `t` of the epoch that just ended (`model.series.Second`)."""
        users = sum(1 for _ in staying(self._any_runner))
        signs = {**self._signs.take(), "in_flight": len(self.in_flight.running)}
        schedule = self.settings.schedule
        if not self.settings.in_arrivals or not schedule:
            return {"users": users, **signs}
        level = level_before(schedule, t + 1 - (self.clock.start_epoch_s or t))
        counters = self.engine.take_counters()
        late_s = percentile(counters.late_s, 0.99)
        return {
            "users": round(level * users / traffic.tokens(self.settings)),
            **signs,
            # Poisson arrivals are counted where they are drawn, even ones come from the plan (main process).
            "offered": counters.sent + counters.dropped if self.engine.poisson else None,
            "sent": counters.sent,
            "dropped": counters.dropped,
            "late_p99_s": None if late_s is None else round(late_s, 6),
        }
