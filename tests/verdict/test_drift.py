"""Drift: a slowly growing latency is found, and flat runs are not accused, however noisy they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from verdict_builders import CLASSIFY, SEARCH, cell, plan, steady_cells, verdict_of

from harness.model.series import Cell, Series
from harness.model.sla import Objective, Policy
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Status
from harness.verdict.drift import error_drift, latency_drift
from harness.verdict.promises import problem
from harness.verdict.recording import Recording

Floats = NDArray[np.float64]
SECONDS = 300
FLAT = Schedule(
    stages=(
        Stage(name="warm-up", duration_s=20, start_level=10, end_level=10, judged=False),
        Stage(name="hold", duration_s=SECONDS, start_level=10, end_level=10),
    )
)
DRIFT = Objective(metric="latency_drift", endpoint=SEARCH, at_most=0.25, requirement="REQ-5")
ERRORS = Objective(metric="error_drift", at_most=0.005)


def judged(cells: list[Cell], promise: Objective = DRIFT, **changes: object) -> Finding:
    verdict = verdict_of(cells, promise, **({"schedule": FLAT} | changes))
    return next(each for each in verdict.findings if each.metric == promise.metric)


def cells_of(latency_s: Callable[[float], float], *, rate: int = 3, sigma: float = 0.2) -> list[Cell]:
    """`rate` log-normal requests a second, the median a function of the share of the stage."""
    rng = np.random.default_rng(1)
    found = []
    for t_s in range(20 + SECONDS):
        centre = latency_s((t_s - 20) / SECONDS)
        found.append(cell(t_s, [float(v) for v in centre * np.exp(sigma * rng.standard_normal(rate))]))
    return found


@pytest.mark.parametrize("metric", ["latency_drift", "tail_drift"])
def test_a_slowly_growing_latency_is_found(metric: str) -> None:
    # from 100 ms to 200 ms
    promise = DRIFT.model_copy(update={"metric": metric})
    found = judged(cells_of(lambda share: 0.1 * 2**share), promise)
    assert found.status is Status.FAIL
    assert found.measured == pytest.approx(1.0, abs=0.3)
    assert found.interval is not None
    assert found.interval.low is not None
    assert found.interval.low > 0.25
    assert found.confidence == "proven"
    assert "in the first quarter" in found.sentence


def test_a_slowly_growing_latency_of_one_endpoint_among_two_is_found_in_all_pooled() -> None:
    flat = steady_cells(0.3, rate=1, endpoint=CLASSIFY, seconds=range(20 + SECONDS))
    growing = cells_of(lambda share: 0.1 * 2**share)
    found = judged(
        [*growing, *flat], DRIFT.model_copy(update={"endpoint": "*"}), endpoints=(SEARCH, CLASSIFY)
    )
    assert found.status is Status.FAIL


def test_a_changing_mix_of_endpoints_is_no_drift() -> None:
    # ever more requests of the slow endpoint: the plain pooled median grows from 100 ms to 500 ms
    cells = [
        each
        for t_s in range(20 + SECONDS)
        for slow in [round(max(0, t_s - 20) / SECONDS * 8)]
        for each in (cell(t_s, [0.1] * (9 - slow)), cell(t_s, [0.5] * (1 + slow), endpoint=CLASSIFY))
    ]
    found = judged(cells, DRIFT.model_copy(update={"endpoint": "*"}), endpoints=(SEARCH, CLASSIFY))
    assert (found.status, found.measured) == (Status.PASS, pytest.approx(0.0))


def test_a_flat_run_is_proven_to_be_flat() -> None:
    found = judged(cells_of(lambda _: 0.1, rate=10))
    assert (found.status, found.confidence) == (Status.PASS, "proven")


def test_a_start_with_cold_caches_is_not_accused() -> None:
    found = judged(cells_of(lambda share: 0.3 if share < 0.2 else 0.1))
    assert found.status is Status.PASS
    assert found.measured is not None
    assert found.measured < 0.05


def test_one_stall_is_not_a_trend() -> None:
    found = judged(cells_of(lambda share: 2.0 if 0.85 < share < 0.9 else 0.1))
    assert found.status is Status.PASS


def test_what_stays_below_the_floor_is_no_drift_and_is_told() -> None:
    found = judged(cells_of(lambda share: 0.003 * 2**share))
    assert (found.status, found.measured) == (Status.PASS, 0.0)
    assert "less than 50 ms counts as it" in found.sentence


@pytest.mark.parametrize(
    ("policy", "status"),
    [(Policy.POINT, Status.WARN), (Policy.PROVEN, Status.WARN), (Policy.STRICT, Status.INCONCLUSIVE)],
)
def test_a_drift_that_can_be_chance_is_not_failed(policy: Policy, status: Status) -> None:
    # blocks of 10 s that scatter by a third, with a rise of a quarter from begin to end
    scatter = np.random.default_rng(4).standard_normal(32)
    cells = [cell(t, [float(0.1 * np.exp(0.3 * scatter[t // 10] + t / 1300))] * 5) for t in range(320)]
    found = judged(cells, DRIFT.model_copy(update={"policy": policy, "at_most": 0.05}))
    assert found.measured is not None
    assert found.measured > 0.05
    assert found.status is status
    assert "can be chance" in found.sentence


@pytest.mark.parametrize("metric", ["latency_drift", "tail_drift", "error_drift"])
@pytest.mark.parametrize(("shortened", "status"), [(False, Status.INCONCLUSIVE), (True, Status.NOT_JUDGED)])
def test_too_short_a_run_is_not_judged(metric: str, shortened: bool, status: Status) -> None:
    short = Schedule(stages=(Stage(name="hold", duration_s=50, start_level=10, end_level=10),))
    promise = Objective(metric=metric, at_most=0.25)
    found = judged(steady_cells(seconds=range(50)), promise, schedule=short, shortened=shortened)
    assert (found.status, found.measured) == (status, None)
    assert "in 50 s, needs" in found.sentence


@pytest.mark.parametrize("metric", ["latency_drift", "error_drift", "memory_growth"])
def test_a_load_that_changes_has_no_drift(metric: str) -> None:
    ramp = Schedule(stages=(Stage(name="rise", duration_s=300, start_level=0, end_level=10),))
    promise = Objective(metric=metric, at_most=0.25)
    assert "needs a steady load" in (
        problem(promise, plan(promise, schedule=ramp, evidence=["resources"])) or ""
    )
    assert judged(steady_cells(seconds=range(300)), promise, schedule=ramp).status is Status.INCONCLUSIVE


def test_a_drift_refers_to_no_other_run() -> None:
    promise = Objective(metric="latency_drift", relative_to="load-10", max_increase=0.5)
    assert "cannot be relative" in (problem(promise, plan(promise)) or "")


def test_growing_errors_are_found() -> None:
    # the share of failures rises from 0 to 4 %, its mean is 2 %
    rng = np.random.default_rng(2)
    cells = []
    for t_s in range(20, 20 + SECONDS):
        wrong = int(rng.binomial(20, 0.04 * (t_s - 20) / SECONDS))
        cells.append(cell(t_s, [0.1] * (20 - wrong), failed=[0.01] * wrong))
    found = judged(cells, ERRORS)
    assert found.status is Status.FAIL
    assert found.measured == pytest.approx(0.04, abs=0.012)
    assert "requests failed" in found.sentence


def test_no_failures_are_no_drift_of_errors() -> None:
    found = judged(steady_cells(seconds=range(320)), ERRORS)
    assert (found.status, found.measured) == (Status.PASS, 0.0)


def noise(rng: np.random.Generator, runs: int, seconds: int, rho: float) -> Floats:
    """Standard normal AR(1) noise by run and second."""
    found = rng.standard_normal((runs, seconds))
    for second in range(1, seconds):
        found[:, second] = rho * found[:, second - 1] + sqrt(1 - rho**2) * found[:, second]
    return found


def recording_of(cells: Iterable[Cell]) -> Recording:
    hold = Stage(name="hold", duration_s=SECONDS, start_level=1, end_level=1)
    return Recording(
        schedule=Schedule(stages=(hold,)), series=Series(cells=tuple(cells)), ended_s=float(SECONDS)
    )


@pytest.mark.parametrize(
    ("rho", "weight", "most"),
    [(0.0, 0.0, 0.035), (0.8, 0.6, 0.05)],
    ids=["independent", "autocorrelated"],
)
def test_flat_runs_are_seldom_accused(rho: float, weight: float, most: float) -> None:
    """A rise is "proven" in at most 2.5 % of flat runs, and one that is also over 25 % in at most 1 %."""
    rng, runs = np.random.default_rng(17), 200
    rises = accused = 0
    for row in noise(rng, runs, SECONDS, rho):
        z = weight * row[:, None] + sqrt(1 - weight**2) * rng.standard_normal((SECONDS, 1))
        seconds = (cell(t_s, map(float, row)) for t_s, row in enumerate(0.1 * np.exp(0.5 * z)))
        found = latency_drift(0.5, recording_of(seconds), None, None)
        assert found.value is not None
        rises += not found.doubtful
        accused += not found.doubtful and found.value > 0.25
    assert rises / runs <= most
    assert accused / runs <= 0.01


def test_flat_errors_are_seldom_accused() -> None:
    rng, runs = np.random.default_rng(19), 200
    accused = 0
    for _ in range(runs):
        wrong = rng.binomial(5, 0.01, size=SECONDS)
        seconds = (cell(t_s, [0.1] * (5 - n), failed=[0.01] * n) for t_s, n in enumerate(wrong.tolist()))
        found = error_drift(recording_of(seconds), None, None)
        accused += bool(found.value and not found.doubtful and found.value > 0)
    assert accused / runs <= 0.05
