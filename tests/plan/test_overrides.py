"""What the command line says instead of the scenario: duration, users, workers, and the target's address."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_inspections import planned

from harness.errors import ScenarioErrors
from harness.model.stage import Schedule, Stage
from harness.plan import Overrides
from harness.plan.durations import KEPT, judged_s, stretched

URL = {"TARGET_URL": "http://127.0.0.1:9/"}


def lengths(plan) -> dict[str, float]:
    return {stage.name: stage.duration_s for stage in plan.schedule.stages}


@pytest.mark.parametrize(
    ("name", "duration", "expected"),
    [
        # 20 s of warm-up, 2 of them ramp; a tenth of the other 18 s is less than the 5 s that are the least
        ("load-10", "30s", {"ramp": 2, "warm-up": 5, "hold": 30}),
        ("load-10", "150s", {"ramp": 2, "warm-up": 9, "hold": 150}),
        ("load-10", "10m", {"ramp": 2, "warm-up": 18, "hold": 600}),
        ("throughput", "45s", {"warm-up": 5, "hold": 45}),
        ("soak", "6m", {"ramp": 30, "warm-up": 5, "hold": 360}),
        # 60 s less the 15 s that are kept leave 45 of 410 s: 240 s become 26, 60 s 7, 90 s 10
        (
            "spike",
            "60s",
            {"ramp": 1, "warm-up": 2, "calm": 26, "empty": 5, "surge": 10, "hold": 7, "recovery": 10},
        ),
    ],
)
def test_duration(name, duration, expected):
    plan = planned(name, Overrides(duration=duration))
    found = {stage.replace("soak", "hold"): length for stage, length in lengths(plan).items()}
    assert found == pytest.approx(expected)
    assert plan.shortened is (duration != "10m")


def test_ramp_is_shortened_as_a_whole():
    plan = planned("ramp", Overrides(duration="70s"))
    assert plan.shortened
    assert plan.schedule.duration_s == pytest.approx(70)


def test_own_duration_is_not_shortened():
    assert not planned("load-10", Overrides(duration="5m")).shortened
    assert not planned("load-10").shortened


@given(
    seconds=st.lists(st.floats(1, 600), min_size=1, max_size=6),
    surge_s=st.floats(1, 30),
    wanted_s=st.floats(1, 4000),
    steady=st.booleans(),
)
def test_stretching_keeps_names_levels_and_the_surge(seconds, surge_s, wanted_s, steady):
    """Same stages, same levels; the surge is as steep; judged stages take what was asked."""
    stages = [
        Stage(name=f"s{i}", duration_s=s, start_level=i, end_level=i, judged=i % 2 == 0)
        for i, s in enumerate(seconds)
    ]
    surge = Stage(name="surge", duration_s=surge_s, start_level=0, end_level=9, judged=False)
    before = Schedule(stages=(*stages, surge))
    after = stretched(before, wanted_s, steady=steady)
    assert [(s.name, s.start_level, s.end_level, s.judged) for s in after.stages] == [
        (s.name, s.start_level, s.end_level, s.judged) for s in before.stages
    ]
    assert [s.duration_s for s in after.stages if s.name in KEPT] == [surge_s]
    if steady:
        assert judged_s(after) == pytest.approx(wanted_s)


@pytest.mark.parametrize("duration", ["30", "-5s", "0s", "soon"])
def test_wrong_duration_is_a_problem(duration):
    with pytest.raises(ScenarioErrors, match=r"^duration: .*; write"):
        planned("load-10", Overrides(duration=duration))


def test_users_replace_the_users_of_the_shape():
    assert planned("load-10", Overrides(users=20)).schedule.peak_level == 20
    assert planned("spike", Overrides(users=50)).schedule.peak_level == 50


@pytest.mark.parametrize(
    ("name", "users", "what"),
    [
        ("throughput", 5, "users: shape 'constant_rate' has no parameter 'users' to replace; leave it out"),
        ("load-10", 0, "users: 0 users make no load; write at least 1"),
        ("load-10", 2, "scenarios/load-10.yaml:9:"),
    ],
    ids=["no users", "nobody", "too few for every class"],
)
def test_wrong_users_are_a_problem(name, users, what):
    with pytest.raises(ScenarioErrors) as caught:
        planned(name, Overrides(users=users))
    assert str(caught.value).startswith(what)


def test_workers():
    assert planned("load-10").workers == 0
    plan = planned("load-10", Overrides(workers=2, remote_workers=True))
    assert (plan.workers, plan.remote_workers) == (2, True)
    assert plan.added_s > planned("load-10").added_s


def test_target_url_replaces_the_target():
    environment = {
        "TARGET_URL": "http://127.0.0.1:9/",
        "TARGET_ENVIRONMENT": "staging",
        "TARGET_API_KEY": "sesame",
        "TARGET_DSN": "postgresql://u:sesame@127.0.0.1/db",
        "TARGET_HEALTH": "/ready",
        "TARGET_METRICS": "/metrics",
        "TARGET_PATHS": json.dumps({"POST /classify": "/api/v1/classify"}),
    }
    target = planned("load-10", environment=environment).target
    assert (target.base_url, target.environment, target.command) == ("http://127.0.0.1:9", "staging", ())
    assert (target.health_path, target.metrics_path) == ("/ready", "/metrics")
    assert target.paths == {"POST /classify": "/api/v1/classify"}
    assert target.api_key is not None
    assert target.api_key.get_secret_value() == "sesame"


def test_target_url_of_the_command_line_wins():
    overrides = Overrides(target_url="http://127.0.0.1:10")
    assert planned("load-10", overrides, environment=URL).target.base_url == "http://127.0.0.1:10"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"TARGET_ENVIRONMENT": "prod"}, "TARGET_ENVIRONMENT: 'prod' is none of its values"),
        ({"TARGET_PATHS": "{"}, "TARGET_PATHS: is not JSON"),
        ({"TARGET_PATHS": '{"a": "b"}'}, "TARGET_PATHS: path 'b' does not begin with /; write /b"),
        ({"TARGET_INPUTS": "/no/such"}, "TARGET_INPUTS: there is no file '/no/such'"),
        ({"TARGET_URL": "127.0.0.1:9"}, "TARGET_URL: '127.0.0.1:9' is no address of a target"),
    ],
)
def test_wrong_target_variables_are_problems(variables, expected):
    with pytest.raises(ScenarioErrors) as caught:
        planned("load-10", environment=URL | variables)
    assert str(caught.value).startswith(expected)


def test_secrets_are_masked_in_the_plan():
    environment = URL | {"TARGET_API_KEY": "sesame", "TARGET_DSN": "postgresql://u:sesame@127.0.0.1/db"}
    plan = planned("load-10", environment=environment)
    assert "sesame" not in plan.model_dump_json()
    assert "sesame" not in repr(plan)
