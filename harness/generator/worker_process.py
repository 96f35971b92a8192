"""A worker: records what its users do and reports it to the master once a second. It writes no file."""

# ruff: noqa: SLF001  Locust has no public way to do this; the lines are named where they matter
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import logging
import os
import time
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.runners import WorkerRunner

from harness.generator import handshake
from harness.generator.cluster import BEGIN, DRAIN, DRAINED
from harness.generator.process import BRIEF_DRAIN_S, NOT_SOUND, Process
from harness.generator.recorder import requests_in
from harness.generator.settings import Settings
from harness.generator.vital_signs import each_second

logger = logging.getLogger(__name__)

PLAN_WAIT_S = 10.0
MASTER_SILENCE_S = 5.0
"""A master that was not heard of for so long is gone: nobody is left to finish requests for."""


class WorkerProcess(Process):
    """The harness in a Locust worker."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        super().__init__(environment, runner, Settings())
        self._runner = runner
        self._sequence = 0
        self._recorded = 0
        self._measured_t = 0
        self._seconds: list[dict[str, Any]] = []
        self._planned = Event()
        self._start_worker = runner.start_worker
        runner.start_worker = self._start_planned  # type: ignore[method-assign]
        runner.register_message(handshake.PLAN, self._on_plan)
        runner.register_message(handshake.REFUSED, self._on_refused, concurrent=True)
        runner.register_message(BEGIN, self._on_begin)
        runner.register_message(DRAIN, self._on_drain, concurrent=True)
        events = environment.events
        events.report_to_master.add_listener(self._on_report)
        events.test_stop.add_listener(lambda **_: runner._send_stats())
        events.quitting.add_listener(self._on_quitting)
        gevent.spawn(self._say_hello)
        gevent.spawn(each_second, self._on_second)

    def _say_hello(self) -> None:
        paths = self.environment.parsed_locustfiles or []
        while not self._planned.is_set():
            self._runner.send_message(handshake.HELLO, handshake.hello(paths))
            self._planned.wait(handshake.HELLO_EVERY_S)

    def _on_plan(self, msg: Any, **_: object) -> None:
        if self._planned.is_set():
            return
        os.environ.update(msg.data["environment"])
        settings = Settings.from_message(msg.data["settings"])
        self.follow(settings, worker=(msg.data["index"], max(settings.workers, 1)))
        self._planned.set()
        self._runner.send_message(handshake.READY)

    def _on_refused(self, msg: Any, **_: object) -> None:
        logger.error("refused by the master: %s", msg.data["why"])
        self._planned.set()
        self.environment.process_exit_code = NOT_SOUND
        self._runner.quit()

    def _start_planned(self, user_classes_count: dict[str, int], **kwargs: Any) -> None:
        """A worker that connects late may be told to spawn before it knows the traffic."""
        self._planned.wait(PLAN_WAIT_S)
        self._start_worker(user_classes_count, **kwargs)

    def _on_begin(self, msg: Any, **_: object) -> None:
        self.recorder.take()  # nothing of an earlier run in the web UI
        self._recorded = 0
        self.retirement.closed = False
        self.clock.start_in(msg.data["start_epoch_s"], msg.data["wait_s"])

    def _on_second(self, t: int) -> None:
        heard = self._runner.last_heartbeat_timestamp
        if heard is not None and time.time() - heard > MASTER_SILENCE_S:
            self.retirement.limit_s = 0.0
        start = self.clock.start_epoch_s
        if start is not None and t > max(start, self._measured_t):
            self._measured_t = t
            self._seconds.append({"t": t - 1, **self.second(t - 1)})

    def _on_report(self, data: dict[str, Any], **_: object) -> None:
        records = self.recorder.take()
        self._recorded += requests_in(records)
        seconds, self._seconds = self._seconds, []
        self._sequence += 1
        data["harness"] = {
            "sequence": self._sequence,
            "time": time.time(),
            "records": records,
            "seconds": seconds,
            "problems": self.problems.take_untold(),
        }

    def _on_drain(self, msg: Any, **_: object) -> None:
        self.retirement.limit_s = msg.data["limit_s"]
        self._on_second(int(time.time()))  # the last second, while its users are still there
        self.retirement.drain()
        self._on_second(int(time.time()) + 1)  # the second that is not over: what was sent in it counts
        self._runner._send_stats()  # Locust's counts and ours of the same requests, in one message
        self._runner.send_message(DRAINED, {"recorded": self._recorded})

    def stop(self) -> None:
        """A signal: finish what is running for a moment, report it, and leave."""
        self._on_quitting()
        self._runner.quit()

    def _on_quitting(self, **_: object) -> None:
        """Before Locust takes leave of the master (this listener is first: fired in reverse, main.py:632)."""
        self.retirement.limit_s = min(self.retirement.limit_s, BRIEF_DRAIN_S)
        self.retirement.drain()
        self._runner._send_stats()
