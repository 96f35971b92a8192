"""Validity: was the measurement sound? (Measurement rule 8.) Pure.

Every check gives one finding: INVALID by name, or a short sentence that says what was found to be right. A
target that died under load is a failure of the target, and must not be hidden behind the disorder it
leaves: what its death explains (users that could not be kept, an early end, a late generator, refusals) is
then told as a warning. What it cannot explain (counts that disagree, a lost worker, Locust killed) stays
INVALID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.model.verdict import Finding, Status
from harness.verdict import accounts, answers, workers
from harness.verdict.checks import sound, unsound
from harness.verdict.material import Material
from harness.verdict.omission import judge_little
from harness.verdict.pacing import load_reached
from harness.verdict.saturation import generator_unsaturated
from harness.verdict.system import death

Check = Callable[[Material], Finding]

UNEXPLAINED: tuple[Check, ...] = (
    accounts.locust_exit,
    workers.workers_kept,
    workers.clocks_agree,
    accounts.recorder_sound,
    accounts.counts_agree,
)
"""Checks whose failure the death of the target does not explain."""
EXPLAINED: tuple[Check, ...] = (accounts.endpoints_hit, generator_unsaturated)


def judge_validity(material: Material) -> Iterator[Finding]:
    """A finding of every check, the most telling ones first."""
    cause = death(material.run, material.evidence)
    yield from _problems(material, cause)
    yield accounts.requests_sent(material)
    ended = accounts.ended_in_order(material)
    yield ended if material.run.completion is None else _excused(ended, cause)
    for check in UNEXPLAINED:
        yield check(material)
    for finding in (
        *(check(material) for check in EXPLAINED),
        *load_reached(material),
        *answers.answers_allowed(material),
        *answers.answers_direct(material),
    ):
        yield _excused(finding, cause)
    yield from judge_little(material)
    yield from accounts.csv_whole(material)
    if not any(objective.metric == "alive" for objective in material.plan.objectives):
        yield _survival(material, cause)


def _excused(finding: Finding, cause: str) -> Finding:
    if not cause or finding.status is not Status.INVALID:
        return finding
    return finding.model_copy(update={"status": Status.WARN, "sentence": f"{finding.sentence} ({cause})"})


def _problems(material: Material, cause: str) -> Iterator[Finding]:
    for line in material.run.problems:
        yield _excused(unsound("nothing broke", line, "run.json", mend="mend it and run again"), cause)


def _survival(material: Material, cause: str) -> Finding:
    name = "target alive"
    if cause:
        return unsound(name, cause, "run.json", "target.log", mend="read target.log", status=Status.FAIL)
    target = material.run.target
    if target is None or target.healthy_after is None:
        sentence = "the target was not asked for its health after the load"
        return unsound(
            name, sentence, "run.json", mend="name its health_path in the scenario", status=Status.WARN
        )
    return sound(
        name, "the target lived through the load and answered its health check afterwards", "run.json"
    )
