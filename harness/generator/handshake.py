"""The handshake: a master lets a load begin only when every worker runs the same harness and the same files.

worker: hello (versions, hashes of its files, its clock)  →  master: plan (settings)  →  worker: ready,
or, when it differs or comes after the load has begun, master: refused (why)  →  worker leaves. The worker
repeats its hello until it is answered: a message that arrives before the other side has registered for it is
lost (runners.py:1156). Shapes need no comparison: the schedule itself is in the plan.
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
import locust
from locust.runners import MasterRunner

import harness
from harness.generator.clocks import Clocks
from harness.generator.problems import Problems
from harness.generator.settings import Settings

HELLO, PLAN, READY, REFUSED = "harness_hello", "harness_plan", "harness_ready", "harness_refused"
HELLO_EVERY_S = 0.3
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
    return {"versions": _versions(), "files": hashes(paths), "time": time.time()}


def _versions() -> dict[str, str]:
    return {"harness": harness.__version__, "Locust": locust.__version__}


def differences(worker: dict[str, Any], files: dict[str, str]) -> list[str]:
    """In what a worker's hello differs from this process; empty when it may take part.

    A worker may have more locustfiles than a scenario uses, because the master names the classes that run.
    """
    found = []
    for name, mine in _versions().items():
        theirs = worker["versions"].get(name)
        if mine != theirs:
            found.append(f"runs {name} {theirs}, the master {mine}")
    for name, sha256 in sorted(files.items()):
        theirs = worker["files"].get(name)
        if theirs != sha256:
            found.append(f"{'has no' if theirs is None else 'has another'} {name}")
    return found


class Handshake:
    """The master's side."""

    def __init__(
        self, runner: MasterRunner, settings: Settings, paths: list[str], problems: Problems
    ) -> None:
        self.ready: dict[str, str] = {}
        """Name by id of every worker that may take part."""
        self.refused: list[str] = []
        self.clocks = Clocks()
        self._runner = runner
        self._settings = settings
        self._files = hashes(paths)
        self._problems = problems
        self._closed = False
        self._handle_message = runner.handle_message
        runner.handle_message = self._keep_out_late  # type: ignore[method-assign]
        runner.register_message(HELLO, self._on_hello)
        runner.register_message(READY, self._on_ready)

    def _on_hello(self, msg: Any, **_: object) -> None:
        name = self.name_of(msg.node_id)
        if self._closed and msg.node_id not in self.ready:
            mend = "start every worker before the load begins"
            self._refuse(msg.node_id, f"{name} came after the load had begun; {mend}")
            return
        if found := differences(msg.data, self._files):
            mend = "start it again with the master's files (harness worker --locustfile) and versions"
            self._refuse(msg.node_id, f"{name} {', '.join(found)}; {mend}")
            return
        self.clocks.compare(name, theirs_epoch_s=msg.data["time"], mine_epoch_s=time.time())
        told = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        plan = {
            "settings": self._settings.to_message(),
            "environment": told,
            "index": self._runner.get_worker_index(msg.node_id),
        }
        self._runner.send_message(PLAN, plan, client_id=msg.node_id)

    def _refuse(self, client_id: str, why: str) -> None:
        if why not in self.refused:  # it may have said hello twice
            self._problems.note(why)
            self.refused.append(why)
        self._runner.send_message(REFUSED, {"why": why}, client_id=client_id)

    def close(self) -> None:
        """The load begins: a worker that connects from now on gets no users, and is refused."""
        self._closed = True

    def _keep_out_late(self, client_id: str, msg: Any) -> None:
        """Locust would give a late worker users at once, before its hello is heard (runners.py:1020)."""
        late = self._closed and msg.type == "client_ready" and client_id not in self._runner.clients
        if late and client_id not in self.ready:
            index = self._runner.get_worker_index(client_id)
            self._runner.send_message("ack", {"index": index}, client_id=client_id)
            return
        self._handle_message(client_id, msg)

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
