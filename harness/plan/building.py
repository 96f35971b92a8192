"""A scenario file made into a Plan: read, check everything that can be known before the first request, guard.

Starts nothing, and sends nothing.
"""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError
from harness.model.plan import Plan
from harness.model.sla import Reference
from harness.model.stage import Schedule
from harness.plan import guard, reference
from harness.plan.added import added_s
from harness.plan.draft import Draft, drafted
from harness.plan.durations import judged_s, stretched
from harness.plan.files import Folders, deciding, named
from harness.plan.planner import Overrides, Planner
from harness.plan.problems import Problems, known_names
from harness.plan.reading import read


def build(path: Path, planner: Planner, overrides: Overrides | None = None) -> Plan:
    """The plan of the scenario in a file.

    ScenarioErrors with every problem (exit 2); RefusedError when the guard says no (exit 5).
    """
    plan = unguarded(path, planner, overrides or Overrides())
    guard.check_plan(plan)
    return plan


def unguarded(path: Path, planner: Planner, overrides: Overrides) -> Plan:
    """The plan before the guard has looked at it, for those who gather the refusals of several."""
    return _plan(drafted(path, planner, overrides), planner, overrides)


def describe_scenario(path: Path) -> str:
    """The description of a scenario file in one line; empty when it has none or cannot be read."""
    described = read(path, {}, Problems()).value("description")
    return str(described).strip().partition("\n")[0] if described else ""


def find(name: str, folders: Folders) -> Path:
    """The file of a scenario given by path or name; UsageError with the nearest name when there is none."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    known = named([folders.scenarios])
    if name not in known:
        raise UsageError(f"unknown scenario '{name}'", mend=known_names(name, known))
    return known[name]


def _plan(draft: Draft, planner: Planner, overrides: Overrides) -> Plan:
    schedule, share = _stretched(draft.schedule, draft.duration_s, steady=draft.steady)
    referred, schedule = _referred(draft, planner, schedule, share)
    workers = draft.scenario.workers if overrides.workers is None else overrides.workers
    timeout_s = draft.scenario.request_timeout
    return Plan(
        harness_version=planner.harness_version,
        scenario=Path(draft.document.file).stem,
        source=draft.document.file,
        description=draft.scenario.description,
        requirement=draft.scenario.requirement,
        target=draft.target,
        locustfiles=draft.locustfiles,
        traffic=draft.traffic,
        shape=draft.shape,
        schedule=schedule,
        arrivals=draft.scenario.arrivals,
        max_in_flight=draft.scenario.max_in_flight,
        request_timeout_s=timeout_s,
        objectives=draft.objectives,
        reference=referred,
        evidence=draft.evidence,
        workers=workers,
        remote_workers=overrides.remote_workers,
        shortened=share < 1,
        added_s=added_s(draft.target, workers=workers, request_timeout_s=timeout_s),
        files=deciding(draft.locustfiles, draft.target.inputs),
    )


def _stretched(schedule: Schedule, duration_s: float | None, *, steady: bool) -> tuple[Schedule, float]:
    """The schedule with the duration asked for, and the share of its own that it keeps (1: not shortened)."""
    if duration_s is None:
        return schedule, 1.0
    own_s = judged_s(schedule) if steady else schedule.duration_s
    return stretched(schedule, duration_s, steady=steady), min(duration_s / own_s, 1.0)


def _referred(
    draft: Draft, planner: Planner, schedule: Schedule, share: float
) -> tuple[Reference | None, Schedule]:
    """The reference of the relative objectives, and the schedule with a reference stage if it needs one."""
    load = draft.reference_load
    if load is None:
        return None, schedule
    try:
        return reference.decide(load, schedule, planner.previous_runs(load.scenario), share=share)
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        raise UsageError(what, where=draft.document.file, mend=mend) from error
