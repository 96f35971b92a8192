"""The objectives of a scenario: its own promises, and those of its SLA file that they do not replace."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from harness.model.plan import TrafficShare
from harness.model.sla import ALL, EACH, Objective
from harness.model.stage import Schedule
from harness.plan.document import Document
from harness.plan.files import named
from harness.plan.inspection import Inspection
from harness.plan.problems import Problems
from harness.plan.promises import Promise, Promises
from harness.plan.reading import read
from harness.plan.schema import ScenarioFile

POOLED = {ALL, EACH}
LIST = "harness list endpoints"


def promises_of(
    document: Document,
    scenario: ScenarioFile,
    *,
    metrics: Mapping[str, str],
    environment: Mapping[str, str],
    folders: Sequence[Path],
    problems: Problems,
) -> tuple[list[Promise], list[Promise]]:
    """The promises of the scenario's SLA file, and its own."""
    promises = Promises(
        metrics=metrics, policy=scenario.policy, requirement=scenario.requirement, problems=problems
    )
    own = promises.of_scenario(document)
    if not scenario.sla:
        return [], own
    known = named(folders)
    if scenario.sla not in known:
        problems.unknown(document.at("sla"), "SLA", scenario.sla, known)
        return [], own
    return promises.of_sla(read(known[scenario.sla], environment, problems)), own


def check_names(
    shared: Collection[Promise],
    own: Collection[Promise],
    inspection: Inspection,
    traffic: Collection[TrafficShare],
    problems: Problems,
) -> None:
    """Notes promises about endpoints that nobody sends.

    The scenario's own must be about its traffic; those of an SLA file about any class there is. A name
    can only be wrong when every class states its endpoint.
    """
    sent = {share.endpoint for share in traffic}
    there = {found.endpoint for found in inspection.classes}
    for promises, endpoints in ((shared, there), (own, sent or there)):
        known = [endpoint for endpoint in endpoints if endpoint is not None]
        if not known or None in endpoints:
            continue
        for promise in promises:
            if promise.written.endpoint not in {*known, *POOLED}:
                problems.unknown(promise.at_endpoint, "endpoint", promise.written.endpoint, known, LIST)


def check_stages(own: Collection[Promise], schedule: Schedule, problems: Problems) -> None:
    """Notes promises about stages that the shape does not have."""
    stages = [stage.name for stage in schedule.stages]
    for promise in own:
        if promise.written.stage is not None and promise.written.stage not in stages:
            problems.unknown(promise.at_stage, "stage", promise.written.stage, stages)


def merged(
    shared: Collection[Promise], own: Collection[Promise], traffic: Collection[TrafficShare]
) -> tuple[Objective, ...]:
    """The shared promises about endpoints of the traffic that the scenario does not replace, then its own."""
    own_objectives = [promise.objective for promise in own if promise.objective]
    replaced = {objective.key for objective in own_objectives}
    sent = {share.endpoint for share in traffic}
    kept = [
        promise.objective
        for promise in shared
        if promise.objective
        and promise.objective.key not in replaced
        and (None in sent or promise.objective.endpoint in {*sent, *POOLED})
    ]
    return (*kept, *own_objectives)
