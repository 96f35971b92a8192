"""A recorded inspection of the shipped classes and shapes, as the child process would print it.

The schedules are made by the rules of the shipped shapes; a test compares the two.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from harness.model.plan import Plan
from harness.plan import Folders, Inspection, InspectionRequest, Overrides, Planner, build
from harness.verdict.metrics import UNITS as METRICS

REPOSITORY = Path(__file__).parents[2]
SCENARIOS = Path("scenarios")

ENDPOINTS = {
    "classify": "POST /classify",
    "consolidation_dry_run": "POST /consolidation/dry-run",
    "consolidation_run": "POST /consolidation/run",
    "reflection_analyze": "POST /reflection/analyze",
    "reflection_batch": "POST /reflection/batch",
    "search": "POST /search",
    "taxonomy_tree": "GET /taxonomy/{version}/tree",
}
COLLECTORS = ("locks", "locust_csv", "pool", "resources")


def _parameter(kind: str, default: Any) -> dict[str, Any]:
    return {"type": kind, "default": default, "doc": ""}


SHAPES: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "constant": (
        "users",
        {
            "users": _parameter("int", 10),
            "spawn_rate": _parameter("float", 5.0),
            "warm_up_s": _parameter("float", 20.0),
            "duration_s": _parameter("float", 300.0),
        },
    ),
    "constant_rate": (
        "arrivals_per_s",
        {
            "arrivals_per_s": _parameter("float", 120.0),
            "warm_up_s": _parameter("float", 20.0),
            "duration_s": _parameter("float", 120.0),
        },
    ),
    "ramp_up": (
        "users",
        {
            "levels": _parameter("str", "10, 25, 50, 75, 100"),
            "ramp_s": _parameter("float", 10.0),
            "hold_s": _parameter("float", 60.0),
        },
    ),
    "soak": (
        "users",
        {
            "users": _parameter("int", 50),
            "ramp_s": _parameter("float", 30.0),
            "warm_up_s": _parameter("float", 60.0),
            "duration_s": _parameter("float", 3600.0),
        },
    ),
    "spike": (
        "users",
        {
            "calm_users": _parameter("int", 10),
            "peak_users": _parameter("int", 100),
            "spawn_rate": _parameter("float", 5.0),
            **{
                name: _parameter("float", seconds)
                for name, seconds in {
                    "warm_up_s": 20.0,
                    "calm_s": 240.0,
                    "empty_s": 5.0,
                    "surge_s": 10.0,
                    "hold_s": 60.0,
                    "after_s": 90.0,
                }.items()
            },
        },
    ),
}


def _stage(name: str, duration_s: float, start: float, end: float) -> dict[str, Any]:
    judged = not name.startswith(("ramp", "warm-up", "empty"))
    return {"name": name, "duration_s": duration_s, "start_level": start, "end_level": end, "judged": judged}


def _spike(v: dict[str, Any]) -> list[dict[str, Any]]:
    calm, peak = v["calm_users"], v["peak_users"]
    ramp_s = calm / v["spawn_rate"]
    return [
        _stage("ramp", ramp_s, 0, calm),
        _stage("warm-up", v["warm_up_s"] - ramp_s, calm, calm),
        _stage("calm", v["calm_s"], calm, calm),
        _stage("empty", v["empty_s"], 0, 0),
        _stage("surge", v["surge_s"], 0, peak),
        _stage("hold", v["hold_s"], peak, peak),
        _stage("recovery", v["after_s"], calm, calm),
    ]


def _ramp_up(v: dict[str, Any]) -> list[dict[str, Any]]:
    levels = [int(word) for word in v["levels"].split(",")]
    return [
        stage
        for before, level in pairwise([0, *levels])
        for stage in (
            _stage(f"ramp-{level}", v["ramp_s"], before, level),
            _stage(f"hold-{level}", v["hold_s"], level, level),
        )
    ]


def _stages(kind: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The stages as the shipped shape makes them."""
    v = {name: parameter["default"] for name, parameter in SHAPES[kind][1].items()} | given
    if kind in ("spike", "ramp_up"):
        return _spike(v) if kind == "spike" else _ramp_up(v)
    if kind == "constant_rate":
        rate = v["arrivals_per_s"]
        return [_stage("warm-up", v["warm_up_s"], rate, rate), _stage("hold", v["duration_s"], rate, rate)]
    users = v["users"]
    ramp_s = v["ramp_s"] if kind == "soak" else users / v["spawn_rate"]
    return [
        _stage("ramp", ramp_s, 0, users),
        *([_stage("warm-up", v["warm_up_s"] - ramp_s, users, users)] if v["warm_up_s"] > ramp_s else []),
        _stage("soak" if kind == "soak" else "hold", v["duration_s"], users, users),
    ]


def recorded(request: InspectionRequest) -> Inspection:
    """What the child process would answer, for the shipped files or for the request's own."""
    record: dict[str, Any] = {
        "locust": "2.43.0",
        "classes": [
            {
                "key": key,
                "name": "".join(part.title() for part in key.split("_")),
                "endpoint": endpoint,
                "file": f"locustfiles/{key}.py",
                "doc": "",
            }
            for key, endpoint in ENDPOINTS.items()
        ],
        "shapes": [
            {"kind": kind, "file": f"shapes/{kind}.py", "doc": "", "unit": unit, "parameters": parameters}
            for kind, (unit, parameters) in SHAPES.items()
        ],
        "schedule": None,
        "problems": [],
    }
    if request.kind:
        unit = SHAPES[request.kind][0]
        record["schedule"] = {"unit": unit, "stages": _stages(request.kind, dict(request.parameters))}
    return Inspection.model_validate(record)


def planner(**changes: Any) -> Planner:
    """A planner of the repository's own folders, with the recorded inspection and an empty environment."""
    known: dict[str, Any] = {
        "folders": Folders(scenarios=SCENARIOS, locustfiles=Path("locustfiles"), shapes=Path("shapes")),
        "environment": {},
        "inspect": recorded,
        "metrics": METRICS,
        "collectors": COLLECTORS,
        "harness_version": "0.1.0",
    }
    return Planner(**known | changes)


def planned(name: str, overrides: Overrides | None = None, **changes: Any) -> Plan:
    """The plan of a shipped scenario."""
    return build(SCENARIOS / f"{name}.yaml", planner(**changes), overrides)
