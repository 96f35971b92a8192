"""Calls the command line as a user would, in an empty project folder of its own, against real parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
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
def pids_below() -> Callable[[int], Mapping[int, str]]:
    """Command lines of all processes below one."""
    import psutil

    def below(pid: int) -> Mapping[int, str]:
        return {
            child.pid: " ".join(child.cmdline()) for child in psutil.Process(pid).children(recursive=True)
        }

    return below
