"""Objectives: limits in base units, sources, requirement ids, and which promise replaces which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_inspections import planned, planner, recorded

from harness.model.plan import Plan
from harness.model.sla import Objective, Policy
from harness.plan import build
from harness.plan.limits import in_unit

HEAD = "name: mine\ntraffic: {search: 1, classify: 1}\nshape: {kind: constant}\n"


@pytest.fixture
def plan_of(tmp_path):
    def of(text: str, sla: str = "endpoints: {}\n") -> Plan:
        (tmp_path / "sla").mkdir(exist_ok=True)
        (tmp_path / "sla" / "ours.yaml").write_text(sla)
        path = tmp_path / "mine.yaml"
        path.write_text(HEAD + text)
        return build(path, planner())

    return of


def of_key(plan: Plan, endpoint: str, metric: str) -> list[Objective]:
    return [o for o in plan.objectives if (o.endpoint, o.metric) == (endpoint, metric)]


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("500ms", "s", 0.5), ("1m30s", "s", 90), ("0", "s", 0), (0, "ratio", 0), ("0.1%", "ratio", 0.001),
        ("2GiB", "bytes", 2**31), ("500 MB", "bytes", 5e8), ("100/s", "per_s", 100),
        ("0.5 / s", "per_s", 0.5), (3, "count", 3), ("3", "count", 3),
    ],
)  # fmt: skip
def test_limit_in_base_unit(written, unit, value):
    assert in_unit(written, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        (5, "s"), ("5", "ratio"), (5.5, "bytes"), (100, "per_s"), ("-1s", "s"), ("1%", "s"), ("1s", "ratio"),
        ("100/min", "per_s"), ("many", "count"), (True, "count"), (None, "s"), ([1], "s"), ("nan", "count"),
        ("inf", "count"), ("1e400", "count"),
    ],
)  # fmt: skip
def test_wrong_limit_is_refused_with_how_to_mend(written, unit):
    with pytest.raises(ValueError, match="; write"):
        in_unit(written, unit)


@given(number=st.integers(1, 10**6), unit=st.sampled_from(["s", "ratio", "bytes", "per_s"]))
def test_bare_number_never_passes_for_a_unit(number, unit):
    with pytest.raises(ValueError, match="has no unit"):
        in_unit(number, unit)


def test_objective_replaces_that_of_the_sla_for_the_same_endpoint_metric_and_stage(plan_of):
    sla = "endpoints:\n  POST /search: {p95: 1s, p99: 2s}\n  '*': {error_rate: 1%}\n"
    plan = plan_of(
        "requirement: REQ-1\nsla: ours\nobjectives:\n"
        "  - {endpoint: POST /search, metric: p95, max: 3s, requirement: LOAD-1}\n"
        "  - {endpoint: POST /search, metric: p99, stage: warm-up, max: 9s}\n"
        "  - {endpoint: POST /search, metric: p95, relative_to: load-10, max_increase: 50%, floor: 50ms}\n",
        sla,
    )
    absolute, relative = of_key(plan, "POST /search", "p95")
    assert (absolute.at_most, absolute.requirement) == (3, "LOAD-1")
    assert absolute.source.endswith("mine.yaml:7:5")
    assert (relative.relative_to, relative.max_increase, relative.floor) == ("load-10", 0.5, 0.05)
    shared, of_stage = of_key(plan, "POST /search", "p99")
    assert (shared.at_most, shared.stage, shared.requirement) == (2, None, "REQ-1")
    assert shared.source.endswith("ours.yaml:2:32")
    assert (of_stage.at_most, of_stage.stage) == (9, "warm-up")
    assert of_key(plan, "*", "error_rate")[0].at_most == pytest.approx(0.01)


def test_sla_of_endpoints_that_are_not_sent_is_left_out(plan_of):
    plan = plan_of("sla: ours\n", "endpoints: {POST /reflection/batch: {p95: 1s}, each: {p95: 2s}}\n")
    assert [objective.endpoint for objective in plan.objectives] == ["each"]


def test_sla_may_say_more_than_a_limit(plan_of):
    sla = (
        "requirement: REQ-2\nendpoints:\n  '*':\n"
        "    throughput: {min: 100/s, policy: strict}\n    p95: {max: 1s, requirement: R}\n"
    )
    throughput, p95 = plan_of("requirement: REQ-1\nsla: ours\n", sla).objectives
    assert (throughput.at_least, throughput.policy, throughput.requirement) == (100, Policy.STRICT, "REQ-2")
    assert p95.requirement == "R"


def test_policy_of_the_scenario_holds_where_none_is_given(plan_of):
    plan = plan_of(
        "policy: proven\nobjectives:\n  - {metric: p95, max: 1s}\n  - {metric: p99, max: 1s, policy: point}\n"
    )
    assert [objective.policy for objective in plan.objectives] == [Policy.PROVEN, Policy.POINT]


def test_recovery_takes_a_floor():
    assert planned("spike").objectives[0].metric == "recovery"


def test_own_plain_locustfiles_need_no_traffic(tmp_path):
    """A user's own file under the harness: its classes are the traffic, and their endpoints are not known."""
    (tmp_path / "mine.py").write_text("")
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nlocustfiles: [mine.py]\nshape: {kind: constant}\n"
        "objectives: [{endpoint: GET /whatever, metric: p95, max: 1s}]\n"
    )
    file = (tmp_path / "mine.py").as_posix()

    def inspect(request):
        classes = [{"key": "mine", "name": name, "endpoint": None, "file": file} for name in ("Ann", "Bob")]
        return type(recorded(request)).model_validate(recorded(request).model_dump() | {"classes": classes})

    plan = build(path, planner(inspect=inspect))
    assert [(share.user_class, share.weight) for share in plan.traffic] == [("Ann", 1), ("Bob", 1)]
    assert plan.locustfiles == (file,)
    assert [hashed.path for hashed in plan.files] == [file]
    assert plan.endpoints == ()
    path.write_text(path.read_text() + "traffic: {mine: 1}\n")
    with pytest.raises(Exception, match="file 'mine' holds 2 user classes; name the class: Ann, Bob"):
        build(path, planner(inspect=inspect))
