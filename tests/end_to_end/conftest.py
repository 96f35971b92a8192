"""Calls the command line as a user would, in an empty project folder of its own, against real parts."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

TOY_SCENARIO = """
name: toy
target: {{command: [{python}, {toy}{arguments}], environment: local, start_timeout: 10s}}
locustfiles: [{locustfile}]
traffic: {{{user}: 1}}
shape: {{kind: constant, users: 4, spawn_rate: 4, warm_up: 2s, duration: {duration}}}
request_timeout: 2s
objectives:
{objectives}
evidence: [{evidence}]
"""
OBJECTIVES = """
  - {endpoint: each, metric: p95, max: 500ms}
  - {metric: error_rate, max: 1%}
"""


@dataclass
class Outcome:
    """What a command left."""

    status: int
    stdout: str
    stderr: str
    folder: Path | None

    @property
    def verdict(self) -> dict[str, Any]:
        assert self.folder, self.stderr
        return json.loads((self.folder / "verdict.json").read_text())

    def findings(self, status: str) -> list[str]:
        return [f"{f['name']}: {f['sentence']}" for f in self.verdict["findings"] if f["status"] == status]


class Toy:
    """The toy target on a port of its own, as somebody else would run it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.processes: list[subprocess.Popen[str]] = []
        self.start()

    def start(self, *words: object) -> None:
        """Start one more on the same port; returns when it answers."""
        command = [sys.executable, str(HERE / "toy_target.py"), "--port", str(self.port), *map(str, words)]
        self.processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert self.processes[-1].stdout
        assert self.processes[-1].stdout.readline()

    def stop(self) -> None:
        """End the oldest."""
        process = self.processes.pop(0)
        process.kill()
        process.communicate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def count(self) -> int:
        """How many requests it has answered, by its own account."""
        with urllib.request.urlopen(f"{self.url}/count") as answer:
            return int(answer.read())


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to clients at any moment."""
    for port in random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port among fifty")


@dataclass
class Project:
    """A folder in which commands are called."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def toy(self, name: str = "toy", **changes: Any) -> Path:
        """A scenario on the toy target."""
        values: dict[str, Any] = {
            "python": sys.executable,
            "toy": HERE / "toy_target.py",
            "arguments": "",
            "locustfile": HERE / "user_plain.py",
            "user": "Visitor",
            "duration": "5s",
            "objectives": OBJECTIVES,
            "evidence": "resources, locust_csv",
        }
        values |= changes
        if values["arguments"]:
            values["arguments"] = ", " + ", ".join(str(word) for word in values["arguments"])
        path = self.path / f"{name}.yaml"
        path.write_text(TOY_SCENARIO.format(**values).replace("name: toy", f"name: {name}"))
        return path

    def start(self, *words: object, **environment: str) -> subprocess.Popen[str]:
        """Start a command and return at once."""
        return subprocess.Popen(
            [sys.executable, "-m", "harness", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, **self.environment, **environment, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def harness(self, *words: object, timeout_s: float = 180, **environment: str) -> Outcome:
        """Call a command and wait for its end."""
        return self.end(self.start(*words, **environment), timeout_s=timeout_s)

    def run(self, scenario: object, *words: object, timeout_s: float = 240, **environment: str) -> Outcome:
        """`harness run` with the run folders in this project."""
        return self.harness(
            "run", scenario, "--reports", self.reports, *words, timeout_s=timeout_s, **environment
        )

    def end(self, process: subprocess.Popen[str], *, timeout_s: float = 180) -> Outcome:
        """Wait for the end of a started command."""
        try:
            stdout, stderr = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            pytest.fail(f"did not end within {timeout_s} s\n{stdout}\n{stderr}")
        return Outcome(process.returncode, stdout, stderr, self.newest())

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    def newest(self) -> Path | None:
        """The newest run folder."""
        found = sorted(self.reports.glob("2*")) if self.reports.is_dir() else []
        return found[-1] if found else None

    def wait_for(self, condition: Callable[[], Any], *, timeout_s: float = 60) -> Any:
        """Poll a real system until something is so."""
        deadline = time.monotonic() + timeout_s
        while not (found := condition()):
            if time.monotonic() > deadline:
                pytest.fail("did not happen in time")
            time.sleep(0.1)
        return found

    def wait_for_load(self, seconds: float = 2.0) -> Path:
        """Wait until a run sends requests; its folder."""

        def loaded() -> bool:
            folder = self.newest()
            return bool(
                folder and (folder / "series.jsonl").is_file() and (folder / "series.jsonl").stat().st_size
            )

        self.wait_for(loaded)
        time.sleep(seconds)  # some seconds of load, so that there is something to judge
        folder = self.newest()
        assert folder
        return folder


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def toy() -> Iterator[Toy]:
    running = Toy()
    yield running
    while running.processes:
        running.stop()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def pids_below() -> Callable[[int], Mapping[int, str]]:
    """Command lines of all processes below one."""
    import psutil

    def below(pid: int) -> Mapping[int, str]:
        return {
            child.pid: " ".join(child.cmdline()) for child in psutil.Process(pid).children(recursive=True)
        }

    return below
