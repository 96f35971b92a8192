"""The main process of a run: the master, or Locust in a single process.

It begins and ends the load around the shape. Locust's own exit status says nothing (0 for a run without a
request); what counts is what is written at the end.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType

import gevent
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner

from harness.generator import traffic
from harness.generator.problems import describe
from harness.generator.process import BRIEF_DRAIN_S, NOT_SOUND
from harness.generator.recording_process import RecordingProcess
from harness.generator.session import Session
from harness.generator.settings import Settings
from harness.model.stage import Schedule


class MainProcess(RecordingProcess):
    """The harness in the main process; the `LoadControl` of every shape."""

    def __init__(
        self,
        environment: Environment,
        runner: LocalRunner | MasterRunner,
        settings: Settings,
        folder: Path | None,
    ) -> None:
        super().__init__(environment, runner, settings, folder)
        self._runner = runner
        self._planned = settings
        self._sessions = 0
        events = environment.events
        events.test_start.add_listener(self._on_test_start)
        events.test_stopping.add_listener(self._on_test_stopping)
        events.test_stop.add_listener(self._on_test_stop)
        events.quit.add_listener(self._on_quit)
        events.reset_stats.add_listener(self._on_reset)
        self._excepthook = sys.excepthook
        sys.excepthook = self._on_crash

    def tokens(self, schedule: Schedule) -> int:  # noqa: ARG002  part of LoadControl
        """How many tokens carry the arrivals of the plan."""
        return traffic.tokens(self.settings)

    def begin(self, schedule: Schedule | None) -> bool:
        """Make sure of the workers, fix second 0, tell everybody, and wait for it."""
        if self._cluster and (refusal := self._cluster.wait_ready()):
            self.reason = self.reason or refusal
            self.environment.process_exit_code = NOT_SOUND
            return False
        if not self._planned.schedule and (refusal := self._adopt(schedule)):
            self.reason = refusal
            return False
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

    def _adopt(self, schedule: Schedule | None) -> str | None:
        """Follow a shape that was chosen without a plan; None, or why that cannot be done."""
        self.settings = self._planned.with_schedule(schedule)
        self._flow = self.engine.flow = None
        if not self.settings.in_arrivals or not schedule:
            return None
        if self._cluster:
            return "workers take an arrival rate only from a plan; start it with `harness run`"
        traffic.apply(self.environment, self.settings, self.engine)
        self._flow = self.engine.flow
        return None

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

    def _on_test_start(self, **_: object) -> None:
        """Users start without a shape of ours (-u and -r, web UI): the load begins all the same."""
        if self._session is None and not self.begin(None):
            gevent.spawn(self._runner.stop if self.environment.web_ui else self._runner.quit)

    def _on_test_stopping(self, **_: object) -> None:
        """In the web UI a master would take workers for idle while their last requests run."""
        if self.environment.web_ui and self._session:
            self.end("stopped")

    def _on_test_stop(self, **_: object) -> None:
        if self.environment.web_ui:
            self._finish()

    def _on_quit(self, **_: object) -> None:
        if self._session is None and self.reason and not self._sessions:
            self._session = Session(self._folder, self.problems, lambda _: None)  # the load never began
        self._finish()

    def _on_crash(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Locust itself raises, and never comes to its `quit` event."""
        if isinstance(error, Exception):
            what = f"Locust itself raised {describe(error)}"
            self.problems.note(what)
            self.reason = self.reason or what
            self._on_quit()
        self._excepthook(kind, error, trace)

    def _on_reset(self, **_: object) -> None:
        self.problems.note("Locust's own counts were reset during the load and no longer agree with ours")
