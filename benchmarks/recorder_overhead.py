"""What recording costs: bare Locust against the harness's entry file, same users, at saturation.

    python benchmarks/recorder_overhead.py [--pairs N] [--record]

CPU microseconds of the Locust process per request, in interleaved pairs (bare, harness, harness, bare …), so
that a drift of the machine hits both. Pairs cannot resolve a few per cent on a shared machine, so a
micro-benchmark gives the cost of each part alone. `--record` writes recorder_overhead.md beside this file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path
from types import SimpleNamespace

import harness

ENTRY = Path(harness.__file__).parent / "generator" / "harness_entry.py"
USERS, LOAD_S, SETTLE_S = 16, 7, 2
TARGET_RATIO = 1.03

LOCUSTFILE = f"""
import json, os, time
import gevent
from locust import FastHttpUser, constant, events, task

class Busy(FastHttpUser):
    wait_time = constant(0)
    @task
    def get(self):
        self.client.get("/")

def look(environment):
    return time.process_time(), environment.runner.stats.num_requests

def measure(environment):
    gevent.sleep({SETTLE_S})
    cpu, requests = look(environment)
    gevent.sleep({LOAD_S - SETTLE_S - 1})
    cpu_end, requests_end = look(environment)
    told = {{"us": (cpu_end - cpu) / (requests_end - requests) * 1e6, "requests": requests_end - requests}}
    open(os.environ["TOLD"], "w").write(json.dumps(told))

events.test_start.add_listener(lambda environment, **_: gevent.spawn(measure, environment))
"""

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"ok": true}\n'


class Null(asyncio.Protocol):
    """Answers whatever arrives at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002
        self.transport.write(ANSWER)  # type: ignore[attr-defined]


def serve() -> None:
    """The null server: prints its port, and serves until it is killed."""

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Null, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    try:
        import uvloop  # noqa: PLC0415  an extra; faster, so that Locust is the bottleneck

        uvloop.run(forever())
    except ImportError:
        asyncio.run(forever())


def one_run(folder: Path, port: int, *, with_harness: bool) -> dict[str, float]:
    """CPU microseconds a request, and requests, of one run."""
    told, run = folder / "told.json", folder / "run"
    users = folder / "busy_users.py"
    users.write_text(LOCUSTFILE)
    run.mkdir(exist_ok=True)
    stage = {"name": "hold", "duration_s": LOAD_S, "start_level": USERS, "end_level": USERS, "judged": True}
    share = {"key": "busy", "user_class": "Busy", "endpoint": None, "weight": 1}
    plan = {"schedule": {"unit": "users", "stages": [stage]}, "traffic": [share]}
    (run / "plan.json").write_text(json.dumps(plan))
    files = f"{users},{ENTRY}" if with_harness else f"{users}"
    command = [sys.executable, "-m", "locust", "-f", files, "--headless", "--only-summary"]
    command += ["-H", f"http://127.0.0.1:{port}"]
    command += [] if with_harness else ["-u", str(USERS), "-r", "100", "-t", str(LOAD_S)]
    own = {"HARNESS_RUN_DIR": str(run)} if with_harness else {}
    subprocess.run(
        command, env={**os.environ, "TOLD": str(told), **own}, check=True, capture_output=True, timeout=60
    )
    found: dict[str, float] = json.loads(told.read_text())
    return found


def pairs(count: int) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Interleaved pairs of runs: (bare, with the harness)."""
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    found = []
    try:
        assert server.stdout
        port = int(server.stdout.readline())
        for number in range(count):
            arms = {}
            for with_harness in (False, True) if number % 2 == 0 else (True, False):
                with tempfile.TemporaryDirectory() as folder:
                    arms[with_harness] = one_run(Path(folder), port, with_harness=with_harness)
            found.append((arms[False], arms[True]))
            print(
                f"pair {number + 1}: bare {arms[False]['us']:.1f}, harness {arms[True]['us']:.1f} us/request"
            )
    finally:
        server.kill()
        server.wait()
    return found


def micro() -> dict[str, float]:
    """Nanoseconds a request of each part alone, best of seven."""
    from harness.generator.cells import Cells  # noqa: PLC0415
    from harness.generator.problems import Problems  # noqa: PLC0415
    from harness.generator.recorder import Recorder  # noqa: PLC0415

    recorder, cells, number = Recorder(Problems()), Cells(), 20_000
    listener = recorder.listener
    request = {
        "request_type": "GET",
        "name": "/x",
        "context": {},
        "response": SimpleNamespace(status_code=200, history=()),
        "exception": None,
        "start_time": time.time(),
        "url": "http://127.0.0.1/x",
        "response_length": 13,
        "response_time": 1.234,
    }

    def nothing(**_: object) -> None:
        """What Locust's event costs anyway."""

    def best(statement: object) -> float:
        return min(timeit.repeat(statement, number=number, repeat=7)) / number * 1e9  # type: ignore[arg-type]

    listening = best(lambda: listener(**request)) - best(lambda: nothing(**request))
    folding = []
    for _ in range(7):
        recorder.take()
        for us in range(number):
            listener(**{**request, "response_time": 1 + us % 5000 / 1000})
        began = time.perf_counter()
        cells.add(recorder.take())
        cells.take_lines()
        folding.append((time.perf_counter() - began) / number * 1e9)
    return {"listener": listening, "take, fold and write": min(folding), **_locust_parts(best)}


def _locust_parts(best: object) -> dict[str, float]:
    """What is added to Locust's own path; imports Locust, so it comes last."""
    import locust.stats  # noqa: PLC0415
    from locust.contrib.fasthttp import FastHttpSession  # noqa: PLC0415

    from harness.generator.in_flight import InFlight  # noqa: PLC0415
    from harness.generator.installation import precise  # noqa: PLC0415

    plain = locust.stats.bucket_response_time
    bucket = best(lambda: precise(1.234)) - best(lambda: plain(1.234))  # type: ignore[operator]
    session = SimpleNamespace(user=SimpleNamespace(_state="running"))
    FastHttpSession.request = lambda self, method, url, **_: None  # type: ignore[assignment]  # noqa: ARG005
    bare = FastHttpSession.request
    InFlight().install()
    watched = FastHttpSession.request
    watching = best(lambda: watched(session, "GET", "/", name="/x")) - best(  # type: ignore[operator]
        lambda: bare(session, "GET", "/", name="/x")
    )
    return {"request watched in flight": watching, "precise bucket in Locust's stats (twice)": 2 * bucket}


RECORD = """# What recording costs

`python benchmarks/recorder_overhead.py --pairs {count} --record`, Python {python}, {cores} cores, shared with
other work. {users} FastHttpUsers without think time against a null server; CPU of the Locust process.

| pair | bare, us | with the harness, us | ratio |
|---|---|---|---|
{rows}

Median ratio **{ratio:.3f}**, range {low:.3f} to {high:.3f}; aim: at most {aim}.

| part alone | ns a request |
|---|---|
{parts}
| all | {total:.0f} |

The parts add up to {share:.1%} of the {bare:.0f} us of bare Locust. What else differs in a pair is the
machine, the work done once a second, and Locust's own output.
"""


def report(found: list[tuple[dict[str, float], dict[str, float]]], parts: dict[str, float]) -> str:
    """The record."""
    pair_us = [(bare["us"], own["us"]) for bare, own in found]
    ratios = [own / bare for bare, own in pair_us]
    bare_us, total = statistics.median(bare for bare, _ in pair_us), sum(parts.values())
    numbered = enumerate(pair_us, start=1)
    rows = [f"| {n} | {bare:.1f} | {own:.1f} | {own / bare:.3f} |" for n, (bare, own) in numbered]
    return RECORD.format(
        count=len(found),
        python=platform.python_version(),
        cores=os.cpu_count(),
        users=USERS,
        rows="\n".join(rows),
        ratio=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        aim=TARGET_RATIO,
        parts="\n".join(f"| {name} | {ns:.0f} |" for name, ns in parts.items()),
        total=total,
        share=total / 1000 / bare_us,
        bare=bare_us,
    )


def main() -> None:
    """Measure, print, and record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    found = pairs(options.pairs)
    text = report(found, micro())
    print(text)
    if options.record:
        Path(__file__).with_suffix(".md").write_text(text)


if __name__ == "__main__":
    main()
