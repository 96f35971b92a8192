"""A scenario checked against all that is known before the first request; every problem is raised at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import UsageError
from harness.model.plan import Shape, Target, TrafficShare
from harness.model.sla import Objective
from harness.model.stage import Schedule
from harness.plan import objectives, reference, shapes, targets, traffic
from harness.plan.checking import fields, required
from harness.plan.document import Document
from harness.plan.files import Folders
from harness.plan.inspection import Inspect, Inspection, InspectionRequest
from harness.plan.problems import Position, Problems
from harness.plan.reading import read
from harness.plan.reference import PreviousRuns, ReferenceLoad
from harness.plan.schema import REQUIRED, ScenarioFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the command line says instead of the scenario; None: nothing.

    TARGET_URL and its sisters come by the environment.
    """

    duration_s: float | None = None
    users: int | None = None
    workers: int | None = None
    remote_workers: bool = False


@dataclass(frozen=True, kw_only=True)
class Planner:
    """What planning needs to know of the world around a scenario; the same for all scenarios of a suite."""

    folders: Folders
    environment: Mapping[str, str]
    inspect: Inspect
    metrics: Mapping[str, str]
    """Unit by metric."""
    collectors: Collection[str]
    harness_version: str
    previous_runs: PreviousRuns = field(default=lambda scenario: ())  # noqa: ARG005


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A scenario without problems, before its schedule is stretched and referred."""

    document: Document
    scenario: ScenarioFile
    target: Target
    locustfiles: tuple[str, ...]
    traffic: tuple[TrafficShare, ...]
    shape: Shape
    steady: bool
    """The shape has one duration: that of its judged stages."""
    schedule: Schedule
    objectives: tuple[Objective, ...]
    reference_load: ReferenceLoad | None


def drafted(path: Path, planner: Planner, overrides: Overrides) -> Draft:
    """The draft of the scenario in a file; ScenarioErrors with all problems of it, its SLA and target."""
    problems = Problems()
    document = read(path, planner.environment, problems)
    draft = _Drafting(document, planner, overrides, problems).draft(path)
    problems.raise_if_any()
    if draft is None:
        raise UsageError("nothing could be planned", where=document.file, mend="see `harness schema`")
    return draft


class _Drafting:
    """One scenario on its way to a draft; problems are gathered, and what is wrong is left out."""

    def __init__(
        self, document: Document, planner: Planner, overrides: Overrides, problems: Problems
    ) -> None:
        self.document = document
        self.planner = planner
        self.overrides = overrides
        self.problems = problems
        self.scenario = self._scenario()

    def draft(self, path: Path) -> Draft | None:
        """The draft, or None when there are problems."""
        planner, folders, problems = self.planner, self.planner.folders, self.problems
        self._check_overrides()
        self._check_evidence()
        inspection = self._inspection()
        target = targets.target_of(
            self.document, planner.environment, folders.beside(path, "targets"), problems
        )
        shares = self._traffic(inspection)
        shared, own = objectives.promises_of(
            self.document,
            self.scenario,
            metrics=planner.metrics,
            environment=planner.environment,
            folders=folders.beside(path, "sla"),
            problems=problems,
        )
        objectives.check_names(shared, own, inspection, shares, problems)
        load = reference.load_of(
            [*shared, *own], self.document, folders.beside(path), planner.environment, problems
        )
        shape, schedule = self._shape(inspection)
        if schedule:
            objectives.check_stages(own, schedule, problems)
            traffic.check_users(self.document, shares, schedule, problems)
        if problems or target is None or shape is None or schedule is None:
            return None
        return Draft(
            document=self.document,
            scenario=self.scenario,
            target=target,
            locustfiles=traffic.used_files(shares, inspection),
            traffic=shares,
            shape=shape,
            steady="duration_s" in shape.parameters,
            schedule=schedule,
            objectives=objectives.merged(shared, own, shares),
            reference_load=load,
        )

    def _scenario(self) -> ScenarioFile:
        """What of the file is right in itself; targets and objectives are checked apart."""
        document, problems = self.document, self.problems
        required(document, REQUIRED["scenario"], problems)
        scenario = fields(document, ScenarioFile, problems, apart=["target", "objectives"])
        stem = Path(document.file).stem
        if scenario.name and scenario.name != stem:
            problems.add(
                document.at("name"),
                f"name '{scenario.name}' is not the file's",
                f"write {stem}, or rename the file",
            )
        return scenario

    def _inspection(self) -> Inspection:
        """What is known of the classes and shapes; problems of their files are noted."""
        files = traffic.files_of(
            self.document, self.planner.folders.locustfiles, self.scenario.locustfiles, self.problems
        )
        self._request = InspectionRequest(
            locustfiles=files, shapes_dir=self.planner.folders.shapes.as_posix()
        )
        inspection = self.planner.inspect(self._request)
        for problem in inspection.problems:
            shapes.note(self.document, problem, self.problems)
        return inspection

    def _traffic(self, inspection: Inspection) -> tuple[TrafficShare, ...]:
        """The traffic; empty when files could not be inspected, for then nobody knows what is in them."""
        if inspection.problems or not self.document.readable:
            return ()
        return traffic.traffic_of(self.document, self.scenario.traffic, inspection, self.problems)

    def _shape(self, inspection: Inspection) -> tuple[Shape | None, Schedule | None]:
        """The shape and its schedule, which is only asked for when every parameter is right."""
        before = len(self.problems)
        shape = shapes.shape_of(self.document, inspection, self.overrides.users, self.problems)
        if shape is None or len(self.problems) > before:
            return shape, None
        return shape, shapes.schedule_of(
            self.document, shape, self._request, self.planner.inspect, self.problems
        )

    def _check_evidence(self) -> None:
        for index, name in enumerate(self.scenario.evidence):
            if name not in self.planner.collectors:
                place = self.document.at("evidence", index)
                self.problems.unknown(
                    place, "collector", name, self.planner.collectors, "harness list collectors"
                )

    def _check_overrides(self) -> None:
        duration_s, users = self.overrides.duration_s, self.overrides.users
        if duration_s is not None and duration_s <= 0:
            self.problems.add(
                Position("duration"), f"{duration_s:g} s is no duration", "write one, such as 30s"
            )
        if users is not None and users < 1:
            self.problems.add(Position("users"), f"{users} users make no load", "write at least 1")
