"""Accounts: do the run's own books close? Completion, exit status, counts, workers, problems. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model.run import Completion, Totals
from harness.model.units import show_seconds
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.material import INTERRUPTED, ORDERLY, Material
from harness.verdict.words import counted, listed

EARLY_S = 1.0
"""A load that ended more than this before its schedule ended early."""
LOCUST_LOG = "locust.log"
COMPLETION = "completion.json"


def requests_sent(material: Material) -> Finding:
    """No requests at all is never a pass."""
    name = "requests sent"
    judged, whole = material.recording.window(None, None).requests, material.recording.whole(None).requests
    if not whole:
        return unsound(
            name, "not one request was sent", "series.jsonl", mend=f"read {LOCUST_LOG} for what stopped it"
        )
    return sound(name, f"{counted(whole, 'request')} were sent, {judged:,} in judged stages", "series.jsonl")


def endpoints_hit(material: Material) -> Finding:
    """Every endpoint of the traffic was sent at least one request in the whole run.

    An interrupted run may not have come to all of them: it is then inconclusive.
    """
    name = "endpoints hit"
    planned = material.plan.endpoints
    silent = [endpoint for endpoint in planned if not material.recording.whole(endpoint).requests]
    if silent:
        sentence = (
            f"{listed(silent)} got no request, but {'is' if len(silent) == 1 else 'are'} in the traffic"
        )
        mend = "check the request names of their User classes; give them more weight, or run longer"
        status = Status.INCONCLUSIVE if material.run.interrupted else Status.INVALID
        return unsound(name, sentence, "series.jsonl", "plan.json", mend=mend, status=status)
    if not planned:
        return sound(name, "the User classes do not say which endpoints they send", "plan.json")
    return sound(
        name, f"{counted(len(planned), 'endpoint')} of the traffic, all with requests", "series.jsonl"
    )


def ended_in_order(material: Material) -> Finding:
    """Locust ran the whole schedule, and its last word is there."""
    name = "ended in order"
    completion, planned_s = material.run.completion, material.plan.schedule.duration_s
    if completion is None:
        return _no_completion(material, name)
    watched_s = completion.load_end_epoch_s - completion.load_start_epoch_s
    watched = f"{show_seconds(watched_s)} of {show_seconds(planned_s)}"
    if material.run.interrupted or completion.reason == INTERRUPTED:
        sentence = f"interrupted after {watched}; judged as far as it went"
        return unsound(name, sentence, COMPLETION, mend="run it to its end", status=Status.WARN)
    if completion.reason != ORDERLY or watched_s < planned_s - EARLY_S:
        sentence = f"the load ended after {watched}: {completion.reason}"
        return unsound(name, sentence, COMPLETION, LOCUST_LOG, mend=f"read {LOCUST_LOG} for what stopped it")
    return sound(name, f"the whole schedule of {show_seconds(planned_s)} was run", COMPLETION)


def _no_completion(material: Material, name: str) -> Finding:
    status = material.run.locust_exit_status
    exited = "its exit status is not known" if status is None else f"it left with {_exit_words(status)}"
    sentence = f"Locust left no completion, so it did not end in order; {exited}"
    mend = f"read {LOCUST_LOG}; a killed Locust often means too little memory"
    return unsound(name, sentence, COMPLETION, LOCUST_LOG, "run.json", mend=mend)


def _exit_words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def locust_exit(material: Material) -> Finding:
    """Locust's exit status: 0 is no failures, 1 is failed requests; 2 and above, or a signal, is a crash."""
    name = "Locust's exit status"
    status = material.run.locust_exit_status
    if status is None:
        return unsound(name, "Locust's exit status is not known", "run.json", mend=f"read {LOCUST_LOG}")
    if status in (0, 1) or (material.run.interrupted and status in (-2, -15, 130, 143)):
        return sound(name, f"Locust left with {_exit_words(status)}", "run.json")
    cause = "something raised inside it" if status > 0 else "it was killed"
    sentence = f"Locust left with {_exit_words(status)}: {cause}"
    return unsound(name, sentence, "run.json", LOCUST_LOG, mend=f"read the end of {LOCUST_LOG}")


def counts_agree(material: Material) -> Finding:
    """Locust's own totals, the recorder's and the series' are the same, to the request."""
    name = "counts agree"
    completion = material.run.completion
    files = (COMPLETION, "series.jsonl")
    if completion is None:
        return unsound(
            name, "without a completion the counts cannot be checked", *files, mend=f"read {LOCUST_LOG}"
        )
    series = {
        endpoint: Totals(requests=window.requests, failures=window.failures)
        for endpoint in material.recording.series.endpoints
        for window in [material.recording.whole(endpoint)]
    }
    accounts = {"Locust": completion.locust, "the recorder": completion.recorded, "the series": series}
    endpoints = sorted(set().union(*accounts.values()))
    differing = [
        endpoint for endpoint in endpoints if len({_totals(a, endpoint) for a in accounts.values()}) > 1
    ]
    if differing:
        first = differing[0]
        told = ", ".join(f"{who} {_told(*_totals(account, first))}" for who, account in accounts.items())
        more = (
            f", and {counted(len(differing) - 1, 'other endpoint')} differ too" if len(differing) > 1 else ""
        )
        sentence = f"counts of {first} disagree: {told}{more}"
        return unsound(
            name, sentence, *files, mend="requests were lost; look for lost workers and a full disk"
        )
    total = sum(totals.requests for totals in completion.locust.values())
    return sound(name, f"Locust, the recorder and the series agree on {counted(total, 'request')}", *files)


def _totals(account: Mapping[str, Totals], endpoint: str) -> tuple[int, int]:
    found = account.get(endpoint)
    return (found.requests, found.failures) if found else (0, 0)


def _told(requests: int, failures: int) -> str:
    return f"{requests:,} with {counted(failures, 'failure')}"


def recorder_sound(material: Material) -> Finding:
    """Nothing raised in the recorder, in listeners or in user code."""
    name = "nothing raised"
    completion: Completion | None = material.run.completion
    if completion is None:
        return unsound(
            name, "without a completion nobody knows what raised", COMPLETION, mend=f"read {LOCUST_LOG}"
        )
    if completion.problems:
        sentence = (
            f"{counted(len(completion.problems), 'problem')} in the generator: {listed(completion.problems)}"
        )
        return unsound(
            name, sentence, COMPLETION, LOCUST_LOG, mend="mend the locustfile, or report it if it is ours"
        )
    return sound(name, "no exception in the recorder, listeners or user code", COMPLETION)


def csv_whole(material: Material) -> Iterator[Finding]:
    """A run that ended in order has Locust's own CSV, if the scenario asked for it.

    No figure rests on it, but it is the only account that the harness did not write: without it nobody has
    checked ours from outside.
    """
    piece = material.evidence.get("locust_csv")
    completion = material.run.completion
    if piece is None or piece.available or completion is None or completion.reason != ORDERLY:
        return
    sentence = f"Locust's own CSV cannot check our figures: {piece.unavailable}"
    mend = "find out what takes or cuts files in the run folder while Locust writes them"
    yield unsound("Locust's CSV whole", sentence, "locust_stats.csv", mend=mend, status=Status.INCONCLUSIVE)
