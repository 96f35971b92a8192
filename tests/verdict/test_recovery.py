"""Recovery after a spike: planted disturbances of known end, relapses, and what cannot be said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdict_builders import CLASSIFY, SEARCH, cell, finding, verdict_of

from harness.model.series import Cell
from harness.model.sla import Objective
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Status
from harness.verdict.recovery import change

SPIKE = Schedule(
    stages=(
        Stage(name="calm", duration_s=60, start_level=10, end_level=10),
        Stage(name="empty", duration_s=5, start_level=0, end_level=0, judged=False),
        Stage(name="surge", duration_s=10, start_level=0, end_level=100),
        Stage(name="hold", duration_s=25, start_level=100, end_level=100),
        Stage(name="recovery", duration_s=60, start_level=10, end_level=10),
    )
)
SURGE_END_S, DROP_S, END_S = 75, 100, 160
FAST_S, SLOW_S = 0.04, 0.4
PROMISE = Objective(metric="recovery", at_most=30, requirement="REQ-8")


def rate_at(t_s: int) -> int:
    return 0 if 60 <= t_s < 65 else 50 if 65 <= t_s < DROP_S else 5


def cells_of(is_slow: Callable[[int], bool], *, rate: Callable[[int], int] = rate_at) -> list[Cell]:
    return [cell(t_s, [SLOW_S if is_slow(t_s) else FAST_S] * rate(t_s)) for t_s in range(END_S) if rate(t_s)]


def judged(cells: list[Cell], promise: Objective = PROMISE, schedule: Schedule = SPIKE) -> Finding:
    return finding(verdict_of(cells, promise, schedule=schedule), "recovery")


@pytest.mark.parametrize("end_s", [101, 104, 107, 113, 125, 129, 131, 140, 154])
def test_planted_slowness_is_reported_within_a_second(end_s: int) -> None:
    found = judged(cells_of(lambda t_s: 70 <= t_s < end_s))
    assert found.measured == pytest.approx(end_s - DROP_S, abs=1)
    assert found.status is (Status.PASS if end_s <= 130 else Status.FAIL)


@pytest.mark.parametrize("end_s", [110, 120])
@pytest.mark.parametrize("share", [0.5, 0.2])
def test_partial_slowness_is_reported_within_a_second(end_s: int, share: float) -> None:
    def latencies(t_s: int) -> list[float]:
        number = rate_at(t_s) if t_s < DROP_S else 20
        slow = round(share * number) if 70 <= t_s < end_s else 0
        return [SLOW_S] * slow + [FAST_S] * (number - slow)

    cells = [cell(t_s, latencies(t_s)) for t_s in range(END_S) if rate_at(t_s)]
    assert judged(cells).measured == pytest.approx(end_s - DROP_S, abs=1)


def test_slowness_that_ends_before_the_drop_is_recovered_at_once_and_the_other_clock_says_when() -> None:
    found = judged(cells_of(lambda t_s: 70 <= t_s < 90))
    assert (found.measured, found.status) == (0.0, Status.PASS)
    assert "from the end of the surge: 15 s" in found.sentence


def test_a_spike_that_disturbs_nothing_is_recovered_at_once() -> None:
    found = judged(cells_of(lambda _: False))
    assert (found.measured, found.status) == (0.0, Status.PASS)
    assert "from the end of the surge: 0 ms" in found.sentence


def test_a_relapse_is_not_a_recovery() -> None:
    found = judged(cells_of(lambda t_s: 70 <= t_s < 105 or 125 <= t_s < 140))
    assert found.measured == pytest.approx(40, abs=1)
    assert found.status is Status.FAIL


def test_a_single_slow_second_is_chance() -> None:
    assert judged(cells_of(lambda t_s: t_s == 120)).measured == 0.0


@pytest.mark.parametrize("end_s", [156, 158, 160])
def test_not_recovered_by_the_end_fails_whatever_the_limit(end_s: int) -> None:
    found = judged(cells_of(lambda t_s: 70 <= t_s < end_s), PROMISE.model_copy(update={"at_most": 1000}))
    assert found.status is Status.FAIL
    assert "not recovered in the 60 s that it was watched" in found.sentence


def test_failures_count_as_slow() -> None:
    failing = [cell(t_s, failed=[0.001] * 5) for t_s in range(DROP_S, 120)]
    cells = [each for each in cells_of(lambda _: False) if not DROP_S <= each.t_s < 120] + failing
    assert judged(cells).measured == pytest.approx(20, abs=1)


def test_windows_without_requests_are_not_fast() -> None:
    # all users hang from the drop on: none starts a request for 25 s
    found = judged(cells_of(lambda t_s: False, rate=lambda t_s: 0 if 101 <= t_s < 125 else rate_at(t_s)))
    assert found.measured == pytest.approx(25, abs=1)


def test_each_endpoint_has_its_own_threshold() -> None:
    # one endpoint always takes 2 s, which would be slow for the other
    slow = [cell(t_s, [2.0] * 5, endpoint=CLASSIFY) for t_s in range(END_S) if rate_at(t_s)]
    found = verdict_of(
        [*cells_of(lambda _: False), *slow], PROMISE, schedule=SPIKE, endpoints=(SEARCH, CLASSIFY)
    )
    assert finding(found, "recovery").measured == 0.0


@pytest.mark.parametrize(("floor_s", "measured"), [(0.5, 0.0), (None, 20.0)])
def test_what_is_below_the_floor_is_not_slow(floor_s: float | None, measured: float) -> None:
    found = judged(cells_of(lambda t_s: 70 <= t_s < 120), PROMISE.model_copy(update={"floor": floor_s}))
    assert found.measured == pytest.approx(measured, abs=1)


def test_no_requests_in_the_recovery_stage_are_inconclusive() -> None:
    found = judged(cells_of(lambda _: False, rate=lambda t_s: rate_at(t_s) if t_s < DROP_S else 0))
    assert (found.status, found.measured) == (Status.INCONCLUSIVE, None)


def test_too_short_a_calm_stage_is_inconclusive() -> None:
    # 19 s × 5/s = 95 requests, less than the 100 of a P99
    found = judged(cells_of(lambda _: False, rate=lambda t_s: 0 if t_s < 41 else rate_at(t_s)))
    assert found.status is Status.INCONCLUSIVE
    assert "95 requests in stage 'calm', needs 100" in found.sentence


@settings(max_examples=40, deadline=None)
@given(end_s=st.integers(103, 150), seed=st.integers(0, 2**16))
def test_noise_moves_the_end_by_a_second_at_most(end_s: int, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def latencies(t_s: int) -> list[float]:
        centre = 0.4 if 70 <= t_s < end_s else 0.04
        # log-normal of sigma 0.2: calm P99 is about 64 ms, so 95 ms is slow; the disturbed are all far above
        return [
            float(v) for v in centre * np.exp(0.2 * rng.standard_normal(max(3, rng.poisson(rate_at(t_s)))))
        ]

    cells = [cell(t_s, latencies(t_s)) for t_s in range(END_S) if rate_at(t_s)]
    assert judged(cells).measured == pytest.approx(end_s - DROP_S, abs=1)


def test_change_is_where_slow_becomes_fast() -> None:
    sent = np.full(10, 5.0)
    assert change(sent, np.array([5.0] * 6 + [0.0] * 4)) == 6
    assert change(sent, np.array([5.0] * 10)) == 10
    assert change(np.array([5.0] * 3 + [0.0] * 3 + [5.0] * 4), np.array([5.0] * 3 + [0.0] * 7)) == 6
