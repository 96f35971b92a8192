"""The handshake: a master lets a load begin only when every worker runs the same harness and the same files.

worker: hello (version, hashes of its files, its clock)  →  master: plan (settings)  →  worker: ready.
The worker repeats its hello until it is answered: a message that arrives before the other side has registered
for it is lost (runners.py:1156).
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gevent
from locust.runners import MasterRunner

import harness
from harness.generator.problems import Problems
from harness.generator.settings import Settings

HELLO, PLAN, READY = "harness_hello", "harness_plan", "harness_ready"
HELLO_EVERY_S = 0.3
SKEW_LIMIT_S = 1.0
ENVIRONMENT = ("TARGET_API_KEY", "TARGET_PATHS")
"""What a remote worker is told of the master's environment."""


def hashes(paths: Iterable[str]) -> dict[str, str]:
    """SHA-256 by file name of the given locustfiles, the private modules beside them, and the inputs."""
    files = {Path(path) for path in paths if Path(path).is_file()}
    folders = {file.parent for file in files}
    files |= {private for folder in folders for private in folder.glob("_*.py")}
    if inputs := os.environ.get("TARGET_INPUTS"):
        files.add(Path(inputs))
    else:
        files |= {folder / "inputs.json" for folder in folders}
    return {
        "inputs" if file.suffix == ".json" else file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files)
        if file.is_file()
    }


def hello(paths: Iterable[str]) -> dict[str, Any]:
    """What a worker says of itself."""
    return {"version": harness.__version__, "files": hashes(paths), "time": time.time()}


def differences(worker: dict[str, Any], files: dict[str, str]) -> list[str]:
    """In what a worker's hello differs from this process; empty when it may take part."""
    found = []
    if worker["version"] != harness.__version__:
        found.append(f"runs harness {worker['version']}, the master {harness.__version__}")
    for name in sorted({*files, *worker["files"]}):
        mine, theirs = files.get(name), worker["files"].get(name)
        if mine != theirs:
            what = "has no" if theirs is None else "has an additional" if mine is None else "has another"
            found.append(f"{what} {name}")
    return found


class Handshake:
    """The master's side."""

    def __init__(
        self, runner: MasterRunner, settings: Settings, paths: list[str], problems: Problems
    ) -> None:
        self.ready: dict[str, str] = {}
        """Name by id of every worker that may take part."""
        self.refused: list[str] = []
        self._runner = runner
        self._settings = settings
        self._files = hashes(paths)
        self._problems = problems
        runner.register_message(HELLO, self._on_hello)
        runner.register_message(READY, self._on_ready)

    def _on_hello(self, msg: Any, **_: object) -> None:
        name = self.name_of(msg.node_id)
        skew_s = msg.data["time"] - time.time()
        if abs(skew_s) > SKEW_LIMIT_S:
            self._problems.note(f"{name}: its clock is {skew_s:+.1f} s off the master's; set it by NTP")
        if found := differences(msg.data, self._files):
            refusal = f"{name} {', '.join(found)}"
            self._problems.note(f"{refusal}; give it the master's files and start it again")
            self.refused.append(refusal)
            self._runner.send_message("quit", client_id=msg.node_id)
            return
        told = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        plan = {
            "settings": self._settings.to_message(),
            "environment": told,
            "index": self._runner.get_worker_index(msg.node_id),
        }
        self._runner.send_message(PLAN, plan, client_id=msg.node_id)

    def _on_ready(self, msg: Any, **_: object) -> None:
        self.ready[msg.node_id] = self.name_of(msg.node_id)

    def name_of(self, client_id: str) -> str:
        """A worker's name in the files: its number, in the order of connecting."""
        return f"worker-{self._runner.get_worker_index(client_id) + 1}"

    def wait(self, expected: int, deadline_s: float, *, strict: bool = True) -> str | None:
        """Wait until `expected` workers are ready; None, or why the load must not begin.

        Strict: a single refused worker is a reason.
        """
        began = time.perf_counter()
        while len(self.ready) < expected:
            if strict and self.refused:
                break
            if time.perf_counter() - began > deadline_s:
                return f"only {len(self.ready)} of {expected} workers were ready after {deadline_s:g} s"
            gevent.sleep(0.02)
        return f"refused: {self.refused[0]}" if strict and self.refused else None
