"""Real targets for the tests, started as `python -m target`, each with its own ports and folders."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2

ROOT = Path(__file__).parents[2]
START_S = 60.0


@dataclass(frozen=True)
class Target:
    """A started target: its process, its readiness line, and a client that knows the key."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    http: httpx.Client

    @property
    def pids(self) -> list[int]:
        return all_pids(self.ready)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(psycopg2.connect(self.ready["dsn"])) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *values: object) -> Any:
        return self.rows(sql, *values)[0][0]

    def metric(self, name: str) -> float:
        lines = self.http.get("/metrics").text.splitlines()
        return sum(
            float(line.rpartition(" ")[2]) for line in lines if line.split("{")[0].split(" ")[0] == name
        )

    def llm_log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in Path(self.ready["llm"]["log"]).read_text().splitlines()]


def all_pids(ready: dict[str, Any]) -> list[int]:
    pids = ready["pids"]
    return [pids["supervisor"], *pids["api"], *pids["database"], *pids["llm"]]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "target", *words]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TARGET_", "PG"))}
    return {**kept, **more}


def readiness(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first line of stdout, waited for with a limit."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if ready else ""
    assert line, f"no readiness line within {START_S:g} s (exit status {process.poll()})"
    answer: dict[str, Any] = json.loads(line)
    return answer


@contextlib.contextmanager
def started(*words: str, log: Path) -> Iterator[Target]:
    with log.open("w") as errors:
        process = subprocess.Popen(
            command(*words), stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, env=environment()
        )
        try:
            ready = readiness(process)
            headers = {"X-API-Key": ready["api_key"]}
            with httpx.Client(
                base_url=ready["base_url"], headers=headers, timeout=30, trust_env=False
            ) as http:
                yield Target(process, ready, http)
            if process.poll() is None:
                stop(process, ready)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def stop(process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
    """SIGTERM, and what an orderly stop promises: status 0, one line on stdout and no other, nothing left."""
    process.terminate()
    assert process.wait(timeout=30) == 0
    assert process.stdout
    assert process.stdout.read() == ""
    assert gone(all_pids(ready))
    assert not any(folder.exists() for folder in traces(ready))


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that waits to be reaped by init does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def gone(pids: list[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def traces(ready: dict[str, Any]) -> list[Path]:
    """The temporary folders of a target that has its own server and named no folder for logs."""
    own_server = ready["postgres"]["log"]
    return [Path(ready["llm"]["log"]).parent, Path(own_server).parents[1]] if own_server else []


def wait_for(what: Callable[[], object], *, within_s: float) -> bool:
    """Poll a real system until `what` is true."""
    end = time.monotonic() + within_s
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def together(target: Target, requests: Sequence[tuple[str, str, Any]]) -> list[httpx.Response]:
    """Send all requests at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda r: target.http.request(r[0], r[1], json=r[2]), requests))
