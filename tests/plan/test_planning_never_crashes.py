"""Whatever stands in a scenario, SLA or suite file: a plan, or problems with places; never a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from bad_scenarios import GOOD
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_inspections import planner

from harness.errors import HarnessError, ScenarioErrors
from harness.plan import build, build_suite

FULL = {
    "name": "mine",
    "description": "all of it",
    "requirement": "REQ-1",
    "target": {
        "base_url": "http://127.0.0.1:1",
        "environment": "local",
        "api_key": "k",
        "database": "postgresql://127.0.0.1/x",
        "data": {"restore": "SELECT 1", "top_up_every": "1s"},
        "paths": {"POST /search": "/s"},
    },
    "locustfiles": ["mine.py"],
    "traffic": {"search": 1, "classify": 2},
    "shape": {"kind": "spike", "calm_users": 10, "surge": "10s"},
    "sla": "ours",
    "objectives": [
        {"endpoint": "POST /search", "metric": "p95", "max": "1s", "stage": "hold", "policy": "point"},
        {"metric": "p99", "relative_to": "load-10", "max_increase": "50%", "floor": "50ms"},
    ],
    "evidence": ["resources"],
    "workers": 1,
    "request_timeout": "5s",
}
SLA = {"requirement": "R", "endpoints": {"each": {"p95": "1s", "throughput": {"min": "1/s"}}}}
SUITE = {"name": "mine", "budget": "15m", "scenarios": ["mine", {"scenario": "mine", "duration": "30s"}]}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.sampled_from(
        ["", "x", "-1s", "1s", "5%", "*", "each", "mine", "../x", "${NONE}", "${", "\x85", "1e999"]
    ),
    st.lists(st.sampled_from(["x", 1, None]), max_size=2),
    st.dictionaries(
        st.sampled_from(["x", "kind", "metric", "max"]), st.sampled_from(["x", 1, None]), max_size=2
    ),
)


def trails(tree: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is a value in a tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [above] + [trail for key, value in inner for trail in trails(value, (*above, key))]


def with_value(tree: Any, trail: tuple[Any, ...], value: Any) -> Any:
    """The tree with one value replaced."""
    if not trail:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[trail[0]] = with_value(tree[trail[0]], trail[1:], value)
    return copy


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp(f"odd-{os.getpid()}")
    for part in ("sla", "targets", "suites"):
        (folder / part).mkdir()
    (folder / "mine.py").write_text("")
    return folder


def plan_or_problems(folder: Path, files: dict[str, str]) -> None:
    """Plans; what is wrong must be a HarnessError whose problems each say where and what."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    for make in (
        lambda: build(folder / "mine.yaml", planner()),
        lambda: build_suite(folder / "suites" / "mine.yaml", planner()),
    ):
        error: HarnessError | None = None
        try:
            make()
        except HarnessError as caught:
            error = caught
        told = error.problems if isinstance(error, ScenarioErrors) else [error] if error else []
        assert all(problem.where and problem.what for problem in told)
        assert told or not error


@settings(max_examples=60, deadline=None)
@given(
    scenario=st.tuples(st.sampled_from(trails(FULL)), ODD),
    sla=st.tuples(st.sampled_from(trails(SLA)), ODD),
    suite=st.tuples(st.sampled_from(trails(SUITE)), ODD),
)
def test_odd_values(folder, scenario, sla, suite):
    plan_or_problems(
        folder,
        {
            "mine.yaml": yaml.safe_dump(with_value(FULL, *scenario), sort_keys=False),
            "sla/ours.yaml": yaml.safe_dump(with_value(SLA, *sla), sort_keys=False),
            "suites/mine.yaml": yaml.safe_dump(with_value(SUITE, *suite), sort_keys=False),
        },
    )


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, len(GOOD)),
    cut=st.integers(0, 8),
    put=st.text(alphabet="{}[]:,-*&!|>'\"%@`#$ \n\tx1", max_size=4),
)
def test_odd_text(folder, at, cut, put):
    plan_or_problems(folder, {"mine.yaml": GOOD[:at] + put + GOOD[at + cut :]})


def test_what_is_made_odd_is_right_before(folder):
    (folder / "mine.yaml").write_text(yaml.safe_dump(FULL))
    (folder / "sla" / "ours.yaml").write_text(yaml.safe_dump(SLA))
    (folder / "suites" / "mine.yaml").write_text(yaml.safe_dump(SUITE | {"budget": "1h"}))
    assert build(folder / "mine.yaml", planner()).workers == 1
    assert len(build_suite(folder / "suites" / "mine.yaml", planner()).entries) == 2
