"""Where relative objectives get their reference: a sound run there is, or a stage put in front of this run.

Decides from values; which runs are sound, and of this environment and schedule, the caller knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.model.sla import Reference
from harness.model.stage import Schedule, Stage
from harness.plan.document import Document
from harness.plan.files import named
from harness.plan.limits import duration_s
from harness.plan.problems import Problems
from harness.plan.promises import Promise
from harness.plan.reading import read

REFERENCE_S = 120.0
"""Length of a reference stage at full length."""
LEAST_REFERENCE_S = 10.0
WARM_UP_S = 20.0
LEAST_WARM_UP_S = 3.0
SPAWN_RATE = 5.0
"""Users per second when the reference scenario does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRun:
    """A sound run of a scenario in the same environment."""

    run_id: str
    scenario: str
    started_at: str
    """ISO 8601; the newest wins."""
    users: int | None = None
    """Its highest user count; None: as its scenario says."""


PreviousRuns = Callable[[str], Sequence[PreviousRun]]
"""The sound, full-length runs of a scenario in this environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLoad:
    """The steady load of the scenario that is referred to."""

    scenario: str
    users: int
    spawn_rate: float
    warm_up_s: float


def load_of(
    promises: Collection[Promise],
    document: Document,
    folders: Sequence[Path],
    environment: Mapping[str, str],
    problems: Problems,
) -> ReferenceLoad | None:
    """The load of the scenario that relative promises refer to; None when there is none, or a wrong one."""
    relative = [promise for promise in promises if promise.written.relative_to]
    if not relative:
        return None
    name = str(relative[0].written.relative_to)
    known = named(folders)
    for promise in relative:
        other = str(promise.written.relative_to)
        if other not in known:
            problems.unknown(promise.at_reference, "scenario", other, known)
        elif other != name:
            problems.add(
                promise.at_reference, f"refers to '{other}', others to '{name}'", "refer to one scenario"
            )
        elif other == Path(document.file).stem:
            problems.add(promise.at_reference, "the scenario refers to itself", "refer to a lighter one")
    if name not in known or name == Path(document.file).stem:
        return None
    return _load(name, read(known[name], environment, problems), relative[0], problems)


def _load(name: str, other: Document, promise: Promise, problems: Problems) -> ReferenceLoad | None:
    users = other.value("shape", "users")
    try:
        return ReferenceLoad(
            scenario=name,
            users=int(users),
            spawn_rate=float(other.value("shape", "spawn_rate") or SPAWN_RATE),
            warm_up_s=duration_s(other.value("shape", "warm_up") or f"{WARM_UP_S:g}s"),
        )
    except (TypeError, ValueError):
        problems.add(
            promise.at_reference,
            f"'{name}' has no constant number of users",
            "refer to a scenario of constant users",
        )
        return None


def decide(
    load: ReferenceLoad, schedule: Schedule, runs: Sequence[PreviousRun], *, share: float
) -> tuple[Reference, Schedule]:
    """The reference, and the schedule with a reference stage in front when no sound run is there.

    `share` (0 < share <= 1) is how much of its own length a shortened run keeps; so much keeps the reference.
    ValueError when a stage of users does not fit a schedule of arrivals.
    """
    alike = [run for run in runs if run.users in (None, load.users)]
    if alike:
        newest = max(alike, key=lambda run: run.started_at)
        why = f"the newest sound run of {load.scenario} in this environment, {newest.run_id}"
        return Reference(scenario=load.scenario, run_id=newest.run_id, why=why), schedule
    if schedule.unit != "users":
        raise ValueError(
            f"there is no sound run of {load.scenario}, and its users do not fit an arrival rate; "
            f"run {load.scenario} first"
        )
    length_s = max(round(REFERENCE_S * share), LEAST_REFERENCE_S)
    why = (
        f"no sound run of {load.scenario} was found in this environment, "
        f"so {length_s:g} s at its {load.users} users come first"
    )
    reference = Reference(scenario=load.scenario, stage="reference", why=why)
    return reference, _preceded(schedule, load, length_s, share)


def _preceded(schedule: Schedule, load: ReferenceLoad, length_s: float, share: float) -> Schedule:
    """The schedule after three unjudged stages at the load of the reference; it goes on from their level.

    users
     50 |                                       ________
        |                                      /
     10 |    _________________________________/
        |   /  warm-up  reference            scenario's own stages
      0 +-----------------------------------------------> t (s)
    """
    level = float(load.users)
    ramp_s = max(level / load.spawn_rate, 1.0)
    warm_up_s = max(round((load.warm_up_s - ramp_s) * share), LEAST_WARM_UP_S)
    stages = [
        Stage(
            name="reference-ramp",
            duration_s=ramp_s,
            start_level=0,
            end_level=level,
            judged=False,
        ),
        Stage(
            name="reference-warm-up", duration_s=warm_up_s, start_level=level, end_level=level, judged=False
        ),
        Stage(name="reference", duration_s=length_s, start_level=level, end_level=level, judged=False),
    ]
    first, *rest = schedule.stages
    if first.start_level == 0 and first.end_level >= level:
        first = replace(first, start_level=level)
    return replace(schedule, stages=(*stages, first, *rest))
