"""Where relative objectives get their reference: the newest sound run, else a stage in front of the run."""

from __future__ import annotations

import pytest
from plan_inspections import planned, planner

from harness.errors import UsageError
from harness.plan import Overrides, PreviousRun, build


def runs(*days: int):
    """Sound runs of load-10 of some days."""
    return lambda scenario: [
        PreviousRun(
            run_id=f"{scenario}-{day}", scenario=scenario, started_at=f"2026-01-{day:02}T10:00:00+00:00"
        )
        for day in days
    ]


def test_newest_sound_run_is_the_reference():
    plan = planned("load-50", previous_runs=runs(3, 12, 7))
    assert plan.reference is not None
    assert (plan.reference.scenario, plan.reference.run_id, plan.reference.stage) == (
        "load-10",
        "load-10-12",
        None,
    )
    assert plan.schedule == planned("load-50", previous_runs=runs(1)).schedule
    assert plan.schedule.span_named("reference") is None


def test_run_with_another_number_of_users_is_no_reference():
    def previous_runs(scenario: str) -> list[PreviousRun]:
        return [PreviousRun(run_id="r", scenario=scenario, started_at="2026-01-03T10:00:00+00:00", users=20)]

    plan = planned("load-50", previous_runs=previous_runs)
    assert plan.reference is not None
    assert plan.reference.run_id is None


def test_without_one_a_reference_stage_comes_first():
    plan = planned("load-50")
    assert plan.reference is not None
    assert (plan.reference.run_id, plan.reference.stage) == (None, "reference")
    assert "no sound run of load-10 was found" in plan.reference.why
    ahead = [(s.name, s.duration_s, s.start_level, s.end_level, s.judged) for s in plan.schedule.stages[:5]]
    assert ahead == [
        ("reference-ramp", 2, 0, 10, False),  # 10 users at load-10's 5 a second
        ("reference-warm-up", 18, 10, 10, False),  # the rest of its 20 s
        ("reference", 120, 10, 10, False),
        ("ramp", 10, 10, 50, False),  # goes on from the level of the reference
        ("warm-up", 10, 50, 50, False),
    ]


def test_reference_stage_is_shortened_in_proportion():
    plan = planned("load-50", Overrides(duration="75s"))  # a quarter of 5 min
    lengths = {stage.name: stage.duration_s for stage in plan.schedule.stages}
    assert lengths["reference"] == 30
    assert lengths["reference-warm-up"] == 4  # round(18 / 4)
    assert plan.schedule.stages[-1].duration_s == 75


def test_scenario_without_relative_objectives_has_no_reference():
    assert planned("load-10").reference is None


def test_arrival_rate_cannot_be_preceded_by_users(tmp_path):
    path = tmp_path / "fast.yaml"
    path.write_text(
        "name: fast\ntraffic: {search: 1}\nshape: {kind: constant_rate, arrivals: 9/s}\n"
        "objectives: [{metric: p95, relative_to: load-10, max_increase: 1%}]\n"
    )
    with pytest.raises(UsageError, match="run load-10 first"):
        build(path, planner())
    assert build(path, planner(previous_runs=runs(1))).reference


def test_all_relative_objectives_refer_to_one_scenario(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(
        "name: two\ntraffic: {search: 1}\nshape: {kind: constant}\nobjectives:\n"
        "  - {metric: p95, relative_to: load-10, max_increase: 1%}\n"
        "  - {metric: p99, relative_to: load-50, max_increase: 1%}\n"
    )
    with pytest.raises(
        UsageError, match=r"6:32: refers to 'load-50', others to 'load-10'; refer to one scenario"
    ):
        build(path, planner())
