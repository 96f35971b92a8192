"""The target of a run: started if the plan says how, waited for, watched, and left as it was found."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from harness.drivers import processes, web
from harness.drivers.commands import Child
from harness.drivers.processes import Identity
from harness.errors import HarnessError
from harness.model.plan import DataSet, Target
from harness.model.run import TargetState

POLL_S = 0.1
LOG_LINES_SHOWN = 3


class RunningTarget:
    """A target that answers its health check. Used in a `with` block, which stops what it started."""

    def __init__(
        self,
        plan: Target,
        *,
        log: Path,
        environment: Mapping[str, str],
        interrupted: Callable[[], bool],
    ) -> None:
        """Start the target and wait until it is healthy; HarnessError when it does not come up."""
        self._plan = plan
        self._log = log
        self._interrupted = interrupted
        self._child: Child | None = None
        self._line: dict[str, Any] = {}
        self._told = threading.Event()
        if plan.command:
            self._start(environment)
        try:
            self._settle()
        except BaseException:
            self.stop()
            raise

    def _start(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable if word == "python" else word for word in self._plan.command]
        self._child = Child(command, environment=environment, log=self._log, on_line=self._read_line)
        self._wait_for("print its readiness line", self._told.is_set)

    def _read_line(self, line: str) -> None:
        try:
            found = json.loads(line)
        except ValueError:
            return
        if isinstance(found, dict) and found.get("base_url"):
            self._line = found
            self._told.set()

    def _settle(self) -> None:
        self.base_url = str(self._line.get("base_url") or self._plan.base_url or "").rstrip("/")
        self.api_key = _secret(self._line.get("api_key")) or self._plan.api_key
        self.dsn = _secret(self._line.get("dsn")) or self._plan.dsn
        self.data = _data_set(self._line.get("data"), self._plan.data)
        self._health_url = self.base_url + str(self._line.get("health_path") or self._plan.health_path)
        metrics_path = self._line.get("metrics_path") or self._plan.metrics_path
        self.metrics_url = self.base_url + str(metrics_path) if metrics_path else None
        self._wait_for(f"answer {self._health_url}", self.is_healthy)
        pids = self._line.get("pids") or self._listening()
        self._identities = {
            role: tuple(filter(None, map(processes.identify, _numbers(found))))
            for role, found in pids.items()
        }

    def _listening(self) -> Mapping[str, Any]:
        """Processes of a target on this machine that was not started here, by its port."""
        url = urlsplit(self.base_url)
        if url.hostname not in ("localhost", "127.0.0.1", "::1"):
            return {}
        return {"api": processes.listeners_on(url.port or (443 if url.scheme == "https" else 80))}

    def _wait_for(self, what: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self._plan.start_timeout_s
        while not done():
            if self._interrupted():
                raise KeyboardInterrupt
            if self._child and self._child.status is not None:
                raise HarnessError(
                    f"ended with status {self._child.status} before it could {what}{self._last_words()}",
                    where=f"target '{self._plan.name}'",
                    mend=f"see {self._log}",
                )
            if time.monotonic() > deadline:
                raise HarnessError(
                    f"did not {what} within {self._plan.start_timeout_s:g} s{self._last_words()}",
                    where=f"target '{self._plan.name}'",
                    mend=f"see {self._log}" if self._child else "start it, or check its address",
                )
            time.sleep(POLL_S)

    def _last_words(self) -> str:
        try:
            lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        except OSError:
            return ""
        return ": " + " / ".join(lines[-LOG_LINES_SHOWN:]) if lines else ""

    def is_healthy(self) -> bool:
        """Whether the health check answers 200 now."""
        try:
            return web.get(self._health_url)[0] == 200
        except web.Unreachable:
            return False

    def death(self) -> str | None:
        """How the target died, or None while it lives or cannot be watched."""
        if self._child and self._child.status is not None:
            return f"ended with status {self._child.status}{self._last_words()}"
        if self.was_replaced():
            return None
        gone = [f"{role} process {one.pid}" for role, one in self._watched() if not processes.is_alive(one)]
        return f"{', '.join(gone)} gone{self._last_words()}" if gone else None

    def was_replaced(self) -> bool | None:
        """Whether other processes than at the start listen on its port now; None when that is not known."""
        before = {identity.pid for identity in self._identities.get("api", ())}
        if not before:
            return None
        if self._child:
            return False
        now = set(self._listening().get("api", ()))
        return bool(now) and not now & before

    def _watched(self) -> list[tuple[str, Identity]]:
        return [(role, identity) for role, found in self._identities.items() for identity in found]

    def pids(self) -> dict[str, tuple[int, ...]]:
        """Process ids by role."""
        return {role: tuple(identity.pid for identity in found) for role, found in self._identities.items()}

    def state(self) -> TargetState:
        """The target as it is described in `run.json`; nothing secret in it."""
        pool = self._line.get("pool") or {}
        told = {
            "durability": self._line.get("durability"),
            "data set": (self._line.get("data") or {}).get("set"),
        }
        environment = self._line.get("environment") or self._plan.environment
        return TargetState(
            name=str(self._line.get("name") or self._plan.name),
            version=self._line.get("version"),
            base_url=self.base_url,
            environment=str(environment) if environment else None,
            processes=self.pids(),
            pool_gauge=pool.get("gauge"),
            pool_size=pool.get("size"),
            faults=tuple(self._line.get("faults") or ()),
            notes={key: str(value) for key, value in told.items() if value},
        )

    def stop(self) -> None:
        """Stop what was started here."""
        if self._child:
            self._child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _secret(value: object) -> SecretStr | None:
    return SecretStr(str(value)) if value else None


def _numbers(found: int | list[int] | tuple[int, ...]) -> list[int]:
    many = found if isinstance(found, list | tuple) else [found]
    return [int(one) for one in many if one]


def _data_set(told: Mapping[str, Any] | None, planned: DataSet) -> DataSet:
    """What the scenario says about the data goes before what the target says of itself."""
    told = told or {}
    return DataSet(
        restore=planned.restore or told.get("restore"),
        top_up=planned.top_up or told.get("top_up"),
        top_up_every_s=float(told.get("top_up_every_s") or planned.top_up_every_s),
    )
