"""Real Locust processes for the tests: started with a plan in a run folder, read back as plain values."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from plain_server import PlainServer

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "harness" / "generator" / "harness_entry.py"

PLAIN_USERS = """
from locust import FastHttpUser, HttpUser, constant, constant_throughput, task


class Quick(FastHttpUser):
    wait_time = constant_throughput(10)

    @task
    def get(self):
        self.client.get("/quick")


class Faulty(FastHttpUser):
    wait_time = constant(0.2)

    @task
    def get(self):
        self.client.get("/status/500", name="/faulty")


class Hanging(FastHttpUser):
    wait_time = constant(0.1)

    @task
    def get(self):
        self.client.get("/hang")


class HangingRequests(HttpUser):
    wait_time = constant(0.1)

    @task
    def get(self):
        self.client.get("/hang", name="/hang-requests")
"""


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to clients at any moment."""
    for port in random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port among fifty")


def stage(name: str, duration_s: float, start: float, end: float | None = None) -> dict[str, Any]:
    """A stage of a plan as JSON has it."""
    end = start if end is None else end
    return {"name": name, "duration_s": duration_s, "start_level": start, "end_level": end, "judged": True}


def plan(stages: Sequence[dict[str, Any]], traffic: dict[str, int], **more: Any) -> dict[str, Any]:
    """The parts of a plan that the generator reads."""
    return {
        "schedule": {"unit": more.pop("unit", "users"), "stages": list(stages)},
        "traffic": [
            {"key": name.lower(), "user_class": name, "endpoint": None, "weight": weight}
            for name, weight in traffic.items()
        ],
        **more,
    }


def wait_for_requests(server: PlainServer, count: int, locust: LocustRun) -> None:
    """Poll until the load is under way and the server has seen so many requests."""
    deadline = time.monotonic() + 20
    while server.total < count:
        assert time.monotonic() < deadline, locust.log()
        time.sleep(0.05)


class LocustRun:
    """One run: a single process, or a master with `workers` workers; `with` ends all of them."""

    def __init__(
        self,
        folder: Path,
        url: str,
        content: dict[str, Any] | None,
        *,
        files: Sequence[Path] = (),
        other: Path | None = None,
        workers: int = 0,
        started: int | None = None,
        options: Sequence[str] = ("--headless", "--only-summary"),
        environment: dict[str, str] | None = None,
        entry: bool = True,
    ) -> None:
        """`content`: the plan; `other`: the workers' locustfile; `started`: how many of them, if not all."""
        self.folder = folder / "run"
        self.folder.mkdir(exist_ok=True)
        self._log = (folder / "locust.log").open("w")
        self._entry = entry
        self._environment = {**os.environ, **(environment or {})}
        plain = folder / "plain_users.py"
        plain.write_text(PLAIN_USERS)
        files = files or [plain]
        if content is not None:
            (self.folder / "plan.json").write_text(json.dumps({**content, "workers": workers}))
        role, port = ([], 0) if not workers else self._master_options(workers)
        own = {"HARNESS_RUN_DIR": str(self.folder)} if entry else {}
        self.main = self._start(files, [*role, *options, "-H", url], own)
        joining = ["--worker", "--master-host", "127.0.0.1", "--master-port", str(port)]
        self.workers = [
            self._start([other] if other else files, joining, {})
            for _ in range(workers if started is None else started)
        ]

    @staticmethod
    def _master_options(workers: int) -> tuple[list[str], int]:
        port = free_port()
        bind = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port)]
        return [*bind, "--expect-workers", str(workers)], port

    def _start(
        self, files: Sequence[Path], options: Sequence[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        names = ",".join(map(str, [*files, *([ENTRY] if self._entry else [])]))
        return subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", names, *options],
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )

    def wait(self, timeout_s: float = 40) -> int:
        """Wait for the main process, then for the workers; the main one's exit status."""
        try:
            status = self.main.wait(timeout_s)
            for worker in self.workers:
                worker.wait(15)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(self.log()) from error
        return status

    def log(self) -> str:
        """What the processes printed."""
        return Path(self._log.name).read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.main, *self.workers):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)
        self._log.close()

    @property
    def completion(self) -> dict[str, Any]:
        """`completion.json`."""
        file = self.folder / "completion.json"
        assert file.exists(), self.log()
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    def cells(self) -> list[dict[str, Any]]:
        """Lines of `series.jsonl`."""
        return [json.loads(line) for line in (self.folder / "series.jsonl").read_text().splitlines()]

    def seconds(self, process: str | None = "main") -> list[dict[str, Any]]:
        """Lines of `generator.jsonl`, of one process or of all."""
        lines = (self.folder / "generator.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [second for second in found if process in (None, second["process"])]

    def summed(self, part: str) -> Counter[str]:
        """Counts of one part of all cells, by bucket, cause or status."""
        total: Counter[str] = Counter()
        for cell in self.cells():
            total.update(cell.get(part, {}))
        return total
