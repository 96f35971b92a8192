"""Percentiles through the real recorder, four workers, the real file and the real reader are exact enough."""

from __future__ import annotations

import csv
import json
import math
import random
import time
import urllib.request
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from locust_run import LocustRun, free_port
from plain_server import PlainServer

from harness.generator.cells import Cells
from harness.generator.problems import Problems
from harness.generator.recorder import Recorder
from harness.model.series import Cell, Series

SAMPLES, WORKERS = 100_000, 4
QUANTILES = (0.5, 0.9, 0.95, 0.99, 0.999)
START = 1_763_877_600

DISTRIBUTIONS: dict[str, Callable[[random.Random], float]] = {
    "below a millisecond": lambda r: r.uniform(0.05, 0.9),
    "exponential, mean 20 ms": lambda r: r.expovariate(1 / 20),
    "lognormal around 100 ms": lambda r: r.lognormvariate(math.log(100), 0.5),
    "all at 105 ms": lambda r: r.gauss(105, 0.05),
    "two humps, 5 ms and 2 s": lambda r: r.gauss(5, 0.5) if r.random() < 0.97 else r.gauss(2000, 100),
    "heavy tail (Pareto 1.2)": lambda r: 3 * r.paretovariate(1.2),
}
"""Latencies in ms."""


def recorded(latencies_ms: list[float]) -> Series:
    """What is read back of latencies that four workers recorded in turn."""
    response, cells = SimpleNamespace(status_code=200, history=()), Cells()
    lines: list[str] = []
    for worker in range(WORKERS):
        recorder = Recorder(Problems())
        for number, latency_ms in enumerate(latencies_ms[worker::WORKERS]):
            recorder.listener(
                request_type="GET",
                name="/x",
                response_time=latency_ms,
                response=response,
                start_time=START + number % 10,
            )
        cells.add(recorder.take())
        lines += cells.take_lines().splitlines()
    return Series(cells=tuple(Cell.from_line(line, load_start_epoch_s=START) for line in lines))


def exact_s(latencies_ms: list[float], q: float) -> float:
    """The upper nearest rank: element ceil(q n) of the sorted samples."""
    return sorted(latencies_ms)[math.ceil(q * len(latencies_ms) - 1e-9) - 1] / 1000


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_percentiles_are_within_half_a_per_cent(name: str) -> None:
    rng = random.Random(name)
    latencies_ms = [max(0.001, DISTRIBUTIONS[name](rng)) for _ in range(SAMPLES)]
    window = recorded(latencies_ms).window("GET /x", [(0, 10)])
    assert window.answered.total == SAMPLES
    for q in QUANTILES:
        # 0.2 % for the bucket, and half a microsecond, the unit of recording
        assert window.judged.quantile_s(q) == pytest.approx(exact_s(latencies_ms, q), rel=0.0021, abs=0.6e-6)


def p95_s(latency_ms: float) -> float:
    found = recorded([latency_ms] * 100).window(None, [(0, 10)]).judged.quantile_s(0.95)
    assert found is not None
    return found


def test_a_tenth_of_a_millisecond_is_no_change_and_a_fifth_more_is_one() -> None:
    """Locust alone rounds the first to +10 % (100 to 110 ms) and the second to +9 % (110 to 120 ms)."""
    assert p95_s(105.1) / p95_s(105.0) == pytest.approx(1.001, abs=0.005)
    assert p95_s(125.0) / p95_s(105.1) == pytest.approx(125.0 / 105.1, abs=0.005)


def test_samples_take_four_bytes_each_until_they_are_folded() -> None:
    recorder = Recorder(Problems())
    response = SimpleNamespace(status_code=200, history=())
    for _ in range(1000):
        recorder.listener(
            request_type="GET", name="/x", response_time=1.0, response=response, start_time=START
        )
    (record,) = recorder.take()
    assert len(record["answered"]) == 1000 * array("I").itemsize
    assert recorder.take() == []


KNOWN_USERS = """
from types import SimpleNamespace
import time
from locust import User, constant, task

LATENCIES_MS = {latencies}


class Known(User):
    wait_time = constant(3600)

    @task
    def all_at_once(self):
        for latency_ms in LATENCIES_MS:
            self.environment.events.request.fire(
                request_type="GET", name="/known", response_time=latency_ms, response_length=2, context={{}},
                response=SimpleNamespace(status_code=200, history=()), exception=None,
                start_time=time.time(), url="/",
            )
"""
"""Fires requests of known latency, as a client would."""
KNOWN_MS = [105.1] * 60 + [125.0] * 36 + [1054.8] * 4


@pytest.fixture
def known_users(tmp_path: Path) -> Path:
    path = tmp_path / "known_users.py"
    path.write_text(KNOWN_USERS.format(latencies=KNOWN_MS))
    return path


def test_locusts_own_html_and_web_ui_are_as_exact_and_its_csv_has_whole_milliseconds(
    tmp_path: Path, known_users: Path
) -> None:
    """Of a real Locust process; on its own it would say 110, 120 and 1100 ms."""
    port = free_port()
    options = [
        *("--web-host", "127.0.0.1", "--web-port", str(port), "--autostart", "-u", "1", "-r", "1"),
        *("--csv", str(tmp_path / "known"), "--class-picker"),
    ]
    with (
        PlainServer() as server,
        LocustRun(tmp_path, server.url, None, files=[known_users], options=options) as locust,
    ):
        told = next(_stats(port, locust))
        row = next(row for row in told["stats"] if row["name"] == "/known")
        html = _get(f"http://127.0.0.1:{port}/stats/report")
        whole = _get(f"http://127.0.0.1:{port}/stats/requests/csv")
    assert row["median_response_time"] == pytest.approx(105.1, rel=0.002)
    assert row["response_time_percentile_0.95"] == pytest.approx(125.0, rel=0.002)
    assert row["response_time_percentile_0.99"] == pytest.approx(1054.8, rel=0.002)
    shown = _report_row(html)
    assert [shown["0.5"], shown["0.95"], shown["0.99"]] == [
        pytest.approx(value, rel=0.002) for value in (105.1, 125.0, 1054.8)
    ]
    (of_csv,) = (line for line in csv.DictReader(whole.splitlines()) if line["Name"] == "/known")
    assert [of_csv["50%"], of_csv["95%"]] == ["105", "125"]


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def _stats(port: int, locust: LocustRun) -> Iterator[dict]:
    """Polls a real Locust until it has counted all."""
    deadline = time.monotonic() + 30
    while True:
        assert time.monotonic() < deadline, locust.log()
        time.sleep(0.2)
        try:
            told = json.loads(_get(f"http://127.0.0.1:{port}/stats/requests"))
        except OSError:
            continue
        if any(row["num_requests"] == len(KNOWN_MS) for row in told["stats"] if row["name"] == "/known"):
            yield told


def _report_row(html: str) -> dict[str, float]:
    """The row of percentiles in the JSON that Locust's HTML report embeds."""
    at = html.index('"response_time_statistics"')
    rows = json.JSONDecoder().raw_decode(html, html.index("[", at))[0]
    return next(row for row in rows if row["name"] == "/known")
