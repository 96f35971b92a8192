"""Start PostgreSQL, LLM double and API, say that they are ready, watch them, take them down together.

Restarts nothing: a load test must see a death.
"""

import dataclasses
import json
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from target import child, faults, provision, readiness
from target.child import Child
from target.cli import Options
from target.errors import Stopped, TargetError
from target.parent import Parent
from target.postgres import server as postgres
from target.settings import ServiceSettings

_HEALTHY_S = 30.0
_LOOK_EVERY_S = 0.1
_SPARE_CONNECTIONS = 30  # for evidence collectors, and ourselves


def run(options: Options) -> int:
    """Bring the system up, announce it, and stay until it shall stop; returns the exit status."""
    parent = Parent()
    stop = _stop_on_signals()
    with ExitStack() as stack:
        try:
            system = _start(options, stack)
            sys.stdout.write(readiness.line(system))
            sys.stdout.flush()
            return _watch(system, None if options.outlive_parent else parent)
        except Stopped:
            return 0
        finally:
            stop.set()  # a signal must not disturb the clean-up


def _start(options: Options, stack: ExitStack) -> readiness.System:
    """Start everything at once, and feed each part what it waits for; the stack stops all in reverse."""
    listener = stack.enter_context(child.bind(options.port, host=options.host))
    settings = _settings(options)
    server = _server(options, settings, stack)
    logs, throwaway = _log_folder(options, stack)
    llm = _llm(options, logs, stack, throwaway=throwaway)
    api = child.start("api", "target.api", listener, [], log=_log(stack, options, "api"))
    stack.callback(api.close)
    database = (
        provision.own(server, options.data) if server else provision.use(options.dsn or "", options.data)
    )
    settings = dataclasses.replace(settings, dsn=database.dsn, llm_url=llm.url)
    api.tell(settings.line())
    llm.wait_until_healthy(_HEALTHY_S)
    api.wait_until_healthy(_HEALTHY_S)
    return readiness.System(
        settings=settings,
        database=database,
        server=server,
        api=api,
        llm=llm,
        llm_log=logs / "llm.jsonl",
        llm_limit_per_s=options.llm.limit_per_s,
        data=options.data,
    )


def _settings(options: Options) -> ServiceSettings:
    settings = ServiceSettings(
        dsn="",
        api_key=options.api_key or secrets.token_urlsafe(16),
        llm_url="",
        pool_size=options.pool_size,
        faults=options.faults,
    )
    for fault in faults.parse(options.faults):
        settings = fault.settings(settings)
    return settings


def _server(options: Options, settings: ServiceSettings, stack: ExitStack) -> postgres.Server | None:
    if options.dsn:
        return None
    server = postgres.start(connections=settings.pool_size + _SPARE_CONNECTIONS)
    stack.callback(server.close)
    return server


def _llm(options: Options, logs: Path, stack: ExitStack, *, throwaway: bool) -> Child:
    words = ["--log", str(logs / "llm.jsonl"), *(["--remove", str(logs)] if throwaway else [])]
    llm = child.start("llm", "target.llm", child.bind(0), words, log=_log(stack, options, "llm"))
    stack.callback(llm.close)
    llm.tell(json.dumps(dataclasses.asdict(options.llm)) + "\n")
    return llm


def _log_folder(options: Options, stack: ExitStack) -> tuple[Path, bool]:
    """Where the logs go, and whether the folder is ours to remove."""
    if options.log_dir is None:
        folder = Path(tempfile.mkdtemp(prefix="reference-target-logs-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder, True
    try:
        options.log_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cause = f"{options.log_dir}: {error.strerror}"
        raise TargetError("--log-dir", cause, "name a folder you may write") from error
    return options.log_dir.resolve(), False


def _log(stack: ExitStack, options: Options, name: str) -> IO[str] | None:
    if options.log_dir is None:
        return None
    return stack.enter_context((options.log_dir / f"{name}.log").open("a", encoding="utf-8"))


def _stop_on_signals() -> threading.Event:
    """From now on SIGTERM, SIGINT and SIGHUP raise Stopped in the main thread, until the event is set."""
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if not stopping.is_set():
            stopping.set()
            raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


def _watch(system: readiness.System, parent: Parent | None) -> int:
    """Stay until the parent is gone (0) or a part has died (1)."""
    while not (parent and parent.gone()):
        for part in (system.api, system.llm):
            if (status := part.process.poll()) is not None:
                how = f"ended with {status}" if status >= 0 else f"was killed by signal {-status}"
                return _death(part.name, part.process.pid, how)
        if system.server and system.server.died():
            return _death("postgres", system.server.pid, "ended")
        time.sleep(_LOOK_EVERY_S)
    sys.stderr.write("target: whoever started it is gone; stopping\n")
    return 0


def _death(name: str, pid: int, how: str) -> int:
    sys.stderr.write(f"{name}: process {pid} {how}; not restarted, everything else is stopped\n")
    return 1
