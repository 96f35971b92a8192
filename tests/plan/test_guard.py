"""The guard: each refusal and each allowed case (CON-1, CON-4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_inspections import planned, planner

from harness.errors import ExitStatus, RefusedError
from harness.model.plan import Plan
from harness.plan import build, guard

ELSEWHERE = "http://api.example.test"
HERE = "http://127.0.0.1:8000"


def plan_of(base_url: str | None, environment: str | None, users: int = 10) -> Plan:
    """The plan of load-10 against another target, with so many users."""
    plan = planned("load-10")
    target = {"base_url": base_url, "environment": environment, "command": [] if base_url else ["x"]}
    schedule = {
        "unit": "users",
        "stages": [
            {"name": "hold", "duration_s": 10.0, "start_level": users, "end_level": users, "judged": True}
        ],
    }
    record = plan.model_dump() | {"schedule": schedule}
    return Plan.model_validate(record | {"target": plan.target.model_dump() | target})


ALLOWED = {
    "loopback that says nothing": (HERE, None, 10),
    "localhost that says nothing": ("http://localhost:8000", None, 100),
    "127.0.0.0/8": ("http://127.8.9.1/api", None, 10),
    "IPv6 loopback": ("http://[::1]:8000", None, 10),
    "declared local elsewhere": (ELSEWHERE, "local", 100),
    "staging": (ELSEWHERE, "staging", 100),
    "staging beyond 100 users": (ELSEWHERE, "staging", 101),
    "staging on loopback beyond 100 users": (HERE, "staging", 5000),
    "a command that will say": (None, None, 100),
}
REFUSED = {
    "production": (ELSEWHERE, "production", 1, "never loaded"),
    "production on loopback": (HERE, "production", 1, "never loaded"),
    "elsewhere and says nothing": (ELSEWHERE, None, 1, "does not say what environment it is"),
    "a name that only looks like loopback": ("http://localhost.example.test", None, 1, "does not say"),
    "loopback as a user name": ("http://localhost@example.test", None, 1, "does not say"),
    "an address in disguise": ("http://0x7f.1", None, 1, "does not say"),
    "all interfaces": ("http://0.0.0.0:8000", None, 1, "does not say"),
    "101 users on loopback": (HERE, None, 101, "101 users are more than 100"),
    "101 users on a declared local target": (HERE, "local", 101, "101 users are more than 100"),
    "101 users on a command that does not say yet": (None, None, 101, "101 users are more than 100"),
}


@pytest.mark.parametrize(("base_url", "environment", "users"), ALLOWED.values(), ids=ALLOWED)
def test_allowed(base_url, environment, users):
    guard.check_plan(plan_of(base_url, environment, users))


@pytest.mark.parametrize(("base_url", "environment", "users", "what"), REFUSED.values(), ids=REFUSED)
def test_refused_and_told_how_to_mend(base_url, environment, users, what):
    with pytest.raises(RefusedError, match=what) as caught:
        guard.check_plan(plan_of(base_url, environment, users))
    assert caught.value.status is ExitStatus.REFUSED
    assert caught.value.mend
    assert caught.value.where == "target 'embedded'"


@pytest.mark.parametrize(
    ("told", "users", "what"),
    [
        ({"base_url": ELSEWHERE}, 10, "does not say"),
        ({"base_url": HERE, "environment": "production"}, 10, "never loaded"),
        ({"base_url": HERE, "environment": "prod"}, 10, "says its environment is 'prod'"),
        ({"base_url": HERE, "environment": "local"}, 101, "101 users"),
    ],
    ids=["is elsewhere", "is production", "is something else", "is local after all"],
)
def test_readiness_line_is_guarded_too(told, users, what):
    plan = plan_of(None, "staging" if users > 100 else None, users)
    guard.check_plan(plan)
    with pytest.raises(RefusedError, match=what):
        guard.check_plan(plan, **told)


def test_arrival_rate_counts_requests_in_flight_as_users(tmp_path):
    scenario = tmp_path / "fast.yaml"
    text = (
        "name: fast\ntraffic: {search: 1}\nshape: {kind: constant_rate, arrivals: 9/s}\nmax_in_flight: 101\n"
    )
    scenario.write_text(text)
    with pytest.raises(RefusedError, match="101 users"):
        build(scenario, planner())


def test_planning_a_refused_load_is_refused():
    environment = {"TARGET_URL": ELSEWHERE}
    with pytest.raises(RefusedError, match="declare it"):
        planned("load-10", environment=environment)
    assert planned("load-10", environment=environment | {"TARGET_ENVIRONMENT": "staging"})


def test_unmarked_database_is_refused():
    guard.check_database(marked=True, target="ours")
    with pytest.raises(RefusedError) as caught:
        guard.check_database(marked=False, target="ours", database='a"b')
    mend = 'if it is one: ALTER DATABASE "a""b" SET harness.test_database = \'on\''
    assert caught.value.mend == mend
    assert caught.value.where == "target 'ours'"


def test_guard_reads_no_scenario_but_the_plan(tmp_path):
    """What the guard decides on is in plan.json: a plan that was read back is judged the same."""
    path = Path(tmp_path / "plan.json")
    path.write_text(plan_of(ELSEWHERE, None).model_dump_json())
    with pytest.raises(RefusedError):
        guard.check_plan(Plan.model_validate_json(path.read_text()))
