"""In danger is what would fail if the run ended now: of traffic, and in judged stages, only."""

from __future__ import annotations

from collections.abc import Iterable

from verdict_builders import cell, plan, run, steady_cells

from harness.model.series import Cell, Series
from harness.model.sla import Objective
from harness.verdict.danger import in_danger

P95 = Objective(metric="p95", at_most=0.2)
CPU = Objective(metric="cpu", at_most=0.8)


def names(cells: Iterable[Cell]) -> tuple[str, ...]:
    return in_danger(plan(P95, CPU), run(None), Series(cells=tuple(cells)), None)


def test_slow_answers_so_far_are_in_danger() -> None:
    assert names(steady_cells(0.3, seconds=range(60))) == ("p95 *",)


def test_fast_answers_and_missing_evidence_are_not() -> None:
    assert names(steady_cells(0.1, seconds=range(60))) == ()


def test_a_slow_warm_up_is_not() -> None:
    assert names(steady_cells(0.3, seconds=range(15))) == ()


def test_too_few_answers_are_not() -> None:
    assert names([cell(25, [0.3] * 5)]) == ()
