"""Every form of an objective passes what keeps it, fails what breaks it, and never passes the unseen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdict_builders import CLASSIFY, SEARCH, STEADY, cell, finding, plan, steady_cells, verdict_of

from harness.model.series import Series
from harness.model.sla import Objective, Policy, Reference
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Status
from harness.verdict.judging import ReferenceRun
from harness.verdict.objectives import by_policy

P95 = Objective(metric="p95", endpoint=SEARCH, at_most=0.2, requirement="REQ-5", source="a.yaml:3:5")


@pytest.mark.parametrize(("latency_s", "status"), [(0.199, Status.PASS), (0.201, Status.FAIL)])
def test_at_most_compares_the_measured_value(latency_s: float, status: Status) -> None:
    found = finding(verdict_of(steady_cells(latency_s), P95), f"p95 {SEARCH}")
    assert found.status is status
    assert found.measured == pytest.approx(latency_s, rel=0.002)
    assert (found.limit, found.comparison, found.samples) == (0.2, "at_most", 1000)
    assert (found.requirement, found.source, found.evidence) == ("REQ-5", "a.yaml:3:5", ("series.jsonl",))


@pytest.mark.parametrize(("minimum", "status"), [(10.0, Status.PASS), (10.1, Status.FAIL)])
def test_at_least_compares_the_measured_value(minimum: float, status: Status) -> None:
    promise = Objective(metric="throughput", at_least=minimum)
    assert finding(verdict_of(steady_cells(rate=10), promise), "throughput *").status is status


def test_unjudged_stages_do_not_count_unless_the_objective_names_them() -> None:
    cells = steady_cells(0.5, seconds=range(20)) + steady_cells(0.1, seconds=range(20, 120))
    verdict = verdict_of(cells, P95, P95.model_copy(update={"stage": "warm-up"}))
    assert finding(verdict, f"p95 {SEARCH}").status is Status.PASS
    named = finding(verdict, f"p95 {SEARCH} in warm-up")
    assert (named.status, named.stage, named.samples) == (Status.FAIL, "warm-up", 200)


def test_each_holds_for_every_endpoint_and_a_named_one_replaces_it() -> None:
    cells = (
        steady_cells(0.1)
        + steady_cells(0.3, endpoint=CLASSIFY)
        + steady_cells(0.1, endpoint="GET /unplanned")
    )
    each = Objective(metric="p95", endpoint="each", at_most=0.2)
    own = Objective(metric="p95", endpoint=CLASSIFY, at_most=0.4)
    verdict = verdict_of(cells, each, own, endpoints=(SEARCH, CLASSIFY))
    limits = {f.endpoint: f.limit for f in verdict.findings if f.metric == "p95"}
    assert limits == {SEARCH: 0.2, "GET /unplanned": 0.2, CLASSIFY: 0.4}
    assert verdict.status is Status.PASS


def test_a_named_objective_leaves_each_of_another_metric_stage_or_form_alone() -> None:
    each = Objective(metric="p95", endpoint="each", relative_to="load-10", max_increase=0.5)
    verdict = verdict_of(steady_cells(), each, P95, Objective(metric="p99", endpoint="each", at_most=1))
    names = [f.name for f in verdict.findings if f.kind == "objective"]
    assert sorted(names) == [f"p95 {SEARCH}", f"p95 {SEARCH} vs load-10", f"p99 {SEARCH}"]


def test_star_pools_all_endpoints() -> None:
    cells = steady_cells(0.1, rate=19) + steady_cells(0.9, rate=1, endpoint=CLASSIFY)
    promise = Objective(metric="p95", at_most=0.2)
    # exactly 95 of 100 pooled requests took 0.1 s, so the P95 (upper nearest rank) is 0.1 s
    assert finding(verdict_of(cells, promise), "p95 *").measured == pytest.approx(0.1, rel=0.002)


@pytest.mark.parametrize(
    ("metric", "samples"),
    [("p50", 1), ("p95", 19), ("p99", 99), ("p99.9", 999)],
)
def test_too_few_samples_are_inconclusive(metric: str, samples: int) -> None:
    promise = Objective(metric=metric, endpoint=SEARCH, at_most=100)
    for number, status in ((samples, Status.INCONCLUSIVE), (samples + 1, Status.PASS)):
        cells = [cell(20 + n % 100, [0.1]) for n in range(number)]
        found = finding(verdict_of(cells, promise), f"{metric} {SEARCH}")
        assert found.status is status
    short = finding(verdict_of(cells[:samples], promise, shortened=True), f"{metric} {SEARCH}")
    assert short.status is Status.NOT_JUDGED
    assert "not judged (shortened)" in short.sentence


@pytest.mark.parametrize(
    "metric",
    ["p50", "p90", "p95", "p99", "p99.9", "mean", "max", "error_rate", "requests", "throughput", "no_work"],
)
@pytest.mark.parametrize("shortened", [False, True])
def test_an_endpoint_without_requests_never_passes(metric: str, *, shortened: bool) -> None:
    limit = {"at_least": 0.0} if metric in ("requests", "throughput") else {"at_most": 1e9}
    promise = Objective(metric=metric, endpoint=CLASSIFY, **limit)
    found = finding(verdict_of(steady_cells(), promise, shortened=shortened), f"{metric} {CLASSIFY}")
    assert found.status in (Status.INCONCLUSIVE, Status.NOT_JUDGED)
    assert found.measured is None


def test_a_stage_that_was_not_reached_never_passes() -> None:
    cells = steady_cells(seconds=range(15))
    verdict = verdict_of(
        cells,
        Objective(metric="requests", stage="hold", at_least=0),
        run_changes={"interrupted": True},
        completion_changes={"reason": "interrupted", "load_end_epoch_s": 1_763_877_615},
    )
    assert finding(verdict, "requests * in hold").status is Status.INCONCLUSIVE


def relative(**changes: object) -> Objective:
    usual = {
        "metric": "p95",
        "endpoint": SEARCH,
        "relative_to": "load-10",
        "max_increase": 0.5,
        "floor": 0.05,
    }
    return Objective(**(usual | changes))


def reference_run(latency_s: float, *, rate: int = 10) -> ReferenceRun:
    series = Series(cells=tuple(steady_cells(latency_s, rate=rate)))
    return ReferenceRun(run_id="load-10-0", scenario="load-10", plan=plan(), series=series)


@pytest.mark.parametrize(
    ("measured_s", "reference_s", "status"),
    [
        (0.149, 0.1, Status.PASS),  # limit 0.1 × 1.5 = 0.15
        (0.151, 0.1, Status.FAIL),
        (0.006, 0.003, Status.WARN),  # doubled, but both count as the floor of 0.05
        (0.074, 0.003, Status.WARN),  # limit 0.05 × 1.5 = 0.075
        (0.076, 0.003, Status.FAIL),
        (0.004, 0.003, Status.PASS),  # kept without the floor as well
    ],
)
def test_relative_limit_and_its_floor(measured_s: float, reference_s: float, status: Status) -> None:
    verdict = verdict_of(
        steady_cells(measured_s), relative(), reference=reference_run(reference_s), scenario="load-50"
    )
    found = finding(verdict, f"p95 {SEARCH} vs load-10")
    assert found.status is status
    assert found.reference == pytest.approx(reference_s, rel=0.002)
    if status is Status.WARN:
        assert "floor of 50 ms" in found.sentence
        assert "load-10's 3 ms" in found.sentence


def test_relative_without_a_reference_is_inconclusive_and_says_what_to_run() -> None:
    found = finding(verdict_of(steady_cells(), relative()), f"p95 {SEARCH} vs load-10")
    assert found.status is Status.INCONCLUSIVE
    assert found.measured == pytest.approx(0.1, rel=0.002)
    assert found.mend == "run load-10 first on this machine"


def test_reference_with_too_few_samples_is_inconclusive() -> None:
    reference = ReferenceRun(
        run_id="r",
        scenario="load-10",
        plan=plan(),
        series=Series(cells=tuple(cell(30, [0.1]) for _ in range(19))),
    )
    found = finding(verdict_of(steady_cells(), relative(), reference=reference), f"p95 {SEARCH} vs load-10")
    assert found.status is Status.INCONCLUSIVE
    assert "19 requests, needs 20" in found.sentence


def test_reference_of_another_scenario_is_not_used() -> None:
    found = verdict_of(steady_cells(), relative(relative_to="load-20"), reference=reference_run(0.1))
    assert finding(found, f"p95 {SEARCH} vs load-20").status is Status.INCONCLUSIVE


@pytest.mark.parametrize(("shortened", "status"), [(True, Status.NOT_JUDGED), (False, Status.INCONCLUSIVE)])
def test_a_reference_stage_with_too_few_samples_is_not_judged_in_a_shortened_run(
    shortened: bool, status: Status
) -> None:
    schedule = Schedule(
        stages=(
            Stage(name="reference", duration_s=10, start_level=10, end_level=10, judged=False),
            Stage(name="hold", duration_s=100, start_level=10, end_level=10),
        )
    )
    verdict = verdict_of(
        [cell(5, [0.1] * 19), *steady_cells(0.1, seconds=range(10, 110))],
        relative(),
        schedule=schedule,
        scenario="load-50",
        planned_reference=Reference(scenario="load-10", stage="reference", why="none was found"),
        shortened=shortened,
    )
    found = finding(verdict, f"p95 {SEARCH} vs load-10")
    assert found.status is status
    assert "the reference load-10 has too little data: 19 requests, needs 20" in found.sentence


@pytest.mark.parametrize(("hold_s", "status"), [(0.14, Status.PASS), (0.16, Status.FAIL)])
def test_a_stage_of_this_run_can_be_the_reference(hold_s: float, status: Status) -> None:
    schedule = Schedule(
        stages=(
            Stage(name="reference", duration_s=60, start_level=10, end_level=10, judged=False),
            Stage(name="hold", duration_s=60, start_level=50, end_level=50),
        )
    )
    planned = Reference(scenario="load-10", stage="reference", why="no sound run of load-10")
    verdict = verdict_of(
        steady_cells(0.1, seconds=range(60)) + steady_cells(hold_s, seconds=range(60, 120)),
        relative(),
        schedule=schedule,
        scenario="load-50",
        planned_reference=planned,
    )
    assert finding(verdict, f"p95 {SEARCH} vs load-10").status is status
    assert verdict.reference == planned


@pytest.mark.parametrize(
    ("policy", "kept", "proof", "status"),
    [
        (Policy.POINT, True, "not proven, x", Status.PASS),
        (Policy.POINT, False, "not proven, x", Status.FAIL),
        (Policy.PROVEN, True, "proven", Status.PASS),
        (Policy.PROVEN, False, "proven", Status.FAIL),
        (Policy.PROVEN, True, "not proven, x", Status.WARN),
        (Policy.PROVEN, False, "not proven, x", Status.WARN),
        (Policy.STRICT, True, "proven", Status.PASS),
        (Policy.STRICT, True, "not proven, x", Status.INCONCLUSIVE),
        (Policy.STRICT, False, "not proven, x", Status.FAIL),
        (Policy.STRICT, True, "", Status.PASS),  # a metric of which confidence has no meaning
        (Policy.PROVEN, False, "", Status.FAIL),
    ],
)
def test_policy_decides_what_confidence_means(
    policy: Policy, proof: str, status: Status, *, kept: bool
) -> None:
    assert by_policy(policy, kept=kept, proof=proof) is status


def test_zero_errors_among_few_requests_prove_nothing_and_say_so() -> None:
    cells = steady_cells(rate=15)  # 1,500 judged requests
    found = finding(verdict_of(cells, Objective(metric="error_rate", at_most=0.001)), "error_rate *")
    assert found.status is Status.PASS
    assert "0 of 1,500 requests" in found.sentence
    assert "does not prove that the rate is below 0.1 %" in found.sentence
    # ln(0.025)/ln(0.999) = 3,687 independent ones in 25 blocks: × (t of 24 / 1.96)² = 1.11
    assert found.confidence == "not proven, needs about 4,100 requests in all (4m 31s at this rate)"
    strict = Objective(metric="error_rate", at_most=0.001, policy=Policy.STRICT)
    assert finding(verdict_of(cells, strict), "error_rate *").status is Status.INCONCLUSIVE


def test_zero_errors_among_many_requests_are_proven() -> None:
    found = finding(
        verdict_of(steady_cells(rate=60), Objective(metric="error_rate", at_most=0.001)), "error_rate *"
    )
    assert (found.status, found.confidence) == (Status.PASS, "proven")


def test_a_clear_failure_is_proven() -> None:
    found = finding(verdict_of(steady_cells(0.5), P95), f"p95 {SEARCH}")
    assert (found.status, found.confidence) == (Status.FAIL, "proven")
    assert found.interval is not None
    assert found.interval.low is not None
    assert found.interval.low > 0.2


def test_a_relative_objective_is_not_proven_by_an_uncertain_reference() -> None:
    # 110 requests of the reference: the P95 is 0.1 s, but five of them at 0.02 … leave it anywhere below
    reference_cells = [cell(20 + n, [0.1 if n % 10 == 0 else 0.02]) for n in range(100)]
    reference = ReferenceRun(
        run_id="r", scenario="load-10", plan=plan(), series=Series(cells=tuple(reference_cells))
    )
    found = finding(
        verdict_of(steady_cells(0.14), relative(floor=None), reference=reference), f"p95 {SEARCH} vs load-10"
    )
    assert found.status is Status.PASS
    assert found.confidence.startswith("not proven")


@settings(max_examples=25, deadline=None)
@given(
    latencies=st.lists(st.floats(0.001, 5), min_size=1, max_size=150),
    kept=st.integers(0, 19),
    policy=st.sampled_from(list(Policy)),
)
def test_thinning_below_the_minimum_never_passes(latencies: list[float], kept: int, policy: Policy) -> None:
    promise = Objective(metric="p95", endpoint=SEARCH, at_most=100, policy=policy)
    cells = [cell(20 + n % 100, [latency_s]) for n, latency_s in enumerate(latencies[:kept])]
    found = finding(verdict_of(cells, promise), f"p95 {SEARCH}")
    assert found.status is Status.INCONCLUSIVE


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(60)), data=st.lists(st.floats(0.001, 2), min_size=60, max_size=60))
def test_order_of_cells_changes_nothing(order: list[int], data: list[float]) -> None:
    cells = [cell(20 + n, [latency_s]) for n, latency_s in enumerate(data)]
    promises = (P95, Objective(metric="mean", at_most=1), Objective(metric="error_rate", at_most=0.1))
    shuffled = [cells[n] for n in order]
    first, second = (verdict_of(each, *promises, seconds=None) for each in (cells, shuffled))
    # sums of floats may differ in their last digits; everything that is said must not
    assert [(f.name, f.status, f.sentence) for f in first.findings] == [
        (f.name, f.status, f.sentence) for f in second.findings
    ]


def test_steady_schedule_has_ten_blocks() -> None:
    assert [stage.duration_s for stage in STEADY.stages] == [20, 100]
