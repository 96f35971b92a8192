"""Installs the harness in a Locust process, whichever part it plays: single process, master or worker."""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import ctypes
import os
import signal
import sys
from functools import cache
from pathlib import Path
from typing import Any

import gevent
import locust.runners
import locust.stats
from locust import argument_parser, events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from harness.generator.even_dispatcher import EvenDispatcher
from harness.generator.main_process import MainProcess
from harness.generator.scheduled_shape import PlannedShape, ScheduledShape
from harness.generator.settings import Settings
from harness.generator.worker_process import WorkerProcess
from harness.model.buckets import bucket_of, value_of

REPORT_INTERVAL_S = 1.0
MASTER_HEARTBEAT_TIMEOUT_S = 6
REPORT_WAIT_S = "0.3"
PARENT_POLL_S = 1.0
PR_SET_PDEATHSIG = 1


def install() -> None:
    """Prepare Locust, before it has made its environment and its runner."""
    locust.runners.WORKER_REPORT_INTERVAL = REPORT_INTERVAL_S
    locust.runners.MASTER_HEARTBEAT_TIMEOUT = MASTER_HEARTBEAT_TIMEOUT_S
    # A master waits so long after each tick for workers to report their users (runners.py:790).
    os.environ.setdefault("LOCUST_WAIT_FOR_WORKERS_REPORT_AFTER_RAMP_UP", REPORT_WAIT_S)
    # A worker asks for the default options once an option a spawn message (runners.py:1397), and each time
    # they are parsed anew: 50 ms of a standing event loop a message. They are constant.
    argument_parser.default_args_dict = cache(argument_parser.default_args_dict)
    locust.stats.bucket_response_time = precise  # type: ignore[assignment]
    events.init.add_listener(_on_init)


def precise(response_ms: float) -> float:
    """A latency in ms rounded to 0.2 %, for Locust's own statistics (it rounds to two digits, 5 % off)."""
    return value_of(bucket_of(int(response_ms * 1000 + 0.5))) / 1000


def _on_init(environment: Environment, runner: Any, **_: object) -> None:
    folder = os.environ.get("HARNESS_RUN_DIR")
    environment.dispatcher_class = EvenDispatcher
    if folder or getattr(environment.parsed_options, "processes", None):
        die_with_parent()
    match runner:
        case WorkerRunner():
            worker = WorkerProcess(environment, runner)
            gevent.signal_handler(signal.SIGINT, worker.stop)
        case LocalRunner() | MasterRunner():
            main = _main(environment, runner, Path(folder) if folder else None)
            # Locust installs its own handler for SIGTERM only after the whole shape has run (main.py:687),
            # and SIGINT as a KeyboardInterrupt could end any greenlet.
            for number in (signal.SIGTERM, signal.SIGINT):
                gevent.signal_handler(number, main.stop, "interrupted")


def _main(environment: Environment, runner: LocalRunner | MasterRunner, folder: Path | None) -> MainProcess:
    planned = folder and environment.web_ui is None and (folder / "plan.json").exists()
    settings = Settings.from_plan(folder / "plan.json") if folder and planned else Settings()
    main = MainProcess(environment, runner, settings, folder)
    main.follow(settings)
    ScheduledShape.control = main
    if settings.schedule:
        environment.shape_class = PlannedShape(settings.schedule)
        environment.shape_class.runner = runner
    return main


def die_with_parent() -> None:
    """End this process when the one that started it ends, even by kill -9."""
    parent = os.getppid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gevent.spawn(_watch_parent, parent)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        gevent.sleep(PARENT_POLL_S)
    os.kill(os.getpid(), signal.SIGKILL)
