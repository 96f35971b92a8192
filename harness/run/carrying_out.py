"""Carries the load of a plan out: waits, watches the target and the clock, and stops what must be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.model.plan import Plan
from harness.run.load import Load
from harness.run.record import Record
from harness.run.target import RunningTarget
from harness.run.watch import Live, Watch

LOOK_EVERY_S = 0.5
START_ALLOWANCE_S = 75.0
"""Time for Locust and local workers to start before the load must have begun."""
END_ALLOWANCE_S = 20.0
"""Time for Locust to write its files after the drain."""
AFTER_DEATH_S = 3.0
"""How long the load still goes on after the target died: long enough to be seen in the series."""
HEALTH_AFTER_S = 10.0


class Watcher:
    """Looks after one load until it has ended."""

    def __init__(
        self,
        plan: Plan,
        load: Load,
        target: RunningTarget,
        record: Record,
        watch: Watch,
        *,
        interrupted: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._load = load
        self._target = target
        self._record = record
        self._watch = watch
        self._interrupted = interrupted
        self._began = time.monotonic()
        self._died_at: float | None = None
        self._asked_at: float | None = None

    def until_ended(self, show: Callable[[Live], None]) -> None:
        """Wait for the end of the load; every half second, look and show."""
        while self._load.wait(LOOK_EVERY_S) is None:
            show(self._watch.look())
            self._mind_interrupt()
            self._mind_target()
            self._mind_clock()
        show(self._watch.look())
        self._record.note(locust_exit_status=self._load.status)
        self._mind_beginning()

    def _mind_beginning(self) -> None:
        """A load that never began is told with what Locust said last."""
        if self._record.never_began and not self._interrupted():
            self._record.problem(f"locust: {self._record.reason or self._load.last_words()}")

    def _mind_interrupt(self) -> None:
        if self._interrupted() and not self._record.run.interrupted:
            self._record.note(interrupted=True)
            self._record.event("interrupted")
            self._ask_to_stop()

    def _mind_target(self) -> None:
        if self._died_at is None:
            death = self._target.death()
            if death:
                self._died_at = time.monotonic()
                self._record.note_target(died=death)
                self._record.event(f"target died: {death}")
        elif time.monotonic() - self._died_at > AFTER_DEATH_S:
            self._ask_to_stop()

    def _mind_clock(self) -> None:
        now = time.monotonic()
        longest_s = (
            START_ALLOWANCE_S
            + (self._load.meeting.deadline_s if self._plan.remote_workers else 0.0)
            + self._plan.schedule.duration_s
            + self._plan.request_timeout_s
            + END_ALLOWANCE_S
        )
        if now - self._began > longest_s and self._asked_at is None:
            self._record.problem(
                f"locust: still ran {longest_s:.0f} s after its start and was stopped; see locust.log"
            )
            self._ask_to_stop()
        if self._asked_at is not None and now - self._asked_at > END_ALLOWANCE_S:
            self._load.stop()

    def _ask_to_stop(self) -> None:
        if self._asked_at is None:
            self._asked_at = time.monotonic()
            self._load.ask_to_stop()


def look_back(target: RunningTarget, record: Record) -> None:
    """Note how the target was left: alive, the same processes, healthy."""
    death = target.death()
    known = record.run.target
    if known and not known.died:
        record.note_target(died=death)
    record.note_target(restarted=target.was_replaced(), healthy_after=_healthy_soon(target))


def _healthy_soon(target: RunningTarget) -> bool:
    deadline = time.monotonic() + HEALTH_AFTER_S
    while not target.is_healthy():
        if target.death() or time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
