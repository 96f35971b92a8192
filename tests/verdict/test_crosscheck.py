"""Objectives against Locust's CSV: where the two disagree, the habit that did it is named."""

from __future__ import annotations

from typing import Any

import pytest
from verdict_builders import SEARCH, cell, steady_cells, verdict_of

from harness.model.evidence import Evidence
from harness.model.series import Cell
from harness.model.sla import Objective
from harness.model.verdict import CrossCheck
from harness.verdict.crosscheck import two_digits

P95 = Objective(metric="p95", endpoint=SEARCH, at_most=1.0)


def checked(
    cells: list[Cell], promise: Objective, csv: dict[str, Any], *, complete: bool = True
) -> CrossCheck:
    stats = {promise.endpoint: csv}
    evidence = Evidence(collector="locust_csv", facts={"stats": stats, "complete": complete})
    (found,) = verdict_of(cells, promise, evidence=(evidence,)).cross_checks
    return found


def test_two_that_agree_need_no_note() -> None:
    found = checked(steady_cells(0.3), P95, {"p95_s": 0.31})
    assert (found.agrees, found.note, found.csv_measured, found.unit) == (True, "", 0.31, "s")


def test_warm_up_explains() -> None:
    cells = [*steady_cells(2.0, rate=90, seconds=range(20)), *steady_cells(0.5, seconds=range(20, 120))]
    found = checked(cells, P95, {"p95_s": 2.0})
    assert not found.agrees
    assert found.note == "the CSV counts the whole run, with stages that are not judged"


def test_failed_requests_explain() -> None:
    cells = [*steady_cells(1.1, rate=1), *(cell(t_s, failed=[0.001] * 30) for t_s in range(120))]
    found = checked(cells, P95, {"p95_s": 0.002})
    assert found.note == "the CSV counts the latencies of failed requests too"


@pytest.mark.parametrize(
    ("latency_s", "limit_s", "csv_s", "words"),
    [
        (0.0104, 0.0102, 0.010, "the CSV rounds to whole milliseconds"),
        (1.044, 1.02, 1.0, "Locust rounds to two digits"),
        (0.5, 0.6, 0.7, "not explained by its span or rounding"),
    ],
)
def test_rounding_explains(latency_s: float, limit_s: float, csv_s: float, words: str) -> None:
    found = checked(steady_cells(latency_s), P95.model_copy(update={"at_most": limit_s}), {"p95_s": csv_s})
    assert not found.agrees
    assert found.note.startswith(words)


def test_error_rate_and_all_endpoints() -> None:
    cells = [*steady_cells(), cell(5, failed=[0.1] * 60)]
    found = checked(cells, Objective(metric="error_rate", at_most=0.01), {"error_ratio": 60 / 1260})
    assert (found.measured, found.agrees) == (0.0, False)
    assert found.note == "the CSV counts the whole run, with stages that are not judged"


def test_a_cut_csv_is_said() -> None:
    assert checked(steady_cells(0.3), P95, {"p95_s": 0.3}, complete=False).note == "the CSV was cut"


def test_nothing_to_check_without_a_csv_or_a_value() -> None:
    assert verdict_of(steady_cells(), P95).cross_checks == ()
    unavailable = Evidence(collector="locust_csv", unavailable="missing")
    assert verdict_of(steady_cells(), P95, evidence=(unavailable,)).cross_checks == ()
    empty = Evidence(collector="locust_csv", facts={"stats": {SEARCH: {"p95_s": None}}})
    assert verdict_of(steady_cells(), P95, evidence=(empty,)).cross_checks == ()


@pytest.mark.parametrize(
    ("exact_s", "rounded_s"), [(0.0123, 0.012), (0.1053, 0.11), (1.054, 1.1), (10.4, 10.0), (0.0995, 0.1)]
)
def test_two_digits_as_locust_rounds(exact_s: float, rounded_s: float) -> None:
    assert two_digits(exact_s) == pytest.approx(rounded_s)
