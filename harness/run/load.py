"""The load: Locust as a child (and its workers), started, watched, stopped, always.

Locust's exit status is no evidence of anything (it is 0 for a run without a request); what counts is what our
entry file leaves in the run folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import harness
from harness.drivers.commands import Child
from harness.model.plan import Plan
from harness.run.folder import RunFolder
from harness.run.ports import free_port, need_free
from harness.run.target import RunningTarget

ENTRY = Path(harness.__file__).parent / "generator" / "harness_entry.py"
MASTER_PORT = 5557
WORKERS_DEADLINE_S = 60.0
"""A master waits so long for its workers."""
STOP_TIMEOUT_S = 20.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Where a master meets its workers, and how long it waits for them."""

    address: str = LOOPBACK
    port: int = MASTER_PORT
    deadline_s: float = WORKERS_DEADLINE_S

    @property
    def invitation(self) -> str:
        """The command that sends one more worker there."""
        host = "HOST" if self.address in ("0.0.0.0", "::") else self.address  # noqa: S104  every address
        port = f" --port {self.port}" if self.port != MASTER_PORT else ""
        return f"harness worker --master {host}{port}"


class Load:
    """Locust at work. Used in a `with` block, which ends every process of it."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        target: RunningTarget,
        *,
        environment: Mapping[str, str],
        meeting: Meeting | None = None,
    ) -> None:
        """Start Locust, and its local workers if the plan has some. `meeting`: for workers from elsewhere."""
        self._plan = plan
        self._folder = folder
        self._environment = environment_for(plan, folder, target, environment)
        self.meeting = (meeting or Meeting()) if plan.remote_workers else Meeting(port=free_port())
        if plan.remote_workers:
            need_free(self.meeting.address, self.meeting.port, where="master")
        role = _master_options(plan, self.meeting) if plan.workers else []
        self._main = self._start(
            [*locust_command(plan), *_artefacts(folder), *role, "-H", target.base_url], "locust"
        )
        self._workers = tuple(
            self._start(worker_command(plan.locustfiles, LOOPBACK, self.meeting.port), f"worker-{number}")
            for number in range(1, 1 + (0 if plan.remote_workers else plan.workers))
        )

    def _start(self, command: list[str], name: str) -> Child:
        environment = dict(self._environment)
        if name != "locust":
            environment.pop("HARNESS_RUN_DIR")  # only the main process writes
        return Child(command, environment=environment, log=self._folder.file(f"{name}.log"))

    @property
    def pids(self) -> tuple[int, ...]:
        """Processes below which all of the generator is found."""
        return tuple(child.pid for child in (self._main, *self._workers))

    @property
    def status(self) -> int | None:
        """Locust's exit status, or None while it runs."""
        return self._main.status

    def wait(self, timeout_s: float) -> int | None:
        """Wait up to `timeout_s` seconds for Locust to end; its exit status, or None."""
        return self._main.wait(timeout_s)

    def ask_to_stop(self) -> None:
        """Ask Locust to stop the load and to write what it knows."""
        self._main.ask_to_stop()

    def stop(self) -> None:
        """End every process of the generator: Locust first, so that it can write, then its workers."""
        self._main.stop(STOP_TIMEOUT_S)
        for worker in self._workers:
            worker.stop(5)

    def last_words(self, lines: int = 3) -> str:
        """The end of Locust's log."""
        log = self._folder.file("locust.log")
        found = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return " / ".join(found[-lines:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def environment_for(
    plan: Plan, folder: RunFolder, target: RunningTarget, inherited: Mapping[str, str]
) -> Mapping[str, str]:
    """Environment of a Locust process: what user classes and the entry need to know (ARCHITECTURE.md)."""
    found = {
        **inherited,
        "HARNESS_RUN_DIR": str(folder.path.resolve()),
        "TARGET_PATHS": json.dumps(plan.target.paths),
        "TARGET_URL": target.base_url,
    }
    if target.api_key:
        found["TARGET_API_KEY"] = target.api_key.get_secret_value()
    if plan.target.inputs:
        found["TARGET_INPUTS"] = str(Path(plan.target.inputs).resolve())
    return found


def locust_command(plan: Plan) -> list[str]:
    """The words that start Locust headless with the plan's files and our entry."""
    return [
        *_locust(plan.locustfiles),
        "--headless",
        "--only-summary",
        "--stop-timeout",
        f"{plan.request_timeout_s:g}",
    ]


def worker_command(locustfiles: tuple[str, ...], master: str, port: int) -> list[str]:
    """The words that start one worker."""
    return [*_locust(locustfiles), "--worker", "--master-host", master, "--master-port", str(port)]


def ui_command(
    locustfiles: tuple[str, ...], shapes: tuple[str, ...], *, port: int, base_url: str
) -> list[str]:
    """The words that start Locust's web UI on loopback, with user classes and shapes to choose."""
    web = ["--web-host", "127.0.0.1", "--web-port", str(port), "--class-picker", "-H", base_url]
    return [*_locust((*locustfiles, *shapes)), *web]


def _locust(locustfiles: tuple[str, ...]) -> list[str]:
    files = ",".join([*locustfiles, str(ENTRY)])
    return [sys.executable, "-m", "locust", "-f", files, "--loglevel", "INFO"]


def _artefacts(folder: RunFolder) -> list[str]:
    prefix = str(folder.file("locust"))
    return ["--csv", prefix, "--csv-full-history", "--html", f"{prefix}.html"]


def _master_options(plan: Plan, meeting: Meeting) -> list[str]:
    wait_s = str(round(meeting.deadline_s))
    return [
        *("--master", "--master-bind-host", meeting.address, "--master-bind-port", str(meeting.port)),
        *("--expect-workers", str(plan.workers), "--expect-workers-max-wait", wait_s),
        "--enable-rebalancing",
    ]
