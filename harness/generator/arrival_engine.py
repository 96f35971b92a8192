"""The engine of an arrival rate: launches arrivals on pooled users and counts what became of them.

An arrival runs one task of a User class of the traffic in a greenlet of its own; the class's `wait_time` is
not asked. Its latency counts from when it was due. Refuses to have more than `max_in_flight` at a time: an
arrival too many is counted as dropped, never silently skipped.
"""

# ruff: noqa: SLF001  Locust has no public way to do this; the lines are named where they matter
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Mapping
from inspect import isclass
from typing import Any

import gevent
from gevent import GreenletExit
from locust import TaskSet, User
from locust.env import Environment
from locust.exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopUser
from locust.user.task import LOCUST_STATE_RUNNING, DefaultTaskSet

from harness.generator.flow import Flow
from harness.generator.load_clock import LoadClock
from harness.generator.recorder import SERVICE_MS

SPAWN_GRACE_S = 3.0
"""A token that starts later than this replaces a lost one, and does not repeat its past."""


class Counters:
    """What became of the arrivals since the last look; due = sent + dropped."""

    def __init__(self) -> None:
        self.sent = 0
        self.dropped = 0
        self.late_s: list[float] = []


class ArrivalEngine:
    """Launches this process's share of the arrivals. Nothing happens before `prepare`."""

    def __init__(self, environment: Environment, clock: LoadClock) -> None:
        self.clock = clock
        self.flow: Flow | None = None
        self.max_in_flight = 0
        self.greenlets: set[Any] = set()
        self.tokens_at_work = 0
        self._environment = environment
        self._counters = Counters()
        self._tokens = 1
        self._tokens_started = 0
        self._worker = (0, 1)
        self.poisson = False
        self._free: dict[type[User], deque[tuple[User, _LateEvent]]] = {}
        self._classes: list[type[User]] = []
        self._weights: list[int] = []
        self._random = random.Random()

    def prepare(
        self,
        flow: Flow,
        classes: Mapping[type[User], int],
        *,
        tokens: int,
        worker: tuple[int, int] = (0, 1),
        max_in_flight: int,
        poisson: bool = False,
        seed: float = 0,
    ) -> None:
        """Get ready to launch this process's share of `flow` on users of `classes`, by their weights.

        `tokens`: how many carry the whole flow, in all processes. `worker`: index of this process and how
        many there are. `max_in_flight`: bound of all processes, of which this one takes its share. Each
        worker draws from a random stream of its own.
        """
        index, workers = worker
        self.flow = flow
        self.max_in_flight = max_in_flight // workers + (index < max_in_flight % workers)
        self._tokens = tokens
        self._worker = worker
        self.poisson = poisson
        self._classes, self._weights = list(classes), list(classes.values())
        self._free = {user_class: deque() for user_class in classes}
        self._random = random.Random(f"{seed}/{index}")

    def due_seconds(self) -> Iterator[float]:
        """Seconds of the load at which the arrivals of one more token are due, in order."""
        if self.flow is None:
            raise RuntimeError("a token was started before the arrivals were prepared")
        index, workers = self._worker
        # Locust deals tokens out to workers in turn, so the numbers are distinct.
        n: float = (self._tokens_started * workers + index) % self._tokens
        self._tokens_started += 1
        if self.poisson:
            n = self._random.expovariate(1.0 / self._tokens)
        past_s = self.clock.t_s if self.clock.t_s > SPAWN_GRACE_S else 0.0
        while (due_s := self.flow.due_s(n)) is not None:
            if due_s >= past_s:
                yield due_s
            n += self._random.expovariate(1.0 / self._tokens) if self.poisson else self._tokens

    def launch(self, due_s: float) -> None:
        """Start the arrival that was due at second `due_s`, or drop it when too many are in flight."""
        if len(self.greenlets) >= self.max_in_flight:
            self.drop()
            return
        self._counters.sent += 1
        user_class = self._random.choices(self._classes, self._weights)[0]
        greenlet = gevent.spawn(self._run, user_class, due_s)
        self.greenlets.add(greenlet)
        greenlet.rawlink(self.greenlets.discard)

    def drop(self) -> None:
        """Count an arrival that was due and is not sent."""
        self._counters.dropped += 1

    def take_counters(self) -> Counters:
        """What became of the arrivals since the last call."""
        counters, self._counters = self._counters, Counters()
        return counters

    def _run(self, user_class: type[User], due_s: float) -> None:
        late_s = max(self.clock.t_s - due_s, 0.0)
        self._counters.late_s.append(late_s)
        try:
            user, event = self._acquire(user_class)
        except Exception as error:  # noqa: BLE001  the user's own on_start
            self._tell(None, error)
            return
        event.expect(self.clock.epoch_s(due_s), max(self.clock.t_s - due_s, 0.0))
        try:
            run_one_task(user)
        except (StopUser, InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, GreenletExit):
            pass  # the arrival is over
        except Exception as error:  # noqa: BLE001  as TaskSet.run does: told, and the load goes on
            self._tell(user, error)
        finally:
            self._free[user_class].append((user, event))  # last in, first out: warm connections first

    def _tell(self, user: User | None, error: Exception) -> None:
        self._environment.events.user_error.fire(user_instance=user, exception=error, tb=error.__traceback__)

    def _acquire(self, user_class: type[User]) -> tuple[User, _LateEvent]:
        if free := self._free[user_class]:
            return free.pop()
        user_class.host = self._environment.host or user_class.host
        user = user_class(self._environment)
        user._state = LOCUST_STATE_RUNNING
        event = _LateEvent(self._environment.events.request)
        if client := getattr(user, "client", None):
            client.request_event = event
        user.on_start()
        return user, event


class _LateEvent:
    """Stands in for `events.request` on one pooled user: its latencies count from the intended start."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._due_epoch_s: float | None = None
        self._late_s = 0.0

    def expect(self, due_epoch_s: float, late_s: float) -> None:
        """The next request is the first of an arrival that was due then, and is so late."""
        self._due_epoch_s, self._late_s = due_epoch_s, late_s

    def fire(self, *, reverse: bool = False, **request: Any) -> None:
        response_ms = request.get("response_time")
        if response_ms is not None:
            request["context"] = {**(request.get("context") or {}), SERVICE_MS: response_ms}
            if self._due_epoch_s is not None:  # only the first request of an arrival was late
                request["response_time"] = response_ms + self._late_s * 1000
                request["start_time"], self._due_epoch_s = self._due_epoch_s, None
        self._real.fire(reverse=reverse, **request)


def run_one_task(user: User) -> None:
    """Run one task of a user as Locust would choose it, without its loop and without waiting."""
    taskset: TaskSet = DefaultTaskSet(user)
    parent: Any = user  # the default task set is never a parent (user/task.py:502)
    user._taskset_instance = taskset
    chosen: Any = taskset.get_next_task()
    while isclass(chosen) and issubclass(chosen, TaskSet):
        parent = taskset = chosen(parent)
        taskset.on_start()
        chosen = taskset.get_next_task()
    taskset.execute_task(chosen)
