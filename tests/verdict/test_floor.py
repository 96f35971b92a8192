"""The generator's floor turns a FAIL that it could have caused into INVALID, and changes nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from verdict_builders import SEARCH, finding, healthy_seconds, plan, steady_cells, verdict_of

from harness.model.calibration import CalibratedLevel, Calibration, Floor
from harness.model.evidence import Evidence
from harness.model.series import Series
from harness.model.sla import Objective, Reference
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Status, Verdict
from harness.verdict.judging import ReferenceRun

P95 = Objective(metric="p95", endpoint=SEARCH, at_most=0.2)


def floor(latency_s: float, requests: int = 1000) -> Floor:
    """A floor that is the same for all requests."""
    return Floor(
        requests=requests,
        p50_s=latency_s,
        p95_s=latency_s,
        p99_s=latency_s,
        mean_s=latency_s,
        max_s=latency_s,
    )


def calibrated(
    pooled: Floor,
    *,
    level: float = 10.0,
    own: Floor | None = None,
    busy_ratio: float = 0.2,
    rate_per_s: float = 20.0,
) -> Evidence:
    at = CalibratedLevel(
        level=level,
        measured_at="2026-01-01T00:00:00+00:00",
        hold_s=8,
        rate_per_s=rate_per_s,
        busy_ratio=busy_ratio,
        pooled=pooled,
        endpoints={SEARCH: own} if own else {},
    )
    known = Calibration(key="0", identity={}, unit="users", levels=(at,))
    return Evidence(
        collector="calibration", facts=known.model_dump(mode="json"), mend="harness calibrate load-10"
    )


def judged(latency_s: float, evidence: Evidence, objective: Objective = P95, **more: Any) -> Verdict:
    return verdict_of(steady_cells(latency_s), objective, evidence=[evidence], **more)


@pytest.mark.parametrize(
    ("latency_s", "floor_s", "status"),
    [
        (0.21, 0.02, Status.INVALID),  # 190 ms without the floor keeps the 200
        (0.21, 0.005, Status.FAIL),  # 205 ms without it is still over
        (0.19, 0.15, Status.PASS),  # a kept promise is kept all the more
    ],
    ids=["reversed by the floor", "over the limit anyway", "kept"],
)
def test_floor_invalidates_only_what_it_could_reverse(
    latency_s: float, floor_s: float, status: Status
) -> None:
    verdict = judged(latency_s, calibrated(floor(floor_s)))
    found = finding(verdict, f"p95 {SEARCH}")
    assert found.status is status
    assert verdict.status is status
    if status is Status.INVALID:
        assert "the generator itself adds up to 20 ms" in found.sentence
        assert "more workers" in found.mend
        assert "evidence/calibration.json" in found.evidence
    assert found.measured == pytest.approx(latency_s, rel=0.002)


def test_the_endpoints_own_floor_goes_before_that_of_all_when_it_has_enough_samples() -> None:
    enough = calibrated(floor(0.02), own=floor(0.001, requests=20))
    assert finding(judged(0.21, enough), f"p95 {SEARCH}").status is Status.FAIL
    too_few = calibrated(floor(0.02), own=floor(0.001, requests=19))
    assert finding(judged(0.21, too_few), f"p95 {SEARCH}").status is Status.INVALID


def test_a_quantile_of_too_few_samples_reverses_nothing() -> None:
    few = calibrated(floor(0.02, requests=99))
    p99 = P95.model_copy(update={"metric": "p99"})
    assert finding(judged(0.21, few, p99), f"p99 {SEARCH}").status is Status.FAIL


def test_the_floor_of_another_level_reverses_nothing() -> None:
    verdict = judged(0.21, calibrated(floor(0.02), level=50))
    assert finding(verdict, f"p95 {SEARCH}").status is Status.FAIL
    remark = finding(verdict, "generator floor")
    assert (remark.status, remark.mend) == (Status.NOT_JUDGED, "harness calibrate load-10")
    assert "at 10 users it was never measured" in remark.sentence


@pytest.mark.parametrize(
    ("run_rate", "status"), [(10, Status.FAIL), (95, Status.INVALID)], ids=["idle in the run", "as busy"]
)
def test_the_floor_of_a_saturated_calibration_holds_for_a_run_as_busy(run_rate: int, status: Status) -> None:
    saturated = calibrated(floor(0.02), busy_ratio=0.99, rate_per_s=100)
    verdict = verdict_of(steady_cells(0.21, rate=run_rate), P95, evidence=[saturated])
    assert finding(verdict, f"p95 {SEARCH}").status is status
    assert ("was saturated" in finding(verdict, "generator floor").sentence) is (status is Status.FAIL)


def test_a_missing_calibration_is_remarked_and_changes_nothing() -> None:
    missing = Evidence(collector="calibration", unavailable="never measured", mend="harness calibrate x")
    for latency_s in (0.19, 0.21):
        verdict = judged(latency_s, missing)
        assert verdict.status is verdict_of(steady_cells(latency_s), P95).status
        remark = finding(verdict, "generator floor")
        assert (remark.kind, remark.status) == ("remark", Status.NOT_JUDGED)
        assert (remark.sentence, remark.mend) == ("never measured", "harness calibrate x")


def test_what_the_generator_adds_is_told() -> None:
    remark = finding(judged(0.1, calibrated(floor(0.003))), "generator floor")
    assert remark.status is Status.PASS
    assert "takes P50 3 ms, P95 3 ms, P99 3 ms at 10 users" in remark.sentence


def test_errors_and_rates_have_no_floor() -> None:
    error_rate = Objective(metric="throughput", at_least=11)
    found = finding(judged(0.1, calibrated(floor(0.09)), error_rate), "throughput *")
    assert found.status is Status.FAIL


@pytest.mark.parametrize(
    ("reference_floor", "status"),
    # 160 ms against 100 ms, at most 50 % more. Without 20 ms on either side it is 140 against 80 (limit 120):
    # still broken. Where only the run of 10 users has a floor of 20 ms, it is 140 against 100: kept.
    [(0.02, Status.FAIL), (0.0, Status.INVALID)],
    ids=["both have a floor", "only the run has one"],
)
def test_the_reference_of_a_relative_promise_has_a_floor_too(reference_floor: float, status: Status) -> None:
    base = Schedule(stages=(Stage(name="hold", duration_s=120, start_level=5, end_level=5),))
    reference = ReferenceRun(
        run_id="r",
        scenario="load-5",
        plan=plan(schedule=base, scenario="load-5"),
        series=Series(cells=tuple(steady_cells(0.1)), seconds=tuple(healthy_seconds(base))),
    )
    at_10 = calibrated(floor(0.02))
    at_5 = calibrated(floor(reference_floor), level=5.0)
    both = Calibration.model_validate(at_10.facts).with_levels(Calibration.model_validate(at_5.facts).levels)
    evidence = Evidence(collector="calibration", facts=both.model_dump(mode="json"))
    relative = Objective(metric="p95", endpoint=SEARCH, relative_to="load-5", max_increase=0.5)
    verdict = verdict_of(
        steady_cells(0.16),
        relative,
        evidence=[evidence],
        reference=reference,
        planned_reference=Reference(scenario="load-5", run_id="r"),
    )
    assert finding(verdict, f"p95 {SEARCH} vs load-5").status is status


def test_the_highest_floor_of_the_judged_stages_counts() -> None:
    steps = Schedule(
        stages=(
            Stage(name="low", duration_s=60, start_level=10, end_level=10),
            Stage(name="high", duration_s=60, start_level=50, end_level=50),
        )
    )
    low, high = calibrated(floor(0.001)), calibrated(floor(0.02), level=50)
    both = Calibration.model_validate(low.facts).with_levels(Calibration.model_validate(high.facts).levels)
    evidence = Evidence(collector="calibration", facts=both.model_dump(mode="json"))
    verdict = judged(0.21, evidence, schedule=steps)
    assert finding(verdict, f"p95 {SEARCH}").status is Status.INVALID
    in_low = judged(0.21, evidence, P95.model_copy(update={"stage": "low"}), schedule=steps)
    assert finding(in_low, f"p95 {SEARCH} in low").status is Status.FAIL
