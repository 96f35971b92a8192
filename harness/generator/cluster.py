"""The cluster: a master's workers, from the handshake to their last report."""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import gevent
from locust.runners import STATE_MISSING, MasterRunner

from harness.generator.handshake import Handshake
from harness.generator.problems import Problems
from harness.generator.recorder import requests_in
from harness.generator.retirement import Retirement
from harness.generator.session import Session
from harness.generator.settings import Settings

BEGIN, DRAIN, DRAINED = "harness_begin", "harness_drain", "harness_drained"
DRAINED_WAIT_S = 4.0
"""Workers get so much longer than the drain itself to say that it is done."""
LONGEST_WAIT_S = 600.0
POLL_S = 0.01


class Cluster:
    """Waits for workers, merges their reports in order, notices lost ones, and lets them drain."""

    def __init__(
        self, runner: MasterRunner, settings: Settings, problems: Problems, retirement: Retirement
    ) -> None:
        environment = runner.environment
        options = environment.parsed_options
        self.session: Session | None = None
        """Where reports go while a load is recorded."""
        self.lost: list[str] = []
        self.expected = settings.workers or max(getattr(options, "expect_workers", 1), 1)
        self._deadline_s = getattr(options, "expect_workers_max_wait", 0) or LONGEST_WAIT_S
        if options and environment.web_ui is None:
            options.expect_workers = 0  # Locust's own wait hears no signal (main.py:539); ours does
        self._runner = runner
        self._problems = problems
        self._retirement = retirement
        self._handshake = Handshake(runner, settings, environment.parsed_locustfiles or [], problems)
        self._sequences: dict[str, int] = {}
        self._merged: Counter[str] = Counter()
        self._drained: set[str] = set()
        runner.register_message(DRAINED, self._on_drained)
        environment.events.worker_report.add_listener(self._on_report)

    def begin(self, start_epoch_s: int, wait_s: float) -> None:
        """Tell every worker when the load begins."""
        if self._runner.environment.web_ui is None:
            self._handshake.close()
        self._merged.clear()
        self._drained.clear()
        self._runner.send_message(BEGIN, {"start_epoch_s": start_epoch_s, "wait_s": wait_s})

    def wait_ready(self) -> str | None:
        """Wait until every expected worker may take part; None, or why the load must not begin."""
        if self._runner.environment.web_ui:  # whoever sits there sees the workers
            return self._handshake.wait(1, self._deadline_s, strict=False)
        return self._handshake.wait(self.expected, self._deadline_s)

    @property
    def _present(self) -> set[str]:
        return {id_ for id_, client in self._runner.clients.items() if client.state != STATE_MISSING}

    @property
    def count(self) -> int:
        """Workers that are there."""
        return len(self._present)

    @property
    def clock_skews_s(self) -> dict[str, float]:
        """By worker the largest difference of its clock from the master's, in seconds; positive is ahead."""
        return self._handshake.clocks.skews_s

    @property
    def deserted(self) -> bool:
        """Whether every worker was lost."""
        return bool(self.lost) and len(self.lost) >= len(self._handshake.ready)

    def look_for_lost(self) -> None:
        """Note workers that left, or went silent, while the load was under way."""
        for client_id in set(self._handshake.ready) - self._present:
            self._lose(client_id, "was lost: it left or sent no heartbeat; its last requests may be missing")

    def _lose(self, client_id: str, what: str) -> None:
        name = self._handshake.name_of(client_id)
        if name not in self.lost:
            self.lost.append(name)
            self._problems.note(f"{name} {what}")

    def _on_report(self, client_id: str, data: dict[str, Any]) -> None:
        report = data.get("harness")
        if report is None:
            return
        name = self._handshake.name_of(client_id)
        self._handshake.clocks.compare(name, theirs_epoch_s=report["time"], mine_epoch_s=time.time())
        due = self._sequences.get(client_id, 0) + 1
        if report["sequence"] != due:
            self._problems.note(f"{name}: report {due} was lost, the next that came is {report['sequence']}")
        self._sequences[client_id] = report["sequence"]
        for problem in report["problems"]:
            self._problems.note(f"{name}: {problem}")
        if self.session is None:
            return
        self._merged[client_id] += requests_in(report["records"])
        self.session.add(report["records"])
        for second in report["seconds"]:
            self.session.add_second({"process": name, **second})

    def drain(self) -> None:
        """Let every worker finish its running requests and report them; returns when all have."""
        self._drained.clear()
        limit_s = self._tell_to_drain()
        began = time.perf_counter()
        while missing := self._present - self._drained:
            if self._retirement.limit_s < limit_s:  # a signal: hurry
                limit_s = self._tell_to_drain()
            if time.perf_counter() - began > limit_s + DRAINED_WAIT_S:
                for client_id in missing:
                    self._lose(client_id, "did not report the end of its requests")
                return
            gevent.sleep(POLL_S)

    def _tell_to_drain(self) -> float:
        limit_s = self._retirement.limit_s
        self._runner.send_message(DRAIN, {"limit_s": limit_s})
        return limit_s

    def _on_drained(self, msg: Any, **_: object) -> None:
        recorded, merged = msg.data["recorded"], self._merged[msg.node_id]
        if recorded != merged:
            name = self._handshake.name_of(msg.node_id)
            self._problems.note(f"{name} recorded {recorded} requests, of which {merged} arrived")
        self._drained.add(msg.node_id)
