"""A recorded inspection of the shipped classes and shapes, as the child process would print it.

The schedules are made by the rules of the shipped shapes, shortened to what a plan looks at.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.plan import Folders, Inspection, InspectionRequest, Overrides, Planner, build

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
METRICS = {
    "p50": "s", "p95": "s", "p99": "s", "mean": "s", "max": "s", "recovery": "s",
    "error_rate": "ratio", "cpu": "ratio", "pool_use": "ratio", "no_work": "ratio",
    "throughput": "per_s", "memory": "bytes",
    "requests": "count", "deadlocks": "count", "alive": "count",
}  # fmt: skip
COLLECTORS = ("locks", "locust_csv", "pool", "resources")


def _parameter(kind: str, default: Any) -> dict[str, Any]:
    return {"type": kind, "default": default, "doc": ""}


STEADY = {
    "users": _parameter("int", 10),
    "spawn_rate": _parameter("float", 5.0),
    "warm_up_s": _parameter("float", 20.0),
    "duration_s": _parameter("float", 300.0),
}
SHAPES = {
    "constant": ("users", STEADY),
    "soak": ("users", STEADY),
    "constant_rate": (
        "arrivals_per_s",
        {name: STEADY[name] for name in ("warm_up_s", "duration_s")}
        | {"rate_per_s": _parameter("float", 120.0)},
    ),
    "spike": (
        "users",
        {
            "users": _parameter("int", 100),
            "calm_users": _parameter("int", 10),
            "surge_s": _parameter("float", 10.0),
        },
    ),
    "ramp_up": ("users", {"users": _parameter("int", 100)}),
}


def _stage(name: str, duration_s: float, start: float, end: float, judged: bool = True) -> dict[str, Any]:
    return {"name": name, "duration_s": duration_s, "start_level": start, "end_level": end, "judged": judged}


def _stages(kind: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    values = {name: parameter["default"] for name, parameter in SHAPES[kind][1].items()} | given
    if kind == "spike":
        calm, users = values["calm_users"], values["users"]
        return [
            _stage("calm", 60, calm, calm),
            _stage("empty", 5, 0, 0, judged=False),
            _stage("surge", values["surge_s"], 0, users),
            _stage("hold", 60, users, users),
            _stage("after", 60, calm, calm),
        ]
    if kind == "ramp_up":
        return [_stage("ramp", 240, 0, values["users"]), _stage("hold", 60, values["users"], values["users"])]
    level = values.get("users") or values["rate_per_s"]
    ramp = [_stage("ramp", level / values["spawn_rate"], 0, level, judged=False)] if "users" in values else []
    warm_up = _stage("warm-up", values["warm_up_s"], level, level, judged=False)
    return [*ramp, warm_up, _stage("steady", values["duration_s"], level, level)]


def recorded(request: InspectionRequest) -> Inspection:
    """What the child process would answer, for the shipped files or for the request's own."""
    record: dict[str, Any] = {
        "locust": "2.43.0",
        "classes": [
            {
                "key": key,
                "name": "".join(part.title() for part in key.split("_")),
                "endpoint": endpoint,
                "file": "tests/plan/plan_inspections.py",
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


def planned(name: str, overrides: Overrides | None = None, **changes: Any):
    """The plan of a shipped scenario."""
    return build(SCENARIOS / f"{name}.yaml", planner(**changes), overrides)
