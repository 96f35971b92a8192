"""Objectives that no run could be judged by are found before the load starts."""

from __future__ import annotations

import pytest
from verdict_builders import SEARCH, plan

from harness.model.sla import Objective
from harness.verdict.metrics import METRICS, UNITS
from harness.verdict.promises import problem, problems


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (Objective(metric="pool_us", at_most=1), "unknown metric 'pool_us'; did you mean 'pool_use'?"),
        (Objective(metric="p95"), "needs exactly one of max, min and relative_to"),
        (Objective(metric="p95", at_most=1, at_least=1), "needs exactly one of max, min and relative_to"),
        (Objective(metric="p95", at_least=1), "write max instead of min"),
        (Objective(metric="throughput", at_most=1), "write min instead of max"),
        (Objective(metric="p95", relative_to="load-10"), "needs max_increase"),
        (Objective(metric="cpu", relative_to="load-10", max_increase=1), "cannot be relative"),
        (Objective(metric="throughput", relative_to="load-10", max_increase=1), "cannot be relative"),
        (Objective(metric="p95", at_most=1, stage="peak"), "names stage 'peak', the shape has warm-up, hold"),
        (Objective(metric="deadlocks", endpoint=SEARCH, at_most=0), "leave the endpoint out"),
        (Objective(metric="recovery", at_most=30), "calm, surge and recovery missing, use the spike shape"),
        (Objective(metric="pool_use", at_most=0.8), "add pool to evidence"),
    ],
)
def test_what_cannot_be_judged_is_named(objective: Objective, words: str) -> None:
    found = problem(objective, plan(objective))
    assert found is not None
    assert words in found


@pytest.mark.parametrize(
    "objective",
    [
        Objective(metric="p95", endpoint="each", at_most=1),
        Objective(metric="p99.9", endpoint=SEARCH, at_most=1, stage="warm-up"),
        Objective(metric="p95", endpoint="each", relative_to="load-10", max_increase=0.5, floor=0.05),
        Objective(metric="throughput", at_least=100),
        Objective(metric="pool_use", at_most=0.8),
        Objective(metric="alive", at_least=1),
    ],
)
def test_what_can_be_judged_is_not(objective: Objective) -> None:
    assert problem(objective, plan(objective, evidence=("pool",))) is None


def test_all_problems_at_once() -> None:
    good, bad, worse = (Objective(metric=name, at_most=1) for name in ("p95", "throughput", "nope"))
    assert [objective for objective, _ in problems(plan(good, bad, worse))] == [bad, worse]


def test_every_metric_says_what_it_is() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.doc
        assert metric.unit == UNITS[name]
        assert (metric.of_traffic is None) is not (metric.of_run is None)
