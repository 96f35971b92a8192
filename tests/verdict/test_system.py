"""Metrics of the system pass and fail on planted evidence, and are inconclusive without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from verdict_builders import SEARCH, cell, finding, steady_cells, target_state, verdict_of

from harness.model.evidence import Evidence
from harness.model.sla import Objective
from harness.model.verdict import Finding, Status

GIB = 2**30
Sample = Mapping[str, float | None]


def judged(promise: Objective, *evidence: Evidence, **run_changes: object) -> Finding:
    verdict = verdict_of(steady_cells(), promise, evidence=evidence, run_changes=run_changes)
    return finding(verdict, promise.metric)


def resources(samples: Sequence[Sample], cpu_count: int = 2) -> Evidence:
    return Evidence(collector="resources", samples=tuple(samples), facts={"cpu_count": cpu_count})


def every_second(**columns: float | None) -> list[Sample]:
    return [{"t_s": float(t_s), **columns} for t_s in range(120)]


CPU = Objective(metric="cpu", at_most=0.8)
MEMORY = Objective(metric="memory", at_most=2 * GIB)
POOL = Objective(metric="pool_use", at_most=0.8)
DEADLOCKS = Objective(metric="deadlocks", at_most=0)
ALIVE = Objective(metric="alive", at_least=1)


@pytest.mark.parametrize(
    ("host", "generator", "measured", "status"),
    [
        (0.95, 0.5, 0.65, Status.PASS),  # 0.5 + 0.1 of 2 cores are 0.3 of the host
        (0.95, 0.1, 0.85, Status.FAIL),
        (0.95, None, 0.90, Status.FAIL),  # an unknown share is not subtracted
    ],
)
def test_cpu_is_judged_without_our_own_share(
    host: float, generator: float | None, measured: float, status: Status
) -> None:
    samples = every_second(host_cpu_ratio=host, generator_cpu_cores=generator, harness_cpu_cores=0.1)
    found = judged(CPU, resources(samples))
    assert found.measured == pytest.approx(measured)
    assert found.status is status
    assert "host 95 %" in found.sentence
    assert found.evidence == ("evidence/resources.json", "evidence/resources.jsonl")


def test_only_samples_of_judged_stages_count() -> None:
    busy = [{"t_s": float(t_s), "host_cpu_ratio": 1.0 if t_s < 20 else 0.1} for t_s in range(130)]
    assert judged(CPU, resources(busy)).measured == pytest.approx(0.1)


@pytest.mark.parametrize(("peak", "status"), [(1.9 * GIB, Status.PASS), (2.1 * GIB, Status.FAIL)])
def test_memory_is_the_most_that_a_worker_held(peak: float, status: Status) -> None:
    samples = [*every_second(target_rss_bytes=0.5 * GIB), {"t_s": 60.5, "target_rss_bytes": peak}]
    found = judged(MEMORY, resources(samples))
    assert (found.measured, found.status) == (peak, status)


@pytest.mark.parametrize(("in_use", "status"), [(7.0, Status.PASS), (9.0, Status.FAIL)])
def test_pool_use_is_the_95th_percentile(in_use: float, status: Status) -> None:
    samples = every_second(in_use=in_use, size=10.0, waiting=0.0, timeouts=3.0)
    # 4 of the 100 judged samples are above: the 95th percentile is not moved, the peak is
    samples[30:34] = [{**sample, "in_use": 10.0} for sample in samples[30:34]]
    found = judged(POOL, Evidence(collector="pool", samples=tuple(samples)))
    assert found.measured == pytest.approx(in_use / 10)
    assert found.status is status
    assert "peak 100 %" in found.sentence


@pytest.mark.parametrize(
    ("column", "words"),
    [("waiting", "up to 4 requests waited for a connection"), ("timeouts", "4 requests timed out")],
)
def test_an_exhausted_pool_fails_however_small_its_use(column: str, words: str) -> None:
    samples = every_second(in_use=1.0, size=10.0, waiting=0.0, timeouts=0.0)
    samples[80:] = [{**sample, column: 4.0} for sample in samples[80:]]
    samples[80] = {**samples[80], "in_use": 10.0}
    found = judged(POOL, Evidence(collector="pool", samples=tuple(samples)))
    assert found.status is Status.FAIL
    assert words in found.sentence


def test_waiting_while_connections_are_free_is_opening_one() -> None:
    samples = every_second(in_use=4.0, size=10.0, waiting=0.0, timeouts=0.0)
    samples[80:] = [{**sample, "waiting": 1.0} for sample in samples[80:]]
    assert judged(POOL, Evidence(collector="pool", samples=tuple(samples))).status is Status.PASS


@pytest.mark.parametrize(("number", "status"), [(0, Status.PASS), (1, Status.FAIL)])
def test_deadlocks_are_counted(number: int, status: Status) -> None:
    found = judged(DEADLOCKS, Evidence(collector="locks", facts={"deadlocks": number}))
    assert found.status is status


def test_deadlocks_of_a_restarted_database_are_unknown() -> None:
    facts = {"deadlocks": None, "database_restarted": True}
    found = judged(DEADLOCKS, Evidence(collector="locks", facts=facts))
    assert found.status is Status.INCONCLUSIVE
    assert "restarted" in found.sentence


@pytest.mark.parametrize(
    ("promise", "collector"),
    [(CPU, "resources"), (MEMORY, "resources"), (POOL, "pool"), (DEADLOCKS, "locks")],
)
def test_missing_evidence_is_inconclusive_and_says_how_to_mend_it(promise: Objective, collector: str) -> None:
    missing = judged(promise)
    assert missing.status is Status.INCONCLUSIVE
    assert missing.mend == f"add {collector} to the scenario's evidence"
    refused = Evidence(collector=collector, unavailable="permission denied", mend="grant pg_monitor")
    unavailable = judged(promise, refused)
    assert (unavailable.status, unavailable.mend) == (Status.INCONCLUSIVE, "grant pg_monitor")
    assert "permission denied" in unavailable.sentence
    empty = judged(promise, Evidence(collector=collector, samples=({"t_s": 50.0},)))
    assert empty.status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, Status.PASS, "lived through the load"),
        ({"died": "signal 9 at 31 s"}, Status.FAIL, "died under load: signal 9 at 31 s"),
        ({"restarted": True}, Status.FAIL, "restarted under load"),
        ({"healthy_after": False}, Status.FAIL, "did not answer its health check"),
        ({"healthy_after": None}, Status.INCONCLUSIVE, "not asked for its health"),
    ],
)
def test_alive(changes: dict[str, object], status: Status, words: str) -> None:
    found = judged(ALIVE, target=target_state(**changes))
    assert found.status is status
    assert words in found.sentence


@pytest.mark.parametrize(("idle", "status"), [(10, Status.PASS), (21, Status.FAIL)])
def test_no_work_is_the_share_of_right_answers_without_any(idle: int, status: Status) -> None:
    cells = steady_cells(rate=1)
    cells += [cell(30, [0.1] * 0, remarks={"found no work": idle})]
    promise = Objective(metric="no_work", endpoint=SEARCH, at_most=0.1)
    verdict = verdict_of(cells, promise)
    found = finding(verdict, f"no_work {SEARCH}")
    assert found.measured == pytest.approx(idle / 100)
    assert found.status is status
    remark = finding(verdict, f"found no work {SEARCH}")
    assert remark.status is (Status.PASS if idle == 10 else Status.WARN)


def test_no_work_of_all_counts_only_endpoints_that_ever_remark_it() -> None:
    cells = [*steady_cells(rate=9, endpoint="POST /classify"), *steady_cells(rate=1)]
    cells += [cell(30, remarks={"found no work": 50})]
    promise = Objective(metric="no_work", at_most=0.1)
    assert finding(verdict_of(cells, promise), "no_work *").measured == pytest.approx(0.5)
    none = verdict_of(steady_cells(), promise)
    assert finding(none, "no_work *").measured == 0.0


def test_error_rate_counts_failures_and_the_unanswered() -> None:
    cells = [*steady_cells(rate=9, seconds=range(120)), cell(50, failed=[0.001] * 90, unanswered=[30.0] * 10)]
    found = finding(verdict_of(cells, Objective(metric="error_rate", at_most=0.01)), "error_rate *")
    assert found.measured == pytest.approx(0.1)  # 100 of 1,000
    assert found.status is Status.FAIL


def test_fast_failures_do_not_improve_a_percentile_and_the_unanswered_worsen_it() -> None:
    slow = [*steady_cells(0.5, rate=1), *(cell(t_s, failed=[0.001] * 50) for t_s in range(20, 120))]
    promise = Objective(metric="p95", endpoint=SEARCH, at_most=0.2)
    assert finding(verdict_of(slow, promise), f"p95 {SEARCH}").measured == pytest.approx(0.5, rel=0.002)
    hung = [*steady_cells(0.1, rate=1), *(cell(t_s, unanswered=[30.0]) for t_s in range(20, 30))]
    assert finding(verdict_of(hung, promise), f"p95 {SEARCH}").measured == pytest.approx(30, rel=0.002)


def test_throughput_counts_right_answers_over_the_planned_window() -> None:
    # the target stops answering right after half of the 100 judged seconds
    cells = [
        *steady_cells(rate=10, seconds=range(70)),
        *(cell(t_s, failed=[0.1] * 10) for t_s in range(70, 120)),
    ]
    found = finding(verdict_of(cells, Objective(metric="throughput", at_least=9)), "throughput *")
    assert found.measured == pytest.approx(5.0)
    assert found.status is Status.FAIL


def test_mean_and_max() -> None:
    cells = steady_cells(lambda n: 0.1 if n % 10 else 1.0)
    promises = (Objective(metric="mean", at_most=0.2), Objective(metric="max", at_most=0.9))
    verdict = verdict_of(cells, *promises)
    assert finding(verdict, "mean *").measured == pytest.approx(0.19, rel=0.002)  # (9 × 0.1 + 1) / 10
    assert finding(verdict, "mean *").status is Status.PASS
    assert finding(verdict, "max *").status is Status.FAIL
