"""Omission: what closed-loop users left unsent while they waited, and Little's law as a check. Pure.

A user who waits does not send, so a slow moment is measured with fewer requests than a fast one ("coordinated
omission", G. Tene, *How NOT to Measure Latency*, 2013). Every cycle's length (`closed_loop`) that a wait is
longer than its endpoint's own wait in the calmest stretch is one request that was not sent. It would have
waited as much less: v - I, v - 2 I, … for a wait of v and a cycle of I, as in HdrHistogram's correction, down
to the calm wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from harness.model.buckets import bucket_of, value_of
from harness.model.histogram import Histogram
from harness.model.units import show, show_seconds
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.closed_loop import ClosedLoop, Pace, waited
from harness.verdict.material import Material
from harness.verdict.recording import Recording
from harness.verdict.words import about, counted

FILES = ("series.jsonl", "generator.jsonl")
OMISSION, LITTLE = "coordinated omission", "Little's law"
MANY = 0.1
"""From this share of unsent requests on the remark is a warning."""
TOLERANCE = 0.1
"""By how much Little's law may miss the number of users; more where few requests tell the pause."""
OPEN_MODEL = "drive the target with a constant request rate, which sends whether or not it answers"


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many requests were not sent, and the judged latencies with those that they would have had."""

    number: float
    latencies: Histogram


def judge_omission(material: Material) -> Iterator[Finding]:
    """What waiting users left unsent in the judged stages; nothing for an arrival rate, which never waits."""
    loop = _loop(material)
    if loop is None:
        return
    calm = loop.calmest()
    if calm is None:
        yield _too_little(OMISSION, "remark")
        return
    found = unsent(material.recording, calm)
    sent = loop.whole().requests
    share = found.number / (sent + found.number)
    often = share > MANY
    yield Finding(
        kind="remark",
        name=OMISSION,
        status=Status.WARN if often else Status.PASS,
        sentence=_told(loop, calm, found, share),
        measured=share,
        unit="ratio",
        samples=int(sent),
        mend=OPEN_MODEL if often else "",
        evidence=FILES,
    )


def unsent(recording: Recording, calm: Pace) -> Unsent:
    """What was not sent in the judged stages, by the waits and the cycle of the calmest stretch."""
    number, added = 0.0, []
    for endpoint in recording.series.endpoints:
        whole = recording.window(endpoint, None)
        quiet = recording.series.window(endpoint, [(calm.start_s, calm.end_s)])
        every = Histogram.merged([whole.answered, whole.failed, whole.unanswered])
        usual = Histogram.merged([quiet.answered, quiet.failed, quiet.unanswered])
        calm_s = (usual if usual.total else every).mean_s
        if calm_s is not None:
            number += (waited(every) - every.total * calm_s) / calm.cycle_s
            added.append(_would_have_waited(whole.judged, calm_s, calm.cycle_s))
    together = recording.window(None, None).judged
    return Unsent(max(0.0, number), Histogram.merged([together, *added]))


def _would_have_waited(judged: Histogram, calm_s: float, cycle_s: float) -> Histogram:
    counts: dict[int, int] = {}
    for bucket, count in judged.counts.items():
        left_s = value_of(bucket) / 1e6 - cycle_s
        while left_s > calm_s:
            missed = bucket_of(round(left_s * 1e6))
            counts[missed] = counts.get(missed, 0) + count
            left_s -= cycle_s
    return Histogram(counts)


def judge_little(material: Material) -> Iterator[Finding]:
    """Little's law: users that were counted against rate × (wait + pause of the calmest stretch)."""
    loop = _loop(material)
    if loop is None:
        return
    calm = loop.calmest()
    if calm is None:
        yield _too_little(LITTLE, "validity")
        return
    whole = loop.whole()
    seconds = len(loop.seconds)
    users, rate = whole.user_seconds / seconds, whole.requests / seconds
    expected = rate * (whole.wait_s + calm.pause_s)
    told = (
        f"{users:.1f} users ran, and {show(rate, 'per_s')} × ({show_seconds(whole.wait_s)} wait + "
        f"{calm.pause_s:.2f} s pause) makes {expected:.1f}"
    )
    tolerance = max(TOLERANCE, 3 / sqrt(calm.requests))
    if calm.pause_s < -tolerance * calm.cycle_s:
        mend = "look for users that send several requests at once, and for workers that were not counted"
        sentence = f"users waited for longer than they ran: {told}"
        yield unsound(LITTLE, sentence, *FILES, mend=mend, status=Status.WARN)
    elif abs(expected - users) > tolerance * users:
        mend = "look at the generator's CPU and event loop, and at what user classes do besides sending"
        sentence = f"users spent time neither waiting nor pausing as when it was calm: {told}"
        yield unsound(LITTLE, sentence, *FILES, mend=mend, status=Status.WARN)
    else:
        yield sound(LITTLE, told, *FILES)


def _loop(material: Material) -> ClosedLoop | None:
    if material.plan.schedule.unit != "users" or not material.recording.window(None, None).requests:
        return None
    return material.recording.once("closed loop", lambda: ClosedLoop.of(material.recording))


def _told(loop: ClosedLoop, calm: Pace, found: Unsent, share: float) -> str:
    whole = loop.whole()
    stretch = f"{calm.start_s:.0f} s to {calm.end_s:.0f} s, one each {show_seconds(calm.cycle_s)}"
    planned = about(whole.user_seconds / calm.cycle_s)
    sent = (
        f"{counted(whole.requests, 'request')} were sent of about {planned} "
        f"at the pace of the users' calmest stretch ({stretch})"
    )
    stall_s = loop.longest_stall_s()
    stall = f"; for up to {show_seconds(stall_s)} nobody got an answer" if stall_s > 1 else ""
    if found.number < 1:
        return f"{sent}; waiting hid none{stall}"
    hidden = f"{sent}; waiting hid about {about(found.number)} ({show(share, 'ratio')})"
    return f"{hidden}{stall}{_p99_with(loop.recording, found)}"


def _p99_with(recording: Recording, found: Unsent) -> str:
    """How the P99 of all endpoints would differ; empty where it would not, or is not known."""
    measured, would = recording.window(None, None).judged.quantile_s(0.99), found.latencies.quantile_s(0.99)
    if measured is None or would is None or would < 1.01 * measured:
        return ""
    return f"; with those the P99 of all is {show_seconds(would)}, not {show_seconds(measured)}"


def _too_little(name: str, kind: str) -> Finding:
    return Finding(
        kind="remark" if kind == "remark" else "validity",
        name=name,
        status=Status.NOT_JUDGED,
        sentence="too little was seen to tell the pace of the users",
        mend="run it for longer",
        evidence=FILES,
    )
