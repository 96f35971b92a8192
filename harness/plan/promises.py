"""Promises as they are written in scenarios and SLA files, made into objectives with limits in base units.

Looks at one promise at a time; whether its endpoint and stage exist, and which replaces which, is for
`objectives`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.model.sla import Objective, Policy
from harness.plan.checking import checked, fields, required
from harness.plan.document import Document, Trail
from harness.plan.forms import form_mistake
from harness.plan.limits import in_unit
from harness.plan.problems import Position, Problems
from harness.plan.schema import REQUIRED, LimitEntry, ObjectiveEntry, SlaFile

TWO_SIDED = frozenset({"per_s", "count"})
"""Units whose limit in an SLA file must say whether it is the most or the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise as written, and where its names stand."""

    written: ObjectiveEntry
    objective: Objective | None
    """None when its metric or its limits have problems; its names are checked all the same."""
    place: Position
    at_endpoint: Position
    at_stage: Position
    at_reference: Position


@dataclass(frozen=True, kw_only=True)
class Promises:
    """What every promise of one scenario is checked against."""

    metrics: Mapping[str, str]
    """Unit by metric."""
    policy: Policy
    requirement: str | None
    problems: Problems

    def of_scenario(self, document: Document) -> list[Promise]:
        """The objectives that the scenario itself lists."""
        listed = document.value("objectives")
        if listed is not None and not isinstance(listed, list):
            self.problems.add(document.at("objectives"), "objectives are no list", "begin each with a dash")
            return []
        found: list[Promise] = []
        for index in range(len(listed or [])):
            before = len(self.problems)
            trail = ("objectives", index)
            required(document, ["metric"], self.problems, trail=trail)
            entry = fields(document, ObjectiveEntry, self.problems, trail=trail)
            promise = self._promise(document, trail, entry, sound=len(self.problems) == before)
            self._note_repeated(promise, found)
            found.append(promise)
        return found

    def of_sla(self, document: Document) -> list[Promise]:
        """The objectives of an SLA file: a limit, or a mapping, by endpoint and metric."""
        required(document, REQUIRED["sla"], self.problems)
        heading = fields(document, SlaFile, self.problems, apart=["endpoints"])
        endpoints = document.value("endpoints")
        if not isinstance(endpoints, dict):
            if document.readable and endpoints is not None:
                self.problems.add(
                    document.at("endpoints"), "endpoints are no mapping", "write endpoint: {p95: 1s}"
                )
            return []
        found = []
        for endpoint, limits in endpoints.items():
            if not isinstance(limits, dict):
                self.problems.add(
                    document.at("endpoints", endpoint), "no limits by metric", "write {p95: 1s}"
                )
                continue
            for metric in limits:
                trail = ("endpoints", endpoint, metric)
                entry = self._sla_entry(document, trail, endpoint, metric, heading.requirement)
                if entry:
                    found.append(self._promise(document, trail, entry, sound=True))
        return found

    def _sla_entry(
        self, document: Document, trail: Trail, endpoint: str, metric: str, requirement: str | None
    ) -> ObjectiveEntry | None:
        """One promise of an SLA file in the form of a scenario's; a bare limit is a `max`."""
        if trail in document.broken:
            return None
        written = document.value(*trail)
        if isinstance(written, dict):
            given = checked(document, trail, LimitEntry, self.problems)
        elif isinstance(written, bool | list) or written is None:
            self.problems.add(document.at(*trail), "this is no limit", "write one, such as 500ms")
            return None
        elif self.metrics.get(metric) in TWO_SIDED:
            mend = f"write {{min: {written}}} or {{max: {written}}}"
            self.problems.add(document.at(*trail), f"is {written} the least or the most?", mend)
            return None
        else:
            given = LimitEntry(max=str(written))
        if given is None:
            return None
        return ObjectiveEntry(
            endpoint=endpoint,
            metric=metric,
            **given.model_dump(exclude={"requirement"}),
            requirement=given.requirement or requirement,
        )

    def _promise(self, document: Document, trail: Trail, entry: ObjectiveEntry, *, sound: bool) -> Promise:
        """The promise of an entry; one that is not sound has been noted, and only its names are kept."""
        return Promise(
            written=entry,
            objective=self._objective(document, trail, entry) if sound else None,
            place=document.at(*trail),
            at_endpoint=_place(document, trail, "endpoint", document.at_key(*trail[:2])),
            at_stage=document.at(*trail, "stage"),
            at_reference=document.at(*trail, "relative_to"),
        )

    def _objective(self, document: Document, trail: Trail, entry: ObjectiveEntry) -> Objective | None:
        """The objective of an entry, or None after noting what is wrong with it."""
        unit = self.metrics.get(entry.metric)
        if unit is None:
            place = _place(document, trail, "metric", document.at_key(*trail))
            self.problems.unknown(place, "metric", entry.metric, self.metrics, "harness list metrics")
        if mistaken := form_mistake(entry):
            key, what, mend = mistaken
            self.problems.add(document.at_key(*trail, key) if key else document.at(*trail), what, mend)
        if mistaken or unit is None:
            return None
        limits = {
            name: self._limit(document, trail, name, written, unit)
            for name, written in (("max", entry.max), ("min", entry.min), ("floor", entry.floor))
            if written is not None
        }
        if None in limits.values():
            return None
        return Objective(
            metric=entry.metric,
            endpoint=entry.endpoint,
            stage=entry.stage,
            at_most=limits.get("max"),
            at_least=limits.get("min"),
            relative_to=entry.relative_to,
            max_increase=entry.max_increase,
            floor=limits.get("floor"),
            policy=entry.policy or self.policy,
            requirement=entry.requirement or self.requirement,
            source=str(document.at(*trail)),
        )

    def _limit(self, document: Document, trail: Trail, name: str, written: str, unit: str) -> float | None:
        try:
            return in_unit(written, unit)
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            self.problems.add(document.at(*trail, name), what, mend)
            return None

    def _note_repeated(self, promise: Promise, before: Iterable[Promise]) -> None:
        for other in before:
            if promise.objective and other.objective and other.objective.key == promise.objective.key:
                what = f"the same promise was made in line {other.place.line}"
                self.problems.add(promise.place, what, "keep one of the two")


def _place(document: Document, trail: Trail, key: str, otherwise: Position) -> Position:
    """Position of the value of `key` in the promise, or another one when it is written without that key."""
    return document.at(*trail, key) if (*trail, key) in document.values else otherwise
