"""Start PostgreSQL, LLM double and API, say that they are ready, watch them, take them down together.

Restarts nothing: a load test must see a death.
"""

import dataclasses
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from target import VERSION, child, faults, provision
from target.child import Child
from target.cli import Options
from target.errors import Stopped, TargetError
from target.parent import Parent
from target.postgres import server as postgres
from target.settings import ServiceSettings

_HEALTHY_S = 30.0
_LOOK_EVERY_S = 0.1
_SPARE_CONNECTIONS = 30  # for evidence collectors, and ourselves


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Everything that runs."""

    settings: ServiceSettings
    database: provision.Provided
    server: postgres.Server | None
    api: Child
    llm: Child
    llm_log: Path
    options: Options


def run(options: Options) -> int:
    """Bring the system up, announce it, and stay until it shall stop; returns the exit status."""
    parent = Parent()
    stop = _stop_on_signals()
    with ExitStack() as stack:
        try:
            system = _start(options, stack)
            sys.stdout.write(json.dumps(_readiness(system)) + "\n")
            sys.stdout.flush()
            return _watch(system, stop, None if options.outlive_parent else parent)
        except Stopped:
            return 0


def _start(options: Options, stack: ExitStack) -> System:
    listener = stack.enter_context(child.bind(options.port))
    logs, throwaway = _log_folder(options, stack)
    llm_log = logs / "llm.jsonl"
    remove = ["--remove", str(logs)] if throwaway else []
    llm = child.start(
        "llm", "target.llm", child.bind(0), ["--log", str(llm_log), *remove], log=_log(stack, options, "llm")
    )
    stack.callback(llm.close)
    llm.tell(json.dumps(dataclasses.asdict(options.llm)) + "\n")
    api = child.start("api", "target.api", listener, [], log=_log(stack, options, "api"))
    stack.callback(api.close)
    settings = _settings(options, llm.url)
    server = None if options.dsn else postgres.start(connections=settings.pool_size + _SPARE_CONNECTIONS)
    if server:
        stack.callback(server.close)
        stack.callback(api.close)  # the API goes before its database
    database = (
        provision.own(server, options.data) if server else provision.use(options.dsn or "", options.data)
    )
    settings = dataclasses.replace(settings, dsn=database.dsn)
    api.tell(settings.line())
    llm.wait_until_healthy(_HEALTHY_S)
    api.wait_until_healthy(_HEALTHY_S)
    return System(
        settings=settings,
        database=database,
        server=server,
        api=api,
        llm=llm,
        llm_log=llm_log,
        options=options,
    )


def _settings(options: Options, llm_url: str) -> ServiceSettings:
    settings = ServiceSettings(
        dsn="",
        api_key=options.api_key or secrets.token_urlsafe(16),
        llm_url=llm_url,
        pool_size=options.pool_size,
        faults=options.faults,
    )
    for fault in faults.parse(options.faults):
        settings = fault.settings(settings)
    return settings


def _log_folder(options: Options, stack: ExitStack) -> tuple[Path, bool]:
    if options.log_dir is None:
        folder = Path(tempfile.mkdtemp(prefix="reference-target-logs-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder, True
    try:
        options.log_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TargetError(
            "--log-dir", f"{options.log_dir}: {error.strerror}", "name a folder you may write"
        ) from error
    return options.log_dir.resolve(), False


def _log(stack: ExitStack, options: Options, name: str) -> IO[str] | None:
    if options.log_dir is None:
        return None
    return stack.enter_context((options.log_dir / f"{name}.log").open("a", encoding="utf-8"))


def _readiness(system: System) -> dict[str, Any]:
    settings, database, options = system.settings, system.database, system.options
    return {
        "ready": True,
        "name": "reference target",
        "version": VERSION,
        "environment": "local",
        "base_url": system.api.url,
        "health_path": "/healthz",
        "metrics_path": "/metrics",
        "api_key": settings.api_key,
        "dsn": settings.dsn,
        "pids": {
            "supervisor": os.getpid(),
            "api": [system.api.process.pid],
            "database": list(database.pids),
            "llm": [system.llm.process.pid],
        },
        "data": {
            "set": options.data,
            "restore": "SELECT loadtest.restore()",
            "top_up": "SELECT loadtest.top_up()",
            "top_up_every_s": 0.25,
        },
        "llm": {"url": system.llm.url, "log": str(system.llm_log), "limit_per_s": options.llm.limit_per_s},
        "pool": {"size": settings.pool_size, "max_overflow": 0, "gauge": "target_pool_checked_out"},
        "durability": database.durability,
        "postgres": {"source": database.source, "log": database.log},
        "faults": list(options.faults),
    }


def _stop_on_signals() -> threading.Event:
    """From now on SIGTERM and SIGINT raise Stopped in the main thread, once.

    Later ones cannot disturb the clean-up.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if not stopping.is_set():
            stopping.set()
            raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


def _watch(system: System, stop: threading.Event, parent: Parent | None) -> int:
    while True:
        if parent and parent.gone():
            sys.stderr.write("target: whoever started it is gone; stopping\n")
            stop.set()
            return 0
        for part in (system.api, system.llm):
            if (status := part.process.poll()) is not None:
                stop.set()
                how = f"ended with {status}" if status >= 0 else f"was killed by signal {-status}"
                return _death(part.name, part.process.pid, how)
        if system.server and system.server.died():
            stop.set()
            return _death("postgres", system.server.pid, "ended")
        time.sleep(_LOOK_EVERY_S)


def _death(name: str, pid: int, how: str) -> int:
    sys.stderr.write(f"{name}: process {pid} {how}; not restarted, everything else is stopped\n")
    return 1
