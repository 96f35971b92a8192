"""Recording: exact to 0.5 %, the same split over processes, and flat in memory. Without Locust."""

from __future__ import annotations

import errno
import json
import math
import os
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.generator.causes import MOST_CAUSES, OTHER_CAUSES, UnfinishedError, cause_of, is_unanswered
from harness.generator.cells import Cells
from harness.generator.problems import Problems
from harness.generator.recorder import SERVICE_MS, Recorder, endpoint_of, requests_in
from harness.generator.run_files import RunFiles
from harness.model.series import Cell, Series

OK = SimpleNamespace(status_code=200, history=())
START = 1_700_000_000


def request(recorder: Recorder, response_time: float = 1.0, **more: Any) -> None:
    """Fire one request as Locust does."""
    found = {"request_type": "GET", "name": "/x", "response": OK, "exception": None, "context": {}}
    recorder.listener(**{**found, "start_time": START + 0.5, "response_time": response_time, **more})


def cell_of(recorder: Recorder) -> Cell:
    cells = Cells()
    cells.add(recorder.take())
    (line,) = cells.take_lines().splitlines()
    return Cell.from_line(line, load_start_epoch_s=START)


DISTRIBUTIONS = {
    "exponential around 20 ms": lambda rng: rng.expovariate(1 / 20),
    "log-normal around 1 s": lambda rng: rng.lognormvariate(math.log(1000), 0.8),
    "sub-millisecond": lambda rng: rng.uniform(0.05, 0.9),
    "two humps": lambda rng: rng.gauss(5, 0.3) if rng.random() < 0.9 else rng.gauss(900, 20),
    "just above 105 ms": lambda rng: rng.uniform(105.0, 105.2),
    "heavy tail": lambda rng: rng.paretovariate(1.2) * 3,
}


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_percentiles_are_within_half_a_percent_over_four_workers(kind: str) -> None:
    rng = random.Random(kind)
    samples = [max(DISTRIBUTIONS[kind](rng), 0.001) for _ in range(20_000)]
    recorders = [Recorder(Problems()) for _ in range(4)]
    for number, sample in enumerate(samples):
        request(recorders[number % 4], sample, start_time=START + number % 7)
    cells = Cells()
    for recorder in recorders:
        cells.add(recorder.take())
    lines = cells.take_lines().splitlines()
    series = Series(cells=tuple(Cell.from_line(line, load_start_epoch_s=START) for line in lines))
    window = series.window("GET /x", [(0, 7)])
    assert window.requests == len(samples) == cells.requests["GET /x"]
    ordered = sorted(samples)
    for q in (0.5, 0.95, 0.99, 0.999):
        exact_s = ordered[math.ceil(q * len(ordered)) - 1] / 1000
        assert window.answered.quantile_s(q) == pytest.approx(exact_s, rel=0.005, abs=1e-6)


def test_answered_failed_and_unanswered_are_kept_apart() -> None:
    recorder = Recorder(Problems())
    request(recorder, 10)
    request(recorder, 1, exception=ValueError("bad"), response=SimpleNamespace(status_code=500))
    request(recorder, 3000, exception=TimeoutError("timed out"), response=SimpleNamespace(status_code=0))
    request(recorder, 2000, exception=UnfinishedError(), response=None)
    cell = cell_of(recorder)
    assert (cell.answered.total, cell.failed.total, cell.unanswered.total) == (1, 1, 2)
    assert cell.causes == {"500 Internal Server Error": 1, "timed out": 1, "unfinished": 1}
    assert cell.statuses == {500: 1, 0: 2}
    assert cell.unanswered.max_s == pytest.approx(3, rel=0.005)


def test_remarks_service_times_and_other_statuses_are_recorded() -> None:
    recorder = Recorder(Problems())
    request(recorder, 10, context={"remark": "found no work"})
    request(recorder, 900, context={SERVICE_MS: 7.0})
    request(recorder, 5, response=SimpleNamespace(status_code=201))
    cell = cell_of(recorder)
    assert cell.answered.total == 3
    assert cell.remarks == {"found no work": 1}
    assert cell.statuses == {201: 1}
    assert cell.service.max_s == pytest.approx(0.007, rel=0.005)


def test_a_late_answer_adds_a_line_for_its_start_second() -> None:
    recorder, cells = Recorder(Problems()), Cells()
    request(recorder, 10)
    cells.add(recorder.take())
    first = cells.take_lines()
    request(recorder, 5000)
    cells.add(recorder.take())
    seconds = {json.loads(line)["t"] for line in (first + cells.take_lines()).splitlines()}
    assert seconds == {START}
    assert recorder.take() == []
    assert cells.take_lines() == ""


def test_nothing_breaks_the_recorder() -> None:
    problems = Problems()
    recorder = Recorder(problems)
    request(recorder, None)  # type: ignore[arg-type]
    request(recorder, 1e12)
    request(recorder, -5.0)
    request(recorder, 1.0, start_time=None)
    request(recorder, 1.0, response=None)
    request(recorder, 1.0, name=object())
    assert requests_in(recorder.take()) == 5
    assert problems.lines == [
        "a request named '/x' has no response time and is not recorded",
        "a request named '/x' has a negative response time, recorded as 0",
    ]


@pytest.mark.parametrize(
    ("history", "status"), [([], {}), ([307, 302], {307: 1})], ids=["direct", "by two redirects"]
)
def test_a_redirect_that_was_followed_has_the_status_of_its_first_answer(
    history: list[int], status: dict[int, int]
) -> None:
    recorder = Recorder(Problems())
    trail = [SimpleNamespace(status_code=code) for code in history]
    request(recorder, 1.0, response=SimpleNamespace(status_code=200, history=trail))
    (record,) = recorder.take()
    assert record.get("statuses", {}) == status


def test_endpoints_have_their_method_once() -> None:
    assert endpoint_of("GET", "/x") == "GET /x"
    assert endpoint_of("POST", "POST /search") == "POST /search"
    assert endpoint_of("", "custom") == "custom"


def test_causes_are_bounded() -> None:
    recorder, cells = Recorder(Problems()), Cells()
    for number in range(2 * MOST_CAUSES):
        request(recorder, exception=ValueError(f"id {number}"), response=None)
    cells.add(recorder.take())
    (line,) = cells.take_lines().splitlines()
    causes = json.loads(line)["causes"]
    assert len(causes) == MOST_CAUSES + 1
    assert causes[OTHER_CAUSES] == MOST_CAUSES


class CatchResponseError(Exception):
    """Named as Locust's, and told by its name."""


class RetriesExceeded(Exception):  # noqa: N818  the name is theirs
    """As geventhttpclient's: wraps what happened."""

    def __init__(self, original: BaseException) -> None:
        self.original = original
        super().__init__("URL http://x: 0")


NO_ANSWER = SimpleNamespace(status_code=0)


@pytest.mark.parametrize(
    ("error", "response", "cause"),
    [
        (CatchResponseError("no hits"), OK, "no hits"),
        (CatchResponseError("a\n  b" + "c" * 300), OK, "a b" + "c" * 116 + "…"),
        (OSError("x"), SimpleNamespace(status_code=503), "503 Service Unavailable"),
        (OSError("x"), SimpleNamespace(status_code=599), "599"),
        (ConnectionRefusedError(111, "refused"), NO_ANSWER, "connection refused"),
        (RetriesExceeded(ConnectionRefusedError(111, "refused")), NO_ANSWER, "connection refused"),
        (RetriesExceeded(TimeoutError("timed out")), NO_ANSWER, "timed out"),
        (ConnectionResetError(104, "reset"), NO_ANSWER, "connection reset"),
        (ValueError("<object at 0x7f12ab>"), None, "ValueError: <object at 0x…>"),
    ],
)
def test_cause(error: BaseException, response: Any, cause: str) -> None:
    assert cause_of(error, response) == cause


def test_a_user_class_cannot_word_a_time_out_away() -> None:
    timed_out = SimpleNamespace(status_code=0, error=RetriesExceeded(TimeoutError()))
    assert is_unanswered(CatchResponseError("no body"), timed_out)
    assert not is_unanswered(CatchResponseError("no body"), OK)


def test_what_did_not_fit_on_the_disk_is_written_when_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems, told = Problems(), []
    files = RunFiles(tmp_path, problems, told.append)
    (tmp_path / "ballast").write_bytes(b"space")
    write, full = os.write, [True]

    def limited(descriptor: int, data: bytes) -> int:
        if not full[0] or not (tmp_path / "ballast").exists():
            return write(descriptor, data)
        full[0] = len(data) < 8
        if len(data) < 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:4])  # some of it still fits

    full[0] = True
    monkeypatch.setattr(os, "write", limited)
    files.add_series("123\n")
    files.add_series("456\n")
    assert (tmp_path / "series.jsonl").read_text() == "123\n456\n"
    assert told == ["disk full"]
    assert "disk full" in problems.lines[0]
    assert not (tmp_path / "ballast").exists()
