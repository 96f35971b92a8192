"""What every collector is, and the sampling thread that most of them share.

A collector is a module of this folder with a function `start(context) -> Collector`; its file name is its
name. Modules that are not collectors are named in `NOT_COLLECTORS`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from pydantic import SecretStr

import harness.evidence
from harness.errors import HarnessError
from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import TargetState

NOT_COLLECTORS = frozenset({"collector"})

Sample = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a collector may know of the run it watches."""

    folder: Path
    """The run folder."""
    plan: Plan
    target: TargetState
    dsn: SecretStr | None
    metrics_url: str | None
    generator_pids: Callable[[], tuple[int, ...]]
    """Processes below which all of the generator is found; empty before it is started."""


class Collector(Protocol):
    """Something that was started before the load and returns evidence when stopped."""

    def stop(self, load_start_epoch_s: int | None) -> Evidence:
        """Stop; `load_start_epoch_s` (None: the load never began) places the samples in the run."""


def names() -> dict[str, str]:
    """Every collector, with the first line of its documentation."""
    found = {}
    for module in pkgutil.iter_modules(harness.evidence.__path__):
        if module.name not in NOT_COLLECTORS:
            doc = _module(module.name).__doc__ or ""
            found[module.name] = doc.strip().splitlines()[0]
    return found


def start(name: str, context: Context) -> Collector:
    """Start a collector; one that cannot start leaves evidence that is unavailable, and why."""
    try:
        collector: Collector = _module(name).start(context)
    except HarnessError as error:
        return Unavailable(
            Evidence(collector=name, unavailable=f"{error.where}: {error.what}", mend=error.mend)
        )
    return collector


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"harness.evidence.{name}")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Stands where a collector could not work: its evidence says why, and how to mend it."""

    evidence: Evidence

    def stop(self, load_start_epoch_s: int | None) -> Evidence:  # noqa: ARG002  the protocol's
        """The evidence that there is none."""
        return self.evidence


class Sampler:
    """Takes a sample every so often in a thread of its own and writes it to `evidence/<name>.jsonl` at once.

    Nothing is kept in memory, however long the run. A sample that fails is left out and its error kept.
    """

    def __init__(self, name: str, folder: Path, *, every_s: float, sample: Callable[[], Sample]) -> None:
        self._path = folder / "evidence" / f"{name}.jsonl"
        self._every_s = every_s
        self._sample = sample
        self._over = threading.Event()
        self.error: str | None = None
        """Why the last sample failed; None when it did not."""
        self._thread = threading.Thread(target=self._repeat, name=f"evidence:{name}", daemon=True)
        self._thread.start()

    def _repeat(self) -> None:
        with self._path.open("a") as stream:
            due = time.monotonic()
            while not self._over.wait(max(0.0, due - time.monotonic())):
                due += self._every_s
                self._take(stream.write)
                stream.flush()

    def _take(self, write: Callable[[str], Any]) -> None:
        at = time.time()
        try:
            sample = self._sample()
            write(json.dumps({"t": round(at, 3), **sample}) + "\n")
        except (HarnessError, OSError) as error:
            self.error = str(error)
        else:
            self.error = None

    def stop(self, load_start_epoch_s: int | None) -> tuple[Sample, ...]:
        """Stop, and read the samples back on the run's clock; none when the load never began."""
        self._over.set()
        self._thread.join()
        if load_start_epoch_s is None:
            return ()
        found = []
        for line in self._path.read_text().splitlines():
            record = json.loads(line)
            found.append({"t_s": round(record.pop("t") - load_start_epoch_s, 3), **record})
        return tuple(found)
