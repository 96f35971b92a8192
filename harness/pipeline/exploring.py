"""Locust at hand: its own web UI beside a running target, and a worker for a master elsewhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.drivers.commands import Child
from harness.errors import ExitStatus, HarnessError
from harness.pipeline.planning import plan as planned
from harness.pipeline.planning import planner
from harness.pipeline.running import make_fit
from harness.places import Places
from harness.plan.building import find
from harness.plan.planner import Overrides
from harness.run import dataset
from harness.run.folder import RunFolder
from harness.run.load import LOOPBACK, environment_for, ui_command, worker_command
from harness.run.ports import need_free
from harness.run.target import RunningTarget

BASIS = "load-10"
"""The scenario whose target and user classes the web UI offers."""


def explore(
    places: Places,
    reports: Path,
    *,
    port: int,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
) -> int:
    """Start the target and Locust's web UI on 127.0.0.1, and wait until Ctrl-C or Locust's end."""
    known = planner(places, reports, environment)
    plan = planned(find(BASIS, known.folders), known, Overrides())
    need_free(LOOPBACK, port, where="ui")
    folder = RunFolder.create(reports, "ui", datetime.now(UTC).strftime("%Y%m%d-%H%M%S"))
    over = _over_on_signals()
    tell(f"starting target '{plan.target.name}'")
    log = folder.file("target.log")
    with RunningTarget(plan.target, log=log, environment=environment, interrupted=over.is_set) as target:
        make_fit(target, plan, tell)
        command = ui_command(plan.locustfiles, _public(places.shapes), port=port, base_url=target.base_url)
        child = Child(
            command,
            environment=environment_for(plan, folder, target, environment),
            log=folder.file("locust.log"),
        )
        tell(f"http://127.0.0.1:{port}  Locust's web UI, loading {target.base_url} (Ctrl-C ends both)")
        with dataset.TopUp(target.data, target.dsn):
            while not over.wait(0.5) and child.status is None:
                pass
        status = child.stop()
    folder.drop_ballast()
    if over.is_set():
        return ExitStatus.PASSED
    raise HarnessError(
        f"ended by itself with status {status}", where="locust", mend=f"see {folder.file('locust.log')}"
    )


def work(
    places: Places,
    locustfiles: Sequence[Path],
    *,
    master: str,
    port: int,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
) -> int:
    """Be a worker of the master at `master:port` until it ends; what Locust logs goes to stderr.

    `locustfiles`: the master's; empty: those of this project. A master that is not there yet is waited for,
    up to five minutes (Locust's own limit).
    """
    files = tuple(map(str, locustfiles)) or _public(places.locustfiles)
    over = _over_on_signals()
    tell(f"worker for the master at {master}:{port}, which may come later (Ctrl-C ends it)")
    child = Child(worker_command(files, master, port), environment=environment, log=None)
    while not over.wait(0.5) and child.status is None:
        pass
    asked, status = child.status is None, child.stop()
    if asked or status == 0:
        return ExitStatus.PASSED
    raise HarnessError(f"ended with status {status}", where="worker", mend="see what Locust said above")


def _public(folder: Path) -> tuple[str, ...]:
    return tuple(str(path) for path in sorted(folder.glob("*.py")) if not path.name.startswith("_"))


def _over_on_signals() -> threading.Event:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    return over
