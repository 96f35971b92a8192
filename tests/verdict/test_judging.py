"""The verdict as a whole: status, exit status, summary, order; the same folder gives the same verdict."""

from __future__ import annotations

import time
from typing import Any

import pytest
from verdict_builders import (
    CLASSIFY,
    SEARCH,
    START,
    cell,
    completion,
    finding,
    healthy_seconds,
    plan,
    run,
    steady_cells,
    verdict_of,
)

from harness.model.evidence import Evidence
from harness.model.series import Series
from harness.model.sla import Objective, Policy
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Status, Verdict
from harness.verdict.judging import judge

KEPT = Objective(metric="p95", endpoint="each", at_most=0.2, requirement="REQ-5")
BROKEN = Objective(metric="p95", endpoint=SEARCH, at_most=0.05, requirement="REQ-5")
UNSEEN = Objective(metric="pool_use", at_most=0.8)
UNDECIDED = Objective(metric="error_rate", at_most=0.001, policy=Policy.PROVEN)


@pytest.mark.parametrize(
    ("objectives", "changes", "status", "exit_status"),
    [
        ((KEPT,), {}, Status.PASS, 0),
        ((KEPT, UNDECIDED), {}, Status.WARN, 0),
        ((KEPT, UNSEEN), {}, Status.INCONCLUSIVE, 3),
        ((UNSEEN, BROKEN), {}, Status.FAIL, 1),
        ((BROKEN,), {"locust_exit_status": -9}, Status.INVALID, 3),
        ((BROKEN,), {"problems": ("evidence: the disk is full",)}, Status.INVALID, 4),
        ((KEPT,), {"interrupted": True}, Status.WARN, 130),
        ((BROKEN,), {"interrupted": True}, Status.FAIL, 130),
    ],
)
def test_the_gravest_finding_is_the_verdict(
    objectives: tuple[Objective, ...], changes: dict[str, Any], status: Status, exit_status: int
) -> None:
    verdict = verdict_of(steady_cells(), *objectives, run_changes=changes)
    assert (verdict.status, verdict.exit_status) == (status, exit_status)
    gravities = [f.status.gravity for f in verdict.findings]
    assert gravities == sorted(gravities)


def test_summary_of_a_pass() -> None:
    verdict = verdict_of(steady_cells(), KEPT)
    assert verdict.summary == "PASS: 1 objective kept; P95 100 ms, 1,000 requests, no failures"


def test_summary_of_a_failure_names_it_and_its_requirement() -> None:
    verdict = verdict_of(steady_cells(), KEPT, BROKEN)
    assert verdict.summary == f"FAIL: P95 of {SEARCH} was 100 ms, limit 50 ms (REQ-5)"


def test_summary_of_an_invalid_run_says_that_objectives_failed_too() -> None:
    verdict = verdict_of(steady_cells(), BROKEN, run_changes={"locust_exit_status": -9})
    assert verdict.summary == "INVALID: Locust left with signal 9: it was killed; 1 finding FAIL"


def test_an_interrupted_run_is_judged_as_far_as_it_went() -> None:
    verdict = verdict_of(
        steady_cells(seconds=range(70)),
        KEPT,
        Objective(metric="throughput", at_least=9),
        run_changes={"interrupted": True, "locust_exit_status": 0},
        completion_changes={"reason": "interrupted", "load_end_epoch_s": START + 70.0},
    )
    assert (verdict.status, verdict.exit_status, verdict.interrupted) == (Status.WARN, 130, True)
    assert verdict.summary.startswith("WARN (interrupted): 2 objectives kept")
    assert finding(verdict, "throughput *").measured == 10.0  # over the 50 judged seconds that there were
    assert verdict.headline["judged_s"] == 50.0
    assert "interrupted after 70 s of 2m 00s" in finding(verdict, "ended in order").sentence


@pytest.mark.parametrize(
    ("interrupted", "exit_status"), [(False, 4), (True, 130)], ids=["broken", "interrupted"]
)
def test_a_load_that_never_began_is_judged_by_its_problems_alone(
    exit_status: int, *, interrupted: bool
) -> None:
    problem = "target: port 8000 is taken; free it"
    happened = run(
        None, load_start_epoch_s=None, problems=(problem,), interrupted=interrupted, locust_exit_status=None
    )
    verdict = judge(plan(KEPT), happened, Series(), ())
    assert (verdict.status, verdict.exit_status) == (Status.INVALID, exit_status)
    assert problem in verdict.summary
    assert [f.name for f in verdict.findings] == ["load began"]


def test_a_load_that_never_began_without_a_reason_is_broken_too() -> None:
    verdict = judge(plan(KEPT), run(None, load_start_epoch_s=None), Series(), ())
    assert (verdict.status, verdict.exit_status) == (Status.INVALID, 4)


def test_a_shortened_run_passes_on_what_could_be_judged() -> None:
    rare = Objective(metric="p99.9", endpoint=CLASSIFY, at_most=1)
    cells = [*steady_cells(), *steady_cells(rate=1, endpoint=CLASSIFY)]
    verdict = verdict_of(cells, KEPT, rare, shortened=True, endpoints=(SEARCH, CLASSIFY))
    assert (verdict.status, verdict.exit_status, verdict.shortened) == (Status.PASS, 0, True)
    assert verdict.summary.startswith("PASS (shortened): 2 objectives kept, 1 not judged;")


def test_a_shortened_run_of_which_nothing_could_be_judged_has_passed_nothing() -> None:
    rare = Objective(metric="p99.9", endpoint=SEARCH, at_most=1)
    verdict = verdict_of(steady_cells(rate=1), rare, shortened=True)
    assert (verdict.status, verdict.exit_status) == (Status.INCONCLUSIVE, 3)


def test_a_run_that_promises_nothing_is_a_warning() -> None:
    verdict = verdict_of(steady_cells())
    assert finding(verdict, "anything promised").status is Status.WARN


def test_unavailable_evidence_without_an_objective_is_a_warning_with_its_mend() -> None:
    pieces = (
        Evidence(collector="pool"),
        Evidence(collector="locks", unavailable="no DSN", mend="name a database"),
    )
    verdict = verdict_of(steady_cells(), KEPT, evidence=pieces, plan_evidence=("pool", "locks", "resources"))
    locks = finding(verdict, "evidence locks")
    assert (locks.status, locks.mend, verdict.status) == (Status.WARN, "name a database", Status.WARN)
    assert finding(verdict, "evidence resources").status is Status.WARN
    assert finding(verdict, "evidence").sentence == "pool was collected"


def test_the_same_folder_gives_the_same_verdict_and_it_round_trips() -> None:
    cells = [*steady_cells(), cell(50, failed=[0.2], remarks={"found no work": 1})]
    objectives = (KEPT, BROKEN, UNSEEN, UNDECIDED)
    first, second = (verdict_of(cells, *objectives) for _ in range(2))
    assert first == second
    assert Verdict.model_validate_json(first.model_dump_json()) == first


def test_every_finding_that_did_not_pass_says_how_to_mend_it_and_rests_on_files() -> None:
    verdict = verdict_of(
        [cell(30, failed=[0.1], status=401)], KEPT, BROKEN, UNSEEN, seconds=[], endpoints=(SEARCH, CLASSIFY)
    )
    for each in verdict.findings:
        assert each.status is Status.PASS or each.mend, each
        assert each.kind == "remark" or each.evidence, each
        assert each.sentence[-1] != ".", each


def test_an_hour_of_seven_endpoints_is_judged_in_two_seconds() -> None:
    endpoints = tuple(f"POST /endpoint-{n}" for n in range(7))
    schedule = Schedule(
        stages=(
            Stage(name="warm-up", duration_s=60, start_level=50, end_level=50, judged=False),
            Stage(name="hold", duration_s=3600, start_level=50, end_level=50),
        )
    )
    cells = [
        each
        for name in endpoints
        for each in steady_cells(lambda n: 0.01 + (n % 97) / 1000, rate=4, endpoint=name, seconds=range(3660))
    ]
    objectives = [
        Objective(metric=name, endpoint="each", at_most=1) for name in ("p50", "p95", "p99", "error_rate")
    ]
    planned = plan(*objectives, schedule=schedule, endpoints=endpoints)
    series = Series(cells=tuple(cells), seconds=tuple(healthy_seconds(schedule)))
    happened = run(completion(cells, end_s=3660))
    began = time.process_time()
    verdict = judge(planned, happened, series, ())
    assert time.process_time() - began < 4  # measured 1.3 s; the double, for a busy machine
    assert verdict.status is Status.PASS
    assert len(verdict.timeline) <= 600
