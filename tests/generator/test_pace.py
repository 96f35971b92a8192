"""The pace: a target a second that is reached within it."""

from __future__ import annotations

import pytest

from harness.generator.flow import Flow
from harness.generator.pace import target
from harness.model.stage import Schedule, Stage


def schedule(*stages: tuple[float, float, float]) -> Schedule:
    """Stages of (duration, start level, end level)."""
    return Schedule(
        stages=tuple(
            Stage(name=f"s{n}", duration_s=duration, start_level=start, end_level=end)
            for n, (duration, start, end) in enumerate(stages)
        )
    )


def targets(plan: Schedule) -> list[int]:
    """The target of each second, one after the other."""
    users, found = 0, []
    for t_s in range(int(plan.duration_s)):
        users = (target(plan, float(t_s), users) or (users, 0))[0]
        found.append(users)
    return found


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (schedule((5, 0, 50)), [10, 20, 30, 40, 50]),
        (schedule((5, 50, 0)), [40, 30, 20, 10, 0]),
        (schedule((4, 0, 2)), [1, 1, 2, 2]),  # halves go up: 0.5, 1, 1.5, 2
        (schedule((2, 10, 10), (1, 0, 0), (2, 0, 100)), [10, 10, 0, 50, 100]),
        (schedule((2.5, 10, 10), (1.5, 20, 20)), [10, 10, 20, 20]),
    ],
    ids=["up", "down", "slowly", "spike", "stage that ends within a second"],
)
def test_targets(plan: Schedule, expected: list[int]) -> None:
    assert targets(plan) == expected


def test_a_ramp_takes_the_second_and_a_jump_does_not() -> None:
    rising = target(schedule((10, 0, 100)), 3.0, 30)
    assert rising
    assert rising[1] == pytest.approx(10 / 0.95)
    dropping = target(schedule((2, 100, 100), (2, 10, 10)), 2.0, 100)
    assert dropping == (10, pytest.approx(90 / 0.05))


def test_a_late_tick_hurries_to_the_end_of_its_own_second() -> None:
    late = target(schedule((10, 0, 100)), 3.5, 30)
    assert late
    assert late == (40, pytest.approx(10 / (0.5 * 0.95)))


def test_nothing_to_do_is_none() -> None:
    assert target(schedule((10, 5, 5)), 4.0, 5) is None


def test_arrivals_are_due_where_the_area_below_the_level_says() -> None:
    flow = Flow(schedule((10, 0, 20), (10, 20, 20), (5, 20, 0)))
    assert flow.total == 100 + 200 + 50
    # While the level rises as 2t, t² arrivals are due by second t.
    assert flow.due_before(5) == pytest.approx(25)
    assert flow.due_s(25) == pytest.approx(5)
    assert flow.due_s(100 + 20 * 3) == pytest.approx(13)
    assert flow.due_s(350) is None
    for n in range(350):
        assert flow.due_before(flow.due_s(n) or 0) == pytest.approx(n, abs=1e-6)


def test_seconds_add_up_to_all_arrivals() -> None:
    flow = Flow(schedule((7, 0, 13), (9, 120, 120)))
    assert sum(flow.count(t_s, t_s + 1) for t_s in range(16)) == len(
        [n for n in range(2000) if flow.due_s(n) is not None]
    )
    assert [flow.count(t_s, t_s + 1) for t_s in range(8, 16)] == [120] * 8


def test_a_stage_without_arrivals_is_passed_over() -> None:
    flow = Flow(schedule((2, 10, 10), (3, 0, 0), (2, 10, 10)))
    assert flow.due_s(19) == pytest.approx(1.9)
    assert flow.due_s(20) == pytest.approx(5.0)
