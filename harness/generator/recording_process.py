"""The record that the main process keeps of a load: merged every second, and completed at its end."""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner

from harness.generator.cluster import Cluster
from harness.generator.completion import completion
from harness.generator.flow import Flow
from harness.generator.pace import level_before
from harness.generator.process import Process
from harness.generator.session import Session
from harness.generator.settings import Settings
from harness.generator.vital_signs import each_second

FLUSH_OFFSET_S = 0.02
"""A second is written a little after its end, when its last timers have run."""


class RecordingProcess(Process):
    """A main process as far as it writes; when a load begins and ends is the business of its subclass."""

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
        self._folder = folder
        self._session: Session | None = None
        self._measured_t = 0
        self._ended_epoch_s: float | None = None
        self._flow = Flow(settings.schedule) if settings.in_arrivals and settings.schedule else None
        self._cluster = (
            Cluster(runner, settings, self.problems, self.retirement)
            if isinstance(runner, MasterRunner)
            else None
        )
        gevent.spawn(each_second, self._flush, offset_s=FLUSH_OFFSET_S)

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
                clock_skews_s=cluster.clock_skews_s if cluster else {},
                problems=self.problems.lines,
            )
        )
