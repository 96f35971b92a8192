"""A scenario checked against all that is known before the first request; every problem is raised at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.model.plan import Shape, Target, TrafficShare
from harness.model.sla import Objective
from harness.model.stage import Schedule
from harness.plan import objectives, reference, shapes, targets, traffic
from harness.plan.checking import checked, fields, required
from harness.plan.document import Document
from harness.plan.inspection import Inspection, InspectionRequest
from harness.plan.limits import duration_s
from harness.plan.planner import Overrides, Planner
from harness.plan.problems import Position, Problems
from harness.plan.promises import Promise
from harness.plan.reading import read
from harness.plan.reference import ReferenceLoad
from harness.plan.schema import REQUIRED, ScenarioFile


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A scenario without problems, before its schedule is stretched and referred."""

    document: Document
    scenario: ScenarioFile
    target: Target
    locustfiles: tuple[str, ...]
    traffic: tuple[TrafficShare, ...]
    evidence: tuple[str, ...]
    shape: Shape
    steady: bool
    """The shape has one duration: that of its judged stages."""
    schedule: Schedule
    objectives: tuple[Objective, ...]
    reference_load: ReferenceLoad | None
    duration_s: float | None
    """What the command line asks for instead of the scenario's own duration."""


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
        self._check_users()
        asked_s = self._duration_s()
        evidence = self._evidence()
        inspection = self._inspection()
        target = targets.target_of(
            self.document, self._target_variables(), folders.beside(path, "targets"), problems
        )
        shares = self._traffic(inspection)
        shared, own = self._promises(folders.beside(path, "sla"))
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
            evidence=evidence,
            steady="duration_s" in shape.parameters,
            schedule=schedule,
            objectives=objectives.merged(shared, own, shares),
            reference_load=load,
            duration_s=asked_s,
        )

    def _scenario(self) -> ScenarioFile:
        """What of the file is right in itself; targets and objectives are checked apart."""
        document, problems = self.document, self.problems
        required(document, REQUIRED["scenario"], problems)
        scenario = fields(
            document, ScenarioFile, problems, apart=["target", "traffic", "evidence", "objectives"]
        )
        stem = Path(document.file).stem
        if scenario.name and scenario.name != stem:
            problems.add(
                document.at("name"),
                f"name '{scenario.name}' is not the file's",
                f"write {stem}, or rename the file",
            )
        return scenario

    def _target_variables(self) -> Mapping[str, str]:
        """The environment, with the target's address from the command line."""
        url = self.overrides.target_url
        return {**self.planner.environment, "TARGET_URL": url} if url else self.planner.environment

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
        if inspection.problems or not isinstance(self.document.data, dict) or not self.document.readable:
            return ()
        return traffic.traffic_of(self.document, inspection, self.problems)

    def _promises(self, folders: Sequence[Path]) -> tuple[list[Promise], list[Promise]]:
        """The promises of the SLA file, and the scenario's own."""
        return objectives.promises_of(
            self.document,
            self.scenario,
            metrics=self.planner.metrics,
            environment=self.planner.environment,
            folders=folders,
            problems=self.problems,
        )

    def _shape(self, inspection: Inspection) -> tuple[Shape | None, Schedule | None]:
        """The shape and its schedule, which is only asked for when every parameter is right."""
        before = len(self.problems)
        shape = shapes.shape_of(self.document, inspection, self.overrides.users, self.problems)
        if shape is None or len(self.problems) > before:
            return shape, None
        return shape, shapes.schedule_of(
            self.document, shape, self._request, self.planner.inspect, self.problems
        )

    def _evidence(self) -> tuple[str, ...]:
        """The collectors, each once; those that there are not are noted."""
        listed = self.document.value("evidence")
        if listed is not None and not isinstance(listed, list):
            self.problems.add(self.document.at("evidence"), "evidence is no list", "write [resources, pool]")
            return ()
        known, found = self.planner.collectors, []
        for index in range(len(listed or [])):
            name = checked(self.document, ("evidence", index), str, self.problems)
            if name is not None and name not in known:
                place = self.document.at("evidence", index)
                self.problems.unknown(place, "collector", name, known, "harness list collectors")
            elif name is not None:
                found.append(name)
        return tuple(dict.fromkeys(found))

    def _duration_s(self) -> float | None:
        """The duration asked for instead of the scenario's own, in seconds."""
        written = self.overrides.duration
        try:
            asked_s = duration_s(written) if written is not None else None
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            self.problems.add(Position("duration"), what, mend)
            return None
        if asked_s == 0:
            self.problems.add(Position("duration"), "a duration of 0 s is none", "write one, such as 30s")
        return asked_s

    def _check_users(self) -> None:
        users = self.overrides.users
        if users is not None and users < 1:
            self.problems.add(Position("users"), f"{users} users make no load", "write at least 1")
