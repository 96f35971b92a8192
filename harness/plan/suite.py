"""A suite: scenarios in order, all planned before the first one starts, within a time budget (CON-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import HarnessError, ScenarioErrors, UsageError
from harness.model.plan import Plan
from harness.model.sla import Reference
from harness.model.units import show_seconds
from harness.plan.building import build
from harness.plan.checking import checked, fields, required
from harness.plan.document import Document
from harness.plan.files import named
from harness.plan.planner import Overrides, Planner
from harness.plan.problems import Problems
from harness.plan.reading import read
from harness.plan.reference import PreviousRun
from harness.plan.schema import REQUIRED, SuiteEntry, SuiteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scenario of a suite: its file, what the suite changes, and its plan.

    Plan it again (`build`) just before it runs: only then the run that it refers to is known.
    """

    path: Path
    overrides: Overrides
    plan: Plan

    @property
    def planned_s(self) -> float:
        """Length of its schedule and what the harness adds, in seconds."""
        return self.plan.schedule.duration_s + self.plan.added_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Scenarios in order that together keep their budget."""

    name: str
    source: str
    description: str
    budget_s: float
    entries: tuple[Entry, ...]

    @property
    def planned_s(self) -> float:
        """About how long all of it takes, in seconds."""
        return sum(entry.planned_s for entry in self.entries)


def build_suite(path: Path, planner: Planner, *, workers: int | None = None) -> Suite:
    """The suite in a file; `workers` replaces the number of worker processes of every scenario.

    ScenarioErrors with the problems of the suite and of all its scenarios; UsageError when they take longer
    than the budget; RefusedError when the guard refuses one of them. A scenario that comes earlier at full
    length is the reference of the later ones.
    """
    problems = Problems()
    document = read(path, planner.environment, problems)
    required(document, REQUIRED["suite"], problems)
    heading = fields(document, SuiteFile, problems, apart=["scenarios"])
    if heading.name and heading.name != path.stem:
        problems.add(document.at("name"), f"name '{heading.name}' is not the file's", f"write {path.stem}")
    if heading.budget == 0:
        problems.add(document.at("budget"), "a budget of 0 s is none", "write one, such as 15m")
    listed = _listed(document, path, planner, workers, problems)
    suite = Suite(
        name=path.stem,
        source=document.file,
        description=heading.description,
        budget_s=heading.budget or 0.0,
        entries=_entries(listed, planner, problems.found),
    )
    _check_budget(suite, str(document.at("budget")))
    return suite


def _listed(
    document: Document, path: Path, planner: Planner, workers: int | None, problems: Problems
) -> list[tuple[Path, Overrides]]:
    """The files of the scenarios in order, and what the suite changes."""
    scenarios = document.value("scenarios")
    if not isinstance(scenarios, list) or not scenarios:
        if ("scenarios",) in document.values:
            problems.add(
                document.at("scenarios"), "there is no scenario in it", "list them, such as - load-10"
            )
        return []
    known = named([path.parent.parent, planner.folders.scenarios])
    listed = []
    for index, written in enumerate(scenarios):
        trail = ("scenarios", index)
        if isinstance(written, dict):
            entry = checked(document, trail, SuiteEntry, problems)
        else:
            name = checked(document, trail, str, problems)
            entry = SuiteEntry(scenario=name) if name is not None else None
        if entry is None:
            continue
        if entry.scenario not in known:
            problems.unknown(document.at(*trail, "scenario"), "scenario", entry.scenario, known)
            continue
        duration = document.value(*trail, "duration") if entry.duration is not None else None
        overrides = Overrides(
            duration=None if duration is None else str(duration), users=entry.users, workers=workers
        )
        listed.append((known[entry.scenario], overrides))
    return listed


def _entries(
    listed: Sequence[tuple[Path, Overrides]], planner: Planner, problems: Sequence[HarnessError]
) -> tuple[Entry, ...]:
    """The planned scenarios; ScenarioErrors with `problems` and those of every scenario."""
    found = {str(problem): problem for problem in problems}
    entries: list[Entry] = []
    for path, overrides in listed:
        earlier = frozenset(entry.plan.scenario for entry in entries if not entry.plan.shortened)
        try:
            plan = _plan(path, planner, overrides, earlier)
        except ScenarioErrors as errors:
            found |= {str(problem): problem for problem in errors.problems}
        except UsageError as error:
            found[str(error)] = error
        else:
            entries.append(Entry(path=path, overrides=overrides, plan=plan))
    if found:
        raise ScenarioErrors(list(found.values()))
    return tuple(entries)


def _plan(path: Path, planner: Planner, overrides: Overrides, earlier: frozenset[str]) -> Plan:
    """The plan of one scenario, which may refer to the scenarios that come earlier at full length."""

    def previous_runs(scenario: str) -> Sequence[PreviousRun]:
        if scenario in earlier:
            return [PreviousRun(run_id="", scenario=scenario, started_at="")]
        return planner.previous_runs(scenario)

    plan = build(path, replace(planner, previous_runs=previous_runs), overrides)
    if plan.reference is None or plan.reference.scenario not in earlier:
        return plan
    scenario = plan.reference.scenario
    reference = Reference(scenario=scenario, why=f"the run of {scenario} that comes earlier in this suite")
    return plan.model_copy(update={"reference": reference})


def _check_budget(suite: Suite, where: str) -> None:
    """UsageError when the scenarios take longer than the budget."""
    if suite.planned_s <= suite.budget_s:
        return
    parts = ", ".join(f"{entry.plan.scenario} {show_seconds(entry.planned_s)}" for entry in suite.entries)
    raise UsageError(
        f"the scenarios take {show_seconds(suite.planned_s)}, the budget is {show_seconds(suite.budget_s)}",
        where=where,
        mend=f"shorten or leave out some ({parts})",
    )
