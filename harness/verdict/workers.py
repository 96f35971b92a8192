"""Workers: did all take part to the end, with clocks that agree with the master's? Pure."""

from __future__ import annotations

from harness.model.units import show_seconds
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.material import Material
from harness.verdict.words import counted, listed

SKEW_LIMIT_S = 0.5
"""A worker's requests are put into whole seconds by its own clock: half of one is the most it may be off."""
COMPLETION = "completion.json"


def workers_kept(material: Material) -> Finding:
    """All workers that were expected took part to the end."""
    name = "workers kept"
    completion = material.run.completion
    expected = max(material.plan.workers, completion.workers_expected if completion else 0)
    lost = completion.workers_lost if completion else ()
    fewest = _fewest_workers(material)
    if lost or (expected and fewest is not None and fewest < expected):
        who = f": {listed(lost)}" if lost else ""
        number = max(len(lost), expected - (expected if fewest is None else fewest))
        sentence = f"{counted(number, 'worker')} of {max(expected, number)} lost during the load{who}"
        return unsound(
            name, sentence, COMPLETION, "generator.jsonl", mend="read locust.log on the worker's machine"
        )
    if not expected:
        return sound(name, "Locust ran in a single process", "plan.json")
    return sound(
        name, f"all {counted(expected, 'worker')} took part to the end", COMPLETION, "generator.jsonl"
    )


def _fewest_workers(material: Material) -> int | None:
    judged = set(material.recording.seconds_of(None))
    seen = [
        second.workers
        for second in material.recording.series.seconds
        if second.workers is not None and second.process == "main" and second.t_s in judged
    ]
    return min(seen, default=None)


def clocks_agree(material: Material) -> Finding:
    """No worker's clock was more than half a second off the master's."""
    name = "clocks agree"
    completion = material.run.completion
    skews_s = completion.clock_skews_s if completion else {}
    if not skews_s and not material.plan.workers:
        return sound(name, "a single process has a single clock", "plan.json")
    if not skews_s:
        mend = "set the clocks of all machines by NTP"
        return unsound(
            name, "the workers' clocks were not compared", COMPLETION, mend=mend, status=Status.WARN
        )
    worker, skew_s = max(skews_s.items(), key=lambda item: abs(item[1]))
    sentence = (
        f"the clock of {worker} was {show_seconds(abs(skew_s))} {'ahead of' if skew_s > 0 else 'behind'} "
        f"the master's"
    )
    if abs(skew_s) > SKEW_LIMIT_S:
        mend = "set the clocks of all machines by NTP, and run again"
        return unsound(
            name, f"{sentence}, so its requests are counted in other seconds", COMPLETION, mend=mend
        )
    return sound(
        name, f"clocks of {counted(len(skews_s), 'worker')} compared; {sentence} at worst", COMPLETION
    )
