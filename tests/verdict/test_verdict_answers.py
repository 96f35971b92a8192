"""Answers that came from somewhere else, or that nobody can check."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdict_builders import SEARCH, cell, finding, steady_cells, verdict_of

from harness.model.evidence import Evidence
from harness.model.verdict import Status


def redirected(status: int, number: int, *, failed: int = 0) -> list:
    """120 seconds of 10 right answers, of which the first `number` of second 30 came by a redirect."""
    cells = steady_cells()
    failures = cell(30, failed=[0.001] * failed, status=status).failed
    cells[30] = replace(cells[30], statuses={status: number}, failed=failures)
    return cells


@pytest.mark.parametrize(
    ("status", "number", "judged"),
    [
        (307, 12, Status.INVALID),  # 1 % of 1,200
        (307, 11, Status.WARN),
        (308, 500, Status.INVALID),
        (302, 1200, Status.WARN),  # may be the answer that was wanted
    ],
)
def test_redirects_counted_as_right_answers(status: int, number: int, judged: Status) -> None:
    found = finding(verdict_of(redirected(status, number)), f"answers direct {SEARCH}")
    assert found.status is judged
    told = f"{number:,} of 1,200 right answers of {SEARCH} were redirects ({status}), so another address"
    assert found.sentence == f"{told} was measured"


def test_redirects_that_the_user_class_failed_are_failures() -> None:
    verdict = verdict_of(redirected(307, 20, failed=20))
    assert finding(verdict, "answers direct").status is Status.PASS


def test_not_modified_is_no_redirect() -> None:
    assert finding(verdict_of(redirected(304, 500)), "answers direct").status is Status.PASS


def test_a_csv_that_was_lost_is_inconclusive() -> None:
    cut = Evidence(collector="locust_csv", unavailable="locust_stats.csv is cut: no row of all")
    verdict = verdict_of(steady_cells(), evidence=[cut], plan_evidence=["locust_csv"])
    assert verdict.status is Status.INCONCLUSIVE
    assert finding(verdict, "Locust's CSV whole").sentence.endswith("locust_stats.csv is cut: no row of all")


def test_a_csv_that_an_interrupt_cut_is_a_warning_only() -> None:
    cut = Evidence(collector="locust_csv", unavailable="locust_stats.csv: no such file")
    ended = {"reason": "interrupted"}
    verdict = verdict_of(
        steady_cells(), evidence=[cut], plan_evidence=["locust_csv"], completion_changes=ended
    )
    assert verdict.status is Status.WARN


@pytest.mark.parametrize(
    ("skews_s", "status", "words"),
    [
        (
            {"worker-1": 0.01, "worker-2": -0.5},
            Status.PASS,
            "worker-2 was 500 ms behind the master's at worst",
        ),
        ({"worker-1": -0.01, "worker-2": 0.51}, Status.INVALID, "the clock of worker-2 was 510 ms ahead of"),
        ({}, Status.WARN, "the workers' clocks were not compared"),
    ],
)
def test_clocks_of_workers(skews_s: dict[str, float], status: Status, words: str) -> None:
    verdict = verdict_of(steady_cells(), workers=2, completion_changes={"clock_skews_s": skews_s})
    found = finding(verdict, "clocks agree")
    assert found.status is status
    assert words in found.sentence
