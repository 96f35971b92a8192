"""An arrival rate sees a stall as those who arrive see it, whatever the number of users that wait."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.model.series import Window
from harness.run.folder import RunFolder

HERE = Path(__file__).parent
SERVER = HERE.parents[1] / "benchmarks" / "stalling_server.py"
RATE, WARM_UP_S, JUDGED_S, STALL_S, ANSWER_S = 100, 2, 10, 1, 0.01

SCENARIO = """
name: stall
target:
  command: [{python}, {server}, --answer-ms, "10", --stall-s, "1", --after-s, "6", --record, {record}]
  environment: staging
locustfiles: [{locustfile}]
traffic: {{Arriving: 1}}
shape: {{kind: constant_rate, arrivals: 100/s, warm_up: 2s, duration: 10s}}
arrivals: {arrivals}
max_in_flight: 300
request_timeout: 5s
objectives:
  - {{metric: p99, max: 1500ms}}
  - {{metric: throughput, min: 95/s}}
"""


def exact_quantile(values: list[float], q: float) -> float:
    """The upper nearest rank: element ceil(q n) of the sorted values."""
    return sorted(values)[math.ceil(q * len(values) - 1e-9) - 1]


def true_latencies(seen: dict[str, Any], start: float) -> list[float]:
    """What each judged request took, from the arrivals that the server saw and the stall that it made."""
    begin, end = seen["stall"]
    judged = [a for a in seen["arrivals"] if start + WARM_UP_S <= a < start + WARM_UP_S + JUDGED_S]
    return [(end - a if begin <= a < end else 0.0) + seen["answer_s"] for a in judged]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("arrivals", ["even", pytest.param("poisson", marks=pytest.mark.proof)])
def test_p99_under_a_stall_is_what_those_who_arrive_wait(project, arrivals: str) -> None:
    record = project.path / "seen.json"
    path = project.path / "stall.yaml"
    path.write_text(
        SCENARIO.format(
            python=sys.executable,
            server=SERVER,
            record=record,
            locustfile=HERE / "user_open.py",
            arrivals=arrivals,
        )
    )
    outcome = project.run(path)
    assert outcome.verdict["status"] in ("PASS", "WARN"), outcome.stdout + outcome.stderr
    folder = RunFolder.existing(outcome.folder)
    start = folder.load_start_epoch_s()
    window = folder.series().window(None, [(WARM_UP_S, WARM_UP_S + JUDGED_S)])
    true = true_latencies(json.loads(record.read_text()), start)
    for q in (0.95, 0.99):
        assert window.judged.quantile_s(q) == pytest.approx(exact_quantile(true, q), rel=0.05)
    _check_rate(window, arrivals)


def _check_rate(window: Window, arrivals: str) -> None:
    """Even arrivals are held within 1 %; of Poisson arrivals the number has a deviation of its root."""
    planned = RATE * JUDGED_S
    tolerance = 0.01 * planned if arrivals == "even" else 4 * math.sqrt(planned)
    assert window.requests == pytest.approx(planned, abs=tolerance)
    if arrivals == "even":
        # 1,000 requests, 10 ms apart. The 100 that arrive while the server stands for 1 s take up to 1.01 s,
        # each 10 ms less than the one before. The P99 is the 990th of the sorted ones, so the 11th longest:
        # 1.01 s less ten or up to eleven times 10 ms, as the stall begins at or after an arrival.
        assert 0.95 * 0.90 < window.judged.quantile_s(0.99) < 1.05 * 0.91
