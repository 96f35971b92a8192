"""Calibrating: how long the generator itself takes, measured against a null server, kept for later runs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from harness.errors import HarnessError, UsageError
from harness.model.calibration import CalibratedLevel, Calibration, Floor
from harness.model.plan import Plan
from harness.model.units import seconds, show, show_seconds
from harness.pipeline.running import Audience
from harness.run import calibration, surroundings
from harness.run.carrying_out import END_ALLOWANCE_S, LOOK_EVERY_S, START_ALLOWANCE_S
from harness.run.folder import RunFolder
from harness.run.load import Load
from harness.run.target import RunningTarget
from harness.run.watch import Watch
from harness.verdict.traffic import samples_needed


def plan_of(plan: Plan, *, hold: str) -> Plan:
    """What `calibrate` will load the null server with; UsageError when `hold` is no duration."""
    try:
        hold_s = seconds(hold)
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        raise UsageError(what, where="hold", mend=mend) from error
    if hold_s < calibration.LEAST_HOLD_S:
        least = show_seconds(calibration.LEAST_HOLD_S)
        raise UsageError(f"{hold} is too short to be measured", where="hold", mend=f"write {least} or more")
    return calibration.measuring_plan(plan, calibration.levels_of(plan), hold_s=hold_s)


def calibrate(
    plan: Plan, measuring: Plan, reports: Path, audience: Audience, *, environment: Mapping[str, str]
) -> tuple[Calibration, Path]:
    """Measure what the generator adds to a plan's traffic; what is known of it now, and where it is kept.

    HarnessError when nothing could be measured. Bounded in time; everything it starts is stopped.
    """
    with tempfile.TemporaryDirectory(prefix="harness-calibration-") as scratch:
        folder = RunFolder.create(Path(scratch), plan.scenario, "now")
        folder.write_value("plan.json", measuring)
        measured = _measured(measuring, folder, audience, environment)
    wanted = calibration.empty(plan, surroundings.describe())
    known = calibration.kept(reports, wanted).with_levels(measured)
    return known, calibration.keep(reports, known)


def _measured(
    plan: Plan, folder: RunFolder, audience: Audience, environment: Mapping[str, str]
) -> tuple[CalibratedLevel, ...]:
    with (
        RunningTarget(
            plan.target,
            log=folder.file("target.log"),
            environment=environment,
            interrupted=audience.interrupted.is_set,
        ) as target,
        Load(plan, folder, target, environment=environment) as load,
    ):
        _wait_for(load, plan, folder, audience)
        words = load.last_words()
    found = calibration.floors(plan.schedule, folder.series(), measured_at=_now())
    if folder.completion() is None or not found:
        raise HarnessError(f"nothing could be measured: {words}", where="calibrate", mend="mend what it says")
    return found


def _wait_for(load: Load, plan: Plan, folder: RunFolder, audience: Audience) -> None:
    """Show the load until it ends; KeyboardInterrupt when the user wants it to end before."""
    watch = Watch(plan, folder)
    longest_s = START_ALLOWANCE_S + plan.schedule.duration_s + plan.request_timeout_s + END_ALLOWANCE_S
    deadline = time.monotonic() + longest_s
    while load.wait(LOOK_EVERY_S) is None:
        audience.show(watch.look(), ())
        if audience.interrupted.is_set():
            raise KeyboardInterrupt
        if time.monotonic() > deadline:
            raise HarnessError(f"Locust still ran after {longest_s:.0f} s", where="calibrate")


def describe(measuring: Plan) -> str:
    """What will be done, in one line."""
    levels = ", ".join(f"{span.stage.peak_level:g}" for span in measuring.schedule.judged_spans())
    unit = "users" if measuring.schedule.unit == "users" else "arrivals/s"
    took = show_seconds(measuring.schedule.duration_s)
    said = "its answers are {}, which user classes may well call wrong; only the time counts"
    return f"calibrating {measuring.scenario} at {levels} {unit}: {took} against a null server ({said})"


def result(found: Calibration, measuring: Plan) -> str:
    """What the generator adds at the levels that were measured, as a table."""
    levels = calibration.levels_of(measuring)
    unit = "users" if found.unit == "users" else "arrivals/s"
    lines = []
    for level in filter(None, map(found.at, levels)):
        busy = show(level.busy_ratio, "ratio")
        lines.append(f"{level.level:g} {unit}: {show(level.rate_per_s, 'per_s')}, generator {busy} busy")
        rows = [("all", level.pooled), *sorted(level.endpoints.items())]
        width = max(len(name) for name, _ in rows)
        lines += [f"  {name:<{width}}  {_row(floor)}" for name, floor in rows]
        lines += _hint(level)
    return "\n".join(lines)


def _row(floor: Floor) -> str:
    """Quantiles of too few requests are left out."""
    quantiles = ((0.5, floor.p50_s), (0.95, floor.p95_s), (0.99, floor.p99_s))
    shown = "  ".join(
        f"P{q * 100:g} {show(value if floor.requests >= samples_needed(q) else None, 's'):>8}"
        for q, value in quantiles
    )
    return f"{floor.requests:>7,} requests  {shown}"


def _hint(level: CalibratedLevel) -> list[str]:
    """What to do for a P99 of all endpoints, when there were too few requests for one."""
    needed = samples_needed(0.99)
    if level.pooled.requests >= needed:
        return []
    return [f"  too few requests for a P99, which needs --hold {ceil(needed / level.rate_per_s) + 1}s"]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
