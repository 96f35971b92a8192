"""Plans as the command line asks for them: what planning must be told of the other steps and of past runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness import __version__
from harness.errors import HarnessError, ScenarioErrors, UsageError
from harness.evidence import collector
from harness.model.plan import Plan
from harness.model.run import Run
from harness.model.units import show_seconds
from harness.model.verdict import Status
from harness.pipeline.inspecting import inspect
from harness.places import Places
from harness.plan import building, suite
from harness.plan.files import Folders, named
from harness.plan.planner import Overrides, Planner
from harness.plan.problems import known_names
from harness.plan.reference import PreviousRun
from harness.plan.suite import Suite
from harness.run import surroundings
from harness.run.folder import RunFolder, newest_first
from harness.verdict import promises
from harness.verdict.metrics import METRICS


def planner(places: Places, reports: Path, environment: Mapping[str, str]) -> Planner:
    """What planning needs to know of the world around a scenario."""
    return Planner(
        folders=Folders(scenarios=places.scenarios, locustfiles=places.locustfiles, shapes=places.shapes),
        environment=environment,
        inspect=inspect,
        metrics={metric.name: metric.unit for metric in METRICS.values()},
        collectors=tuple(collector.names()),
        harness_version=__version__,
        previous_runs=_sound_runs(reports, environment),
    )


def plan(path: Path, known: Planner, overrides: Overrides) -> Plan:
    """The plan of one scenario file, whose every objective can be judged; ScenarioErrors otherwise."""
    made = building.build(path, known, overrides)
    found = [UsageError(text, where=objective.source) for objective, text in promises.problems(made)]
    if found:
        raise ScenarioErrors(list(found))
    return made


def plan_suite(name: str, known: Planner) -> Suite:
    """A suite by name or file, all of it planned and within its budget."""
    folder = known.folders.scenarios / "suites"
    if name.endswith((".yaml", ".yml")):
        return suite.build_suite(Path(name), known)
    suites = named([folder])
    if name not in suites:
        raise UsageError(f"unknown suite '{name}'", mend=known_names(name, suites))
    return suite.build_suite(suites[name], known)


def plans_of(chosen: Suite, renew: Callable[[], Planner]) -> Iterator[Plan]:
    """The plans of a suite one by one, each made anew, so that it can refer to the runs before it."""
    for entry in chosen.entries:
        yield plan(entry.path, renew(), entry.overrides)


def describe(made: Plan) -> str:
    """What a plan will do, in a few lines."""
    schedule = made.schedule
    unit = "users" if schedule.unit == "users" else "arrivals/s"
    stages = " → ".join(
        f"{span.stage.name} {show_seconds(span.stage.duration_s)}"
        + (f" ({span.stage.end_level:.0f})" if span.stage.end_level != span.stage.start_level else "")
        for span in schedule.spans
    )
    total = show_seconds(schedule.duration_s)
    extra = f"and about {made.added_s:.0f} s to start, drain, judge and report"
    lines = [
        f"{made.scenario}: up to {schedule.peak_level:.0f} {unit} for {total}, {extra}",
        f"  target     {made.target.name}{f' at {made.target.base_url}' if made.target.base_url else ''}",
        f"  stages     {stages}",
        f"  objectives {len(made.objectives)} for {len(made.endpoints) or 'the'} endpoints",
    ]
    if made.reference:
        lines.append(f"  reference  {made.reference.why}")
    if made.shortened:
        lines.append("  shortened  what has too little data is not judged, and the run is never a reference")
    return "\n".join(lines)


def _sound_runs(reports: Path, environment: Mapping[str, str]) -> Callable[[str], list[PreviousRun]]:
    """Finds the runs of a scenario that others may be compared with, the newest first."""

    def find(name: str) -> list[PreviousRun]:
        here = surroundings.describe()
        found = []
        for folder in newest_first(reports):
            try:
                made = folder.plan()
                if made.scenario != name:
                    continue
                run = folder.run()
                if surroundings.comparable(run.environment, here) and _is_sound(
                    made, run, folder, environment
                ):
                    found.append(_previous(made, run))
            except HarnessError:
                continue  # a folder that was cut, or of another version, is no reference
        return found

    return find


def _previous(made: Plan, run: Run) -> PreviousRun:
    return PreviousRun(
        run_id=run.run_id, scenario=made.scenario, started_at=run.started_at, users=made.peak_users
    )


def _is_sound(made: Plan, run: Run, folder: RunFolder, environment: Mapping[str, str]) -> bool:
    """Whether a run may be a reference: complete, valid, unchanged, of the same target, without faults."""
    verdict = folder.verdict()
    address = environment.get("TARGET_URL")
    same_target = made.target.base_url == address.rstrip("/") if address else bool(made.target.command)
    faults = run.target.faults if run.target else ()
    whole = not (verdict.shortened or verdict.interrupted or run.problems)
    return whole and same_target and not faults and verdict.status is not Status.INVALID
