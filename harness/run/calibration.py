"""Calibration: where its results are kept, what they are valid for, and the plan that measures them.

The floor depends on the machine, the versions and what is sent, and on nothing of the target. So it is
measured once for all runs that have these in common, outside of them, and read when one is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr, ValidationError

from harness.model.calibration import CalibratedLevel, Calibration, Floor
from harness.model.histogram import Histogram
from harness.model.plan import EnvironmentKind, Plan, Target
from harness.model.run import Environment
from harness.model.series import Series, Window
from harness.model.stage import Schedule, Span, Stage

FOLDER = "calibration"
"""Below `reports/`."""
SETTLE_S = 2.0
"""Time at each level before it is measured: connections are opened."""
HOLD_S = 8.0
MOST_S = 120.0
"""A calibration loads no longer than this, however many levels there are."""
LEAST_HOLD_S = 3.0
NULL_SERVER = ("python", "-m", "harness.run.null_server")


def identity_of(plan: Plan, here: Environment) -> dict[str, str]:
    """What a calibration of the plan's traffic on this machine is valid for."""
    sent = sorted(file.sha256 for file in plan.files)
    return {
        "hostname": here.hostname,
        "cpu": f"{here.cpu_count} x {here.cpu_model}",
        "python": here.python,
        "locust": here.locust,
        "harness": here.harness,
        "files": sha256(json.dumps(sent).encode()).hexdigest(),
        "traffic": json.dumps({share.user_class: share.weight for share in plan.traffic}, sort_keys=True),
        "level": plan.schedule.unit if plan.schedule.unit == "users" else f"{plan.arrivals} arrivals",
        "workers": f"{plan.workers} remote" if plan.remote_workers else str(plan.workers),
    }


def empty(plan: Plan, here: Environment) -> Calibration:
    """The calibration of a plan on this machine before anything was measured."""
    identity = identity_of(plan, here)
    key = sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    return Calibration(key=key, identity=identity, unit=plan.schedule.unit, levels=())


def path_of(reports: Path, calibration: Calibration) -> Path:
    """Where a calibration is kept."""
    return reports / FOLDER / f"{calibration.key}.json"


def kept(reports: Path, wanted: Calibration) -> Calibration:
    """What was measured for the same identity; `wanted` itself when nothing was, or it cannot be read."""
    with suppress(OSError, ValidationError):
        found = Calibration.model_validate_json(path_of(reports, wanted).read_text())
        if found.identity == wanted.identity:
            return found
    return wanted


def keep(reports: Path, calibration: Calibration) -> Path:
    """Write a calibration as a whole, and return where."""
    path = path_of(reports, calibration)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(calibration.model_dump_json(indent=1) + "\n")
    part.replace(path)
    return path


def levels_of(plan: Plan) -> tuple[float, ...]:
    """The distinct levels of all stages that an objective may look at, ascending; 0 is none."""
    named = {objective.stage for objective in plan.objectives}
    if plan.reference:
        named.add(plan.reference.stage)
    seen = (stage for stage in plan.schedule.stages if stage.judged or stage.name in named)
    return tuple(sorted({stage.peak_level for stage in seen if stage.peak_level > 0}))


def measuring_plan(plan: Plan, levels: Iterable[float], *, hold_s: float = HOLD_S) -> Plan:
    """The plan that loads a null server with the same traffic, one level after the other."""
    chosen = list(levels)
    room_s = max(LEAST_HOLD_S, MOST_S / len(chosen) - SETTLE_S)
    stages = []
    for level in chosen:
        stages += [
            _flat(f"settle-{level:g}", SETTLE_S, level, judged=False),
            _flat(f"hold-{level:g}", min(hold_s, room_s), level, judged=True),
        ]
    target = Target(
        name="null server",
        command=NULL_SERVER,
        environment=EnvironmentKind.LOCAL,
        health_path="/",
        api_key=SecretStr("none-needed"),
        inputs=plan.target.inputs,
        paths=plan.target.paths,
        start_timeout_s=20.0,
    )
    return plan.model_copy(
        update={
            "target": target,
            "schedule": Schedule(stages=tuple(stages), unit=plan.schedule.unit),
            "objectives": (),
            "reference": None,
            "evidence": (),
            "request_timeout_s": min(plan.request_timeout_s, 10.0),
        }
    )


def _flat(name: str, duration_s: float, level: float, *, judged: bool) -> Stage:
    return Stage(name=name, duration_s=duration_s, start_level=level, end_level=level, judged=judged)


def floors(schedule: Schedule, series: Series, *, measured_at: str) -> tuple[CalibratedLevel, ...]:
    """What was measured at each judged level; a level at which nothing was answered is left out."""
    measured = (_level(span, series, measured_at) for span in schedule.judged_spans())
    return tuple(level for level in measured if level.pooled.requests)


def _level(span: Span, series: Series, measured_at: str) -> CalibratedLevel:
    stretch = [(span.start_s, span.end_s)]
    pooled = _all_answers(series.window(None, stretch))
    by_endpoint = {name: _all_answers(series.window(name, stretch)) for name in series.endpoints}
    return CalibratedLevel(
        level=span.stage.peak_level,
        measured_at=measured_at,
        hold_s=span.stage.duration_s,
        rate_per_s=pooled.requests / span.stage.duration_s,
        busy_ratio=_busiest(series, span),
        pooled=pooled,
        endpoints={name: floor for name, floor in by_endpoint.items() if floor.requests},
    )


def _all_answers(window: Window) -> Floor:
    """A user class may well call `{}` a wrong answer: here only the time it took counts."""
    everything = Histogram.merged([window.judged, window.failed])
    return Floor(
        requests=everything.total,
        p50_s=everything.quantile_s(0.5),
        p95_s=everything.quantile_s(0.95),
        p99_s=everything.quantile_s(0.99),
        mean_s=everything.mean_s,
        max_s=everything.max_s,
    )


def _busiest(series: Series, span: Span) -> float | None:
    by_process: dict[str, list[float]] = {}
    for second in series.seconds:
        if second.busy_ratio is not None and span.start_s <= second.t_s < span.end_s:
            by_process.setdefault(second.process, []).append(second.busy_ratio)
    return max((sum(found) / len(found) for found in by_process.values()), default=None)
