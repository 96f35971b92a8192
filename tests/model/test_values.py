"""Values of the run folder round-trip through JSON, are frozen, and refuse what they do not know."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from harness.errors import ExitStatus, RefusedError, ScenarioErrors, UsageError
from harness.model.evidence import Evidence
from harness.model.plan import DataSet, Plan, Shape, Target, TrafficShare
from harness.model.run import Completion, Environment, Run, RunEvent, TargetState, Totals
from harness.model.sla import Objective, Policy, Reference
from harness.model.stage import Schedule, Stage
from harness.model.value import Value
from harness.model.verdict import EXIT_OF, Finding, Interval, Status, Verdict

SCHEDULE = Schedule(
    stages=(
        Stage(name="warm-up", duration_s=20.0, start_level=0, end_level=10, judged=False),
        Stage(name="hold", duration_s=300, start_level=10, end_level=10),
    )
)
SHARES = (
    TrafficShare(key="search", user_class="Search", endpoint="POST /search", weight=3),
    TrafficShare(key="again", user_class="Again", endpoint="POST /search", weight=1),
    TrafficShare(key="off", user_class="Off", endpoint="POST /off", weight=0),
    TrafficShare(key="plain", user_class="Plain", endpoint=None, weight=1),
)
PLAN = Plan(
    harness_version="1",
    scenario="load-10",
    source="scenarios/load-10.yaml",
    target=Target(name="embedded", data=DataSet(top_up="SELECT 1")),
    locustfiles=("locustfiles",),
    traffic=SHARES,
    shape=Shape(kind="constant", parameters={"users": 10, "spawn_rate": 2.5, "even": True, "name": "x"}),
    schedule=SCHEDULE,
    objectives=(Objective(metric="p95", at_most=1.0, policy=Policy.STRICT),),
    reference=Reference(scenario="load-10", stage="reference"),
    added_s=12.5,
)
RUN = Run(
    run_id="load-10-1",
    scenario="load-10",
    command="make load-10",
    started_at="2026-01-01T00:00:00+00:00",
    load_start_epoch_s=1_763_877_600,
    environment=Environment(
        hostname="h",
        cpu_count=2,
        cpu_model="m",
        memory_bytes=1,
        system="s",
        python="3",
        locust="2",
        harness="1",
    ),
    target=TargetState(name="embedded", base_url="http://127.0.0.1:1", processes={"api": (1, 2)}),
    completion=Completion(
        reason="schedule ended",
        load_start_epoch_s=1,
        load_end_epoch_s=2.5,
        locust={"e": Totals(requests=2, failures=1)},
        recorded={},
    ),
    events=(RunEvent(t_s=-1.5, what="started"),),
)
VERDICT = Verdict(
    status=Status.WARN,
    exit_status=0,
    summary="WARN",
    scenario="load-10",
    run_id="load-10-1",
    interrupted=False,
    shortened=True,
    findings=(
        Finding(
            kind="objective",
            name="x",
            status=Status.WARN,
            sentence="s",
            interval=Interval(low=None, high=0.1),
        ),
    ),
)
EVIDENCE = Evidence(
    collector="pool",
    samples=({"t_s": 1.0, "in_use": 2.0, "waiting": None}, {"t_s": 2.0, "in_use": None}, {"in_use": 9.0}),
    units={"in_use": "count"},
)


@pytest.mark.parametrize("value", [PLAN, RUN, VERDICT, EVIDENCE], ids=lambda value: type(value).__name__)
def test_values_round_trip_through_json(value: Value) -> None:
    assert type(value).model_validate_json(value.model_dump_json()) == value


@pytest.mark.parametrize("value", [PLAN, RUN, VERDICT, EVIDENCE], ids=lambda value: type(value).__name__)
def test_values_are_frozen_and_refuse_unknown_fields(value: Value) -> None:
    with pytest.raises(ValidationError):
        value.scenario = "other"  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        type(value).model_validate(value.model_dump() | {"surprise": 1})


def test_secrets_are_masked_wherever_a_plan_is_written() -> None:
    target = Target(name="t", api_key=SecretStr("hush"), dsn=SecretStr("postgresql://u:hush@h/db"))
    written = PLAN.model_copy(update={"target": target})
    assert "hush" not in written.model_dump_json()
    assert "hush" not in repr(written)


def test_endpoints_of_a_plan_are_those_with_weight_once_each() -> None:
    assert PLAN.endpoints == ("POST /search",)


@pytest.mark.parametrize(("unit", "peak"), [("users", 10), ("arrivals_per_s", 100)])
def test_what_counts_as_users_for_the_guard(unit: str, peak: int) -> None:
    schedule = Schedule(stages=SCHEDULE.stages, unit=unit)  # type: ignore[arg-type]
    assert PLAN.model_copy(update={"schedule": schedule}).peak_users == peak


def test_a_column_leaves_out_what_is_missing() -> None:
    assert EVIDENCE.column("in_use", 0, 10) == [2.0]
    assert EVIDENCE.column("in_use", 1.5, 10) == []
    assert EVIDENCE.column("nope", 0, 10) == []


def test_keys_of_promises_tell_the_forms_apart() -> None:
    absolute = Objective(metric="p95", endpoint="e", at_most=1)
    relative = Objective(metric="p95", endpoint="e", relative_to="load-10", max_increase=0.5)
    assert absolute.key == absolute.model_copy(update={"at_most": 2.0}).key
    assert len({absolute.key, relative.key, absolute.model_copy(update={"stage": "hold"}).key}) == 3


def test_gravity_and_exit_statuses() -> None:
    assert sorted(Status, key=lambda status: status.gravity) == [
        Status.INVALID,
        Status.FAIL,
        Status.INCONCLUSIVE,
        Status.WARN,
        Status.PASS,
        Status.NOT_JUDGED,
    ]
    assert {status: int(EXIT_OF[status]) for status in EXIT_OF} == {
        Status.INVALID: 3,
        Status.FAIL: 1,
        Status.INCONCLUSIVE: 3,
        Status.WARN: 0,
        Status.PASS: 0,
    }
    assert VERDICT.counted()[Status.WARN] == 1


def test_errors_tell_where_what_and_how_to_mend() -> None:
    error = UsageError("unknown key 'x'", where="a.yaml:1:2", mend="remove it")
    assert str(error) == "a.yaml:1:2: unknown key 'x'; remove it"
    assert str(UsageError("what")) == "what"
    both = ScenarioErrors([error, UsageError("more")])
    assert str(both) == "a.yaml:1:2: unknown key 'x'; remove it\nmore"
    assert (error.status, RefusedError("no").status) == (ExitStatus.USAGE, ExitStatus.REFUSED)
