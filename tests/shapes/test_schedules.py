"""What each shipped shape does with its parameters, and what it says of impossible ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Stages = list[tuple[str, float, float, float, bool]]

SPIKE: Stages = [
    ("ramp", 2, 0, 10, False),
    ("warm-up", 18, 10, 10, False),
    ("calm", 240, 10, 10, True),
    ("empty", 5, 0, 0, False),
    ("surge", 10, 0, 100, True),
    ("hold", 60, 100, 100, True),
    ("recovery", 90, 10, 10, True),
]
SCHEDULES: list[tuple[str, dict[str, Any], Stages]] = [
    (
        "constant",
        {},
        [("ramp", 2, 0, 10, False), ("warm-up", 18, 10, 10, False), ("hold", 300, 10, 10, True)],
    ),
    (
        "constant",
        {"users": 100, "spawn_rate": 10, "warm_up_s": 10, "duration_s": 30},
        [("ramp", 10, 0, 100, False), ("hold", 30, 100, 100, True)],
    ),
    (
        "constant_rate",
        {"arrivals_per_s": 120, "warm_up_s": 5, "duration_s": 60},
        [("warm-up", 5, 120, 120, False), ("hold", 60, 120, 120, True)],
    ),
    ("constant_rate", {"warm_up_s": 0, "duration_s": 9}, [("hold", 9, 120, 120, True)]),
    (
        "ramp_up",
        {"levels": "10, 25", "ramp_s": 5, "hold_s": 20},
        [
            ("ramp-10", 5, 0, 10, False),
            ("hold-10", 20, 10, 10, True),
            ("ramp-25", 5, 10, 25, False),
            ("hold-25", 20, 25, 25, True),
        ],
    ),
    ("spike", {}, SPIKE),
    (
        "soak",
        {},
        [("ramp", 30, 0, 50, False), ("warm-up", 30, 50, 50, False), ("soak", 3600, 50, 50, True)],
    ),
]
MISTAKES = [
    (
        "constant",
        {"users": 100, "spawn_rate": 10, "warm_up_s": 5},
        "warm_up_s",
        "stage 'warm-up' lasts 5 s but 100 users at 10/s take 10 s; lengthen it or raise spawn_rate",
    ),
    ("constant", {"user": 5}, "user", "unknown parameter 'user'; did you mean 'users'?"),
    ("constant", {"users": "many"}, "users", "users is 'many', but must be a whole number such as 10"),
    ("constant", {"users": 2.5}, "users", "users is 2.5, but must be a whole number such as 10"),
    (
        "constant",
        {"users": 0},
        "users",
        "a constant load of 0 users sends nothing; ask for at least 1",
    ),
    ("constant", {"duration_s": 0}, None, "stage 'hold' lasts 0 s; it must last more than 0 s"),
    ("constant_rate", {"arrivals_per_s": -1}, "arrivals_per_s", "arrivals_per_s must be more than 0"),
    (
        "ramp_up",
        {"levels": "25, 10"},
        "levels",
        "'25, 10' are no rising user counts; write them like 10, 25, 50",
    ),
    ("spike", {"peak_users": 5}, "peak_users", "a spike needs more peak_users than calm_users"),
    ("spike", {"surge_s": 0}, None, "stage 'surge' lasts 0 s; it must last more than 0 s"),
    (
        "soak",
        {"ramp_s": 90},
        "ramp_s",
        "the ramp lasts 90 s but the warm-up that includes it 60 s; lengthen warm_up or shorten ramp",
    ),
]


AT_ONCE = ("spike", {"calm": 3, "peak_users": True, "surge_s": "soon"})

# In one child process, because importing Locust patches sockets and takes a second.
INSPECT_ALL = """
import json, sys
from harness.generator.inspection import main
cases = json.load(sys.stdin)
told = [main(["--shapes-dir", "shapes", "--shape", kind, "--parameters", json.dumps(parameters)])
        for kind, parameters in cases]
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """What inspection tells of every schedule and mistake above, in their order."""
    cases = [*(case[:2] for case in SCHEDULES), *(case[:2] for case in MISTAKES), AT_ONCE]
    done = subprocess.run(
        [sys.executable, "-c", INSPECT_ALL],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


pytestmark = pytest.mark.xdist_group("shapes")


@pytest.mark.parametrize("number", range(len(SCHEDULES)), ids=[case[0] for case in SCHEDULES])
def test_schedule(told: list[dict[str, Any]], number: int) -> None:
    kind, _, stages = SCHEDULES[number]
    found = told[number]
    assert found["problems"] == []
    assert found["schedule"]["unit"] == ("arrivals_per_s" if kind == "constant_rate" else "users")
    assert [tuple(stage.values()) for stage in found["schedule"]["stages"]] == stages


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=[case[3] for case in MISTAKES])
def test_mistake(told: list[dict[str, Any]], number: int) -> None:
    _, _, parameter, what = MISTAKES[number]
    found = told[len(SCHEDULES) + number]
    assert [(one["parameter"], one["what"]) for one in found["problems"]] == [(parameter, what)]
    assert found["schedule"] is None


def test_every_mistaken_parameter_is_told_at_once(told: list[dict[str, Any]]) -> None:
    assert {one["parameter"] for one in told[-1]["problems"]} == {"calm", "peak_users", "surge_s"}
