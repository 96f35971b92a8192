"""Shapes made of a schedule: `shapes/*.py` derive from `ScheduledShape`; `PlannedShape` follows a plan.

Works with bare `locust -f locustfiles,shapes/spike.py` too, where the parameters have their defaults.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any, ClassVar, Protocol

import gevent
from locust import LoadTestShape, events

from harness.generator.even_dispatcher import EvenDispatcher
from harness.generator.load_clock import LoadClock
from harness.generator.pace import end_of_tick, target
from harness.model.stage import Schedule, Stage, Unit

A_LONG_TIME_S = 1e6
TOKENS_PER_S = 1000.0
"""Tokens of an arrival rate are all spawned at once."""


class ParameterError(ValueError):
    """A parameter has an impossible value; `parameter` names it."""

    def __init__(self, parameter: str, what: str) -> None:
        self.parameter = parameter
        super().__init__(what)


class LoadControl(Protocol):
    """Who begins and ends the load around a shape."""

    clock: LoadClock

    @property
    def stopping(self) -> bool:
        """Whether the load has ended or is about to, for another reason than the schedule's end."""

    def begin(self, schedule: Schedule) -> bool:
        """Prepare, wait for the load's first second, and begin; False when the load must not begin."""

    def end(self, reason: str) -> None:
        """The schedule has ended: let running requests finish."""

    def tokens(self, schedule: Schedule) -> int:
        """How many tokens carry the arrivals of a schedule in arrivals per second."""


class ScheduledShape(LoadTestShape):
    """A shape that says what it will do before it does it.

    Parameters are annotated class attributes (int, float, bool or str) with a default and a line of
    documentation below them. A parameter whose name ends in `_s` is a duration in seconds.
    """

    abstract = True
    unit: ClassVar[Unit] = "users"
    control: ClassVar[LoadControl | None] = None
    """Set by the harness's entry file; without it the shape looks after itself."""

    def __init__(self) -> None:
        super().__init__()
        self._follower: _Follower | None = None
        events.init.add_listener(self._on_init)

    def _on_init(self, environment: Any, **_: object) -> None:
        """With bare locust nobody else chooses the dispatcher."""
        if environment.shape_class is self and not self.control:
            environment.dispatcher_class = EvenDispatcher
            self.adopt(environment.parsed_options)

    def adopt(self, options: Any) -> None:
        """Take what Locust's own options (-u, -r, -t) say; a shape that can use them overrides this."""

    def stages(self) -> Sequence[Stage]:
        """The stages for the parameters; ValueError when they are impossible."""
        raise NotImplementedError

    def schedule(self) -> Schedule:
        """The schedule for the parameters; ValueError when they are impossible."""
        return Schedule(stages=tuple(self.stages()), unit=self.unit)

    def tick(self) -> Any:
        """Called by Locust once a second: waits for the next whole second of the load and says its target."""
        control = self.control or _Bare(self.runner)
        if self.runner is None or self.runner.shape_last_tick is None:  # the first tick of a run
            if self.use_common_options and self.runner and self.runner.environment.web_ui:
                self.adopt(self.runner.environment.parsed_options)  # what was entered in the form
            schedule = self.schedule()
            if not control.begin(schedule):
                return None
            self._follower = _Follower(schedule, control)
        return self._follower.tick() if self._follower else None


class PlannedShape(ScheduledShape):
    """The shape of a plan: its schedule is already made."""

    abstract = True  # never offered in the web UI's list

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self._schedule = schedule

    def schedule(self) -> Schedule:
        """The plan's schedule."""
        return self._schedule


class _Follower:
    """Ticks on whole seconds of the load.

    Locust sleeps 1 s less the time spent in `tick` (runners.py:379) and drifts 1 to 2 ms a tick. So the tick
    itself sleeps until its second begins, and little is left for Locust to sleep.
    """

    def __init__(self, schedule: Schedule, control: LoadControl) -> None:
        self._schedule = schedule
        self._control = control
        self._clock = control.clock
        self._next_s = 0.0
        in_users = schedule.unit == "users"
        self._answer = (0, 1.0) if in_users else (control.tokens(schedule), TOKENS_PER_S)

    def tick(self) -> tuple[int, float] | None:
        self._clock.wait_until(self._next_s)
        if self._control.stopping:
            gevent.sleep(A_LONG_TIME_S)  # whoever stops the load kills this greenlet when it is over
        t_s = max(self._clock.t_s, self._next_s)
        if t_s >= self._schedule.duration_s:
            self._control.end("schedule ended")
            return None
        if self._schedule.unit == "users":
            # A tick that comes late aims at the end of its own second all the same.
            begun_s = float(floor(t_s)) if t_s - floor(t_s) < 0.02 else t_s
            self._answer = target(self._schedule, begun_s, self._answer[0]) or self._answer
        self._next_s = end_of_tick(self._schedule, t_s)
        return self._answer


class _Bare:
    """Control of a shape under bare locust: only a clock."""

    _clocks: ClassVar[dict[int, LoadClock]] = {}

    def __init__(self, runner: Any) -> None:
        self.clock = self._clocks.setdefault(id(runner), LoadClock())

    stopping = False

    def begin(self, schedule: Schedule) -> bool:
        if schedule.unit != "users":
            raise NotImplementedError(
                "a shape in arrivals per second needs the harness: start it with `harness run`, or give "
                "harness/generator/harness_entry.py to `locust -f` as well"
            )
        self.clock.start_in(0, 0.0)
        return True

    def end(self, reason: str) -> None:
        """Nothing to look after."""

    def tokens(self, schedule: Schedule) -> int:
        """Never asked: `begin` refused."""
        raise NotImplementedError
