"""Every scenario that comes with the harness can be planned, and promises what the catalogue says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest
import yaml
from jsonschema import Draft202012Validator
from plan_inspections import COLLECTORS, ENDPOINTS, REPOSITORY, SCENARIOS, SHAPES, planned, recorded

from harness.evidence import collector
from harness.plan import Inspection, InspectionRequest, json_schema
from harness.plan.traffic import users_by_class
from harness.verdict import promises

NAMES = sorted(path.stem for path in (REPOSITORY / SCENARIOS).glob("*.yaml"))
USERS = {10: "load-10", 50: "load-50", 100: "load-100"}
LATENCY = {  # endpoint: P50, P95, P99 in seconds
    "POST /reflection/analyze": (0.5, 1, 2),
    "POST /reflection/batch": (5, 10, 15),
    "POST /consolidation/run": (1.5, 3, 5),
    "POST /consolidation/dry-run": (1, 2, 3),
    "POST /classify": (0.5, 1, 2),
    "POST /search": (0.5, 1, 2),
    "GET /taxonomy/{version}/tree": (0.5, 1, 2),
}
MATRIX = {  # id: endpoint, users, P95 in seconds, error ratio
    "LOAD-001": ("POST /reflection/analyze", 10, 1, 0.001),
    "LOAD-002": ("POST /reflection/analyze", 50, 1.5, 0.01),
    "LOAD-003": ("POST /reflection/analyze", 100, 2, 0.05),
    "LOAD-004": ("POST /reflection/batch", 10, 10, 0.001),
    "LOAD-005": ("POST /reflection/batch", 50, 15, 0.01),
    "LOAD-006": ("POST /reflection/batch", 100, 20, 0.05),
    "LOAD-007": ("POST /consolidation/run", 10, 3, 0.001),
    "LOAD-008": ("POST /consolidation/run", 50, 4.5, 0.01),
    "LOAD-009": ("POST /consolidation/dry-run", 10, 2, 0.001),
    "LOAD-010": ("POST /consolidation/dry-run", 50, 3, 0.01),
}


def limits(name: str) -> dict[tuple[str, str], float | None]:
    """Absolute limits of a scenario by endpoint and metric."""
    return {
        (o.endpoint, o.metric): o.at_most if o.at_least is None else o.at_least
        for o in planned(name).objectives
        if not o.relative_to
    }


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenario_plans(name):
    plan = planned(name)
    assert plan.scenario == name
    assert plan.requirement
    assert plan.added_s < 20
    assert not promises.problems(plan)
    assert set(plan.evidence) == set(COLLECTORS)


def test_the_seven_scenarios_are_there():
    assert set(NAMES) == {"load-10", "load-50", "load-100", "spike", "ramp", "throughput", "soak"}


def test_collectors_of_the_scenarios_are_there():
    assert set(COLLECTORS) <= set(collector.names())


def test_load_10_keeps_the_latency_objectives():
    found = limits("load-10")
    for endpoint, seconds in LATENCY.items():
        assert tuple(found[endpoint, q] for q in ("p50", "p95", "p99")) == seconds
    assert found["*", "error_rate"] == pytest.approx(0.001)


@pytest.mark.parametrize(("identity", "row"), MATRIX.items(), ids=MATRIX)
def test_load_matrix(identity, row):
    endpoint, users, p95_s, error_ratio = row
    promised = [o for o in planned(USERS[users]).objectives if o.requirement == identity]
    assert {o.endpoint for o in promised} == {endpoint}
    assert {o.metric: o.at_most for o in promised} == pytest.approx({"p95": p95_s, "error_rate": error_ratio})


@pytest.mark.parametrize(("name", "increase", "errors"), [("load-50", 0.5, 0.01), ("load-100", 1.0, 0.05)])
def test_heavier_loads_are_compared_with_load_10(name, increase, errors):
    (relative,) = [o for o in planned(name).objectives if o.relative_to]
    assert (relative.endpoint, relative.metric, relative.relative_to) == ("each", "p95", "load-10")
    assert (relative.max_increase, relative.floor) == (increase, 0.05)
    assert limits(name)["*", "error_rate"] == pytest.approx(errors)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("load-50", {"pool_use": 0.8}),
        ("load-100", {"alive": 1, "pool_use": 0.8, "cpu": 0.8, "memory": 2 * 2**30}),
        ("spike", {"recovery": 30, "deadlocks": 0, "error_rate": 0.1, "alive": 1}),
        ("throughput", {"throughput": 100}),
        ("soak", {"error_rate": 0.005}),
    ],
)
def test_other_promises(name, expected):
    found = limits(name)
    assert {metric: found["*", metric] for metric in expected} == pytest.approx(expected)


def test_every_class_of_load_10_has_a_user_and_enough_requests():
    """A user waits 1 to 3 s: with answers of 0.5 s, 300 s of one user are 120 requests; P99 needs 100."""
    weights = {share.user_class: share.weight for share in planned("load-10").traffic}
    users = users_by_class(weights, 10)
    assert sum(users.values()) == 10
    assert min(users.values()) >= 1
    assert min(users.values()) * 300 / (2 + 0.5) >= 100


def test_users_divide_as_locust_divides_them():
    weights = {share.user_class: share.weight for share in planned("load-10").traffic}
    program = (
        "import sys, json\n"
        "from itertools import islice\n"
        "from locust.dispatch import _kl_generator\n"
        "print(json.dumps(list(islice(_kl_generator(json.loads(sys.argv[1]).items()), 100))))\n"
    )
    command = [sys.executable, "-c", program, json.dumps(weights)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    order = json.loads(printed)
    for users in range(101):
        assert users_by_class(weights, users) == dict.fromkeys(weights, 0) | Counter(order[:users])


def real(request: InspectionRequest) -> Inspection:
    """What the child process really prints."""
    command = [sys.executable, "-m", "harness.generator.inspection", *request.arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=REPOSITORY).stdout
    return Inspection.model_validate_json(printed)


def test_recorded_classes_and_shapes_are_the_real_ones():
    files = tuple(f"locustfiles/{key}.py" for key in ENDPOINTS)
    found = real(InspectionRequest(locustfiles=files, shapes_dir="shapes"))
    record = recorded(InspectionRequest(locustfiles=files, shapes_dir="shapes"))
    assert not found.problems
    assert [(c.key, c.name, c.endpoint, c.file) for c in found.classes] == [
        (c.key, c.name, c.endpoint, c.file) for c in record.classes
    ]
    assert {
        (s.kind, s.unit, name, p.type, p.default) for s in found.shapes for name, p in s.parameters.items()
    } == {
        (s.kind, s.unit, name, p.type, p.default) for s in record.shapes for name, p in s.parameters.items()
    }


@pytest.mark.parametrize("kind", SHAPES)
def test_recorded_schedule_is_the_real_one(kind):
    name = next(name for name in NAMES if planned(name).shape.kind == kind)
    parameters = tuple(sorted(planned(name).shape.parameters.items()))
    request = InspectionRequest(locustfiles=(), shapes_dir="shapes", kind=kind, parameters=parameters)
    assert real(request).schedule == recorded(request).schedule


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("scenario", "*.yaml"), ("sla", "sla/*.yaml"), ("target", "targets/*.yaml"), ("suite", "suites/*.yaml")],
)
def test_shipped_files_keep_the_published_schema(kind, pattern):
    Draft202012Validator.check_schema(json_schema(kind))
    validator = Draft202012Validator(json_schema(kind))
    paths = sorted(SCENARIOS.glob(pattern))
    assert paths
    for path in paths:
        assert not [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text()))]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nmae": "x"},
        {"traffic": {"search": -1}},
        {"request_timeout": 30},
        {"request_timeout": "30"},
        {"objectives": [{"max": "1s"}]},
        {"target": {"environment": "prod"}},
        {"shape": {}},
        {"policy": "sure"},
    ],
    ids=json.dumps,
)
def test_schema_rejects_what_the_plan_rejects(wrong):
    scenario = yaml.safe_load((SCENARIOS / "load-10.yaml").read_text())
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid(scenario)
    assert not validator.is_valid(scenario | wrong)


def test_schema_lets_a_variable_stand_for_a_number():
    scenario = yaml.safe_load((SCENARIOS / "load-10.yaml").read_text())
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid(scenario | {"workers": "${WORKERS:-0}", "request_timeout": "${TIMEOUT}"})


def test_plan_is_read_back_from_its_file():
    plan = planned("load-50")
    assert type(plan).model_validate_json(plan.model_dump_json()) == plan
    assert [file.path for file in plan.files] == sorted(
        [
            *(f"locustfiles/{key}.py" for key in ENDPOINTS),
            *(path.as_posix() for path in (REPOSITORY / "locustfiles").relative_to(REPOSITORY).glob("_*.py")),
            "locustfiles/inputs.json",
        ]
    )
