"""A lean session in a process of its own, and a scripted server to talk to."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_server import ScriptedServer

CHILD = Path(__file__).with_name("lean_child.py")
Call = tuple[str, str, dict[str, Any]]


class Lean:
    """Makes requests with lean sessions and tells what became of them."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def calls(self, base: str, *calls: Call, **settings: Any) -> list[dict[str, Any]]:
        """The outcomes of some calls of one session."""
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps({"base": base, "settings": settings, "calls": calls}) + "\n")
        self._child.stdin.flush()
        outcomes: list[dict[str, Any]] = json.loads(self._child.stdout.readline() or "[]")
        assert len(outcomes) == len(calls), "the child broke off"
        for outcome in outcomes:
            if outcome.get("body") is not None:
                outcome["body"] = base64.b64decode(outcome["body"])
        return outcomes

    def get(self, url: str, **settings: Any) -> dict[str, Any]:
        """The outcome of one GET of a session of its own."""
        base, slash, path = url.partition("/x")
        (outcome,) = self.calls(base, ("GET", slash + path or "/", {}), **settings)
        return outcome

    def close(self) -> None:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.close()
        assert self._child.wait(10) == 0
        self._child.stdout.close()


@pytest.fixture(scope="session")
def lean() -> Iterator[Lean]:
    """One process for all tests of a worker."""
    child = Lean()
    yield child
    child.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


@pytest.fixture
def answered(lean: Lean, server: ScriptedServer) -> Callable[..., dict[str, Any]]:
    """What becomes of a GET that is answered by some steps."""

    def ask(*steps: Any, method: str = "GET", settings: dict[str, Any] | None = None, **options: Any) -> Any:
        server.scripts["/x"] = steps
        base = {"network_timeout_s": 2.0, **(settings or {})}
        (outcome,) = lean.calls(server.url, (method, "/x", options), **base)
        return outcome

    return ask
