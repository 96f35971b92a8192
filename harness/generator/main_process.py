"""The main process of a run: the master, or Locust in a single process.

It begins and ends the load around the shape, merges what was recorded, writes the run's files, and says at
the end how the run went. Locust's own exit status says nothing (0 for a run without a request).
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner

from harness.generator import traffic
from harness.generator.cluster import Cluster
from harness.generator.completion import completion
from harness.generator.flow import Flow
from harness.generator.pace import level_before
from harness.generator.process import BRIEF_DRAIN_S, Process
from harness.generator.session import Session
from harness.generator.settings import Settings
from harness.generator.vital_signs import each_second
from harness.model.stage import Schedule

FLUSH_OFFSET_S = 0.02
"""A second is written a little after its end, when its last timers have run."""
NOT_SOUND = 3
"""Exit status of a load that was refused; whoever started Locust reads the completion, not this."""


class MainProcess(Process):
    """The harness in the main process; the `LoadControl` of every shape."""

    def __init__(
        self,
        environment: Environment,
        runner: LocalRunner | MasterRunner,
        settings: Settings,
        folder: Path | None,
    ) -> None:
        super().__init__(environment, runner, settings)
        self.reason: str | None = None
        """Why the load ended; None as long as nobody knows."""
        self._runner = runner
        self._folder = folder
        self._session: Session | None = None
        self._sessions = 0
        self._measured_t = 0
        self._ended_epoch_s: float | None = None
        self._flow = Flow(settings.schedule) if settings.in_arrivals and settings.schedule else None
        self._cluster = (
            Cluster(runner, settings, self.problems, self.retirement)
            if isinstance(runner, MasterRunner)
            else None
        )
        events = environment.events
        events.test_start.add_listener(self._on_test_start)
        events.test_stop.add_listener(self._on_test_stop)
        events.quit.add_listener(self._on_quit)
        events.reset_stats.add_listener(self._on_reset)
        gevent.spawn(each_second, self._flush, offset_s=FLUSH_OFFSET_S)

    @property
    def stopping(self) -> bool:
        """Whether the load has ended, or is about to."""
        return self.retirement.closed

    def tokens(self, schedule: Schedule) -> int:  # noqa: ARG002  part of LoadControl
        """How many tokens carry the arrivals of the plan."""
        return traffic.tokens(self.settings)

    def begin(self, schedule: Schedule | None) -> bool:
        """Make sure of the workers, fix second 0, tell everybody, and wait for it."""
        if self._cluster and (refusal := self._cluster.wait_ready()):
            self.reason = self.reason or refusal
            self.environment.process_exit_code = NOT_SOUND
            return False
        if schedule and not self.settings.schedule:  # a shape chosen in the web UI
            self.settings = self.settings.with_schedule(schedule)
        self._session = self._open_session()
        self.recorder.take()
        wait_s = self.clock.start_soon()
        start_epoch_s = self.clock.start_epoch_s or 0
        self._session.announce(start_epoch_s)
        if self._cluster:
            self._cluster.session = self._session
            self._cluster.begin(start_epoch_s, wait_s)
        self.clock.wait_until(0.0)
        return not self.stopping

    def _open_session(self) -> Session:
        folder = self._folder
        if self.environment.web_ui:  # every test of the web UI is a session of its own
            self._sessions += 1
            folder = folder and folder / f"ui-{self._sessions}"
            self.retirement.closed = False
            self.reason = self._ended_epoch_s = None
        return Session(folder, self.problems, self.stop)

    def end(self, reason: str) -> None:
        """The load ends now: no new request; running ones finish, or are counted as unfinished."""
        self.reason = self.reason or reason
        self._ended_epoch_s = self._ended_epoch_s or time.time()
        self._flush(int(time.time()))  # the last second, while its users are still there
        if self._cluster:
            self.retirement.closed = True
            self._cluster.drain()
        else:
            self.retirement.drain()

    def stop(self, reason: str) -> None:
        """End the load before its time and let Locust leave. Called again for the same reason, it hurries."""
        again = self.reason == reason
        self.reason = reason
        self.retirement.limit_s = 0.0 if again else min(BRIEF_DRAIN_S, self.retirement.limit_s)
        self.retirement.closed = True
        if not again:
            gevent.spawn(self._stop)

    def _stop(self) -> None:
        self.end(self.reason or "interrupted")
        self._runner.quit()
        if self.environment.web_ui:
            self.environment.web_ui.stop()

    def _flush(self, t: int) -> None:
        session, start = self._session, self.clock.start_epoch_s
        if session is None or start is None:
            return
        session.add(self.recorder.take())
        session.flush()
        if t > max(start, self._measured_t):
            self._measured_t = t
            session.add_second({"t": t - 1, "process": "main", **self.second(t - 1)})

    def second(self, t: int) -> dict[str, Any]:
        """The second `t` of the epoch that just ended, with what only the main process knows."""
        found = super().second(t)
        start_s = float(t - (self.clock.start_epoch_s or t))
        if self.settings.schedule:
            found["target_level"] = round(level_before(self.settings.schedule, start_s + 1), 3)
        if self._cluster:
            idle = dict.fromkeys(("offered", "sent", "dropped"))
            found |= {"users": 0, "workers": self._cluster.count, **idle}
            if not self.stopping:
                self._cluster.look_for_lost()
        if self._flow and self.settings.arrivals == "even":
            end_s = start_s + 1
            if self._ended_epoch_s is not None:
                end_s = min(end_s, self._ended_epoch_s - (self.clock.start_epoch_s or 0))
            # From the plan, not from what was done: arrivals that nobody launched were due all the same.
            found["offered"] = self._flow.count(start_s, end_s) if end_s > start_s else 0
        return found

    def _on_test_start(self, **_: object) -> None:
        """Users start without a shape of ours (-u and -r, web UI): the load begins all the same."""
        if self._session is None and not self.begin(None):
            gevent.spawn(self._runner.quit)

    def _on_test_stop(self, **_: object) -> None:
        if self.environment.web_ui:
            self._finish()

    def _on_quit(self, **_: object) -> None:
        if self._session is None and self.reason and not self._sessions:
            self._session = Session(self._folder, self.problems, lambda _: None)  # the load never began
        self._finish()

    def _on_reset(self, **_: object) -> None:
        self.problems.note("Locust's own counts were reset during the load and no longer agree with ours")

    def _finish(self) -> None:
        """Write what is left, and the completion marker."""
        session = self._session
        if session is None:
            return
        cluster = self._cluster
        self._flush(int(time.time()) + 1)  # the second that is not over: what was sent in it counts
        self._session = None
        ended_epoch_s = self._ended_epoch_s or time.time()
        last = "all workers lost" if cluster and cluster.deserted else "stopped"
        session.complete(
            completion(
                self.environment.stats,
                session.cells,
                reason=self.reason or last,
                began_epoch_s=self.clock.start_epoch_s or int(ended_epoch_s),
                ended_epoch_s=ended_epoch_s,
                workers_expected=cluster.expected if cluster else 0,
                workers_lost=cluster.lost if cluster else [],
                problems=self.problems.lines,
            )
        )
