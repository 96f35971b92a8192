"""Recovery after a spike, at a resolution of one second (measurement rule 7). Pure.

A request is slow above max(floor, 1.5 × its endpoint's P99 in the stage `calm`); failures count as slow. A
window of 5 s, all endpoints pooled, is bad when more of its requests are slow than a share of 1 % explains
at 99 % (exact binomial), or when it has none: nobody can say that it was fast. Two consecutive windows that
are bad are a disturbance; the last one's end is placed within its ten seconds where a change from slow to
fast is likeliest. A single bad window is chance; a relapse moves the end. The clock that is judged starts
at the drop back to calm, the start of the stage `recovery`; the one from the end of `surge` is shown beside
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.special import bdtr

from harness.model.series import Cell
from harness.model.sla import Objective
from harness.model.stage import Span
from harness.model.units import show_seconds
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.recording import Floats, Recording

CALM, SURGE, RECOVERY = "calm", "surge", "recovery"
STAGES = (CALM, SURGE, RECOVERY)
SLOWER = 1.5
DEFAULT_FLOOR_S = 0.05
"""Floor of an objective that has none: nobody notices that a request of 5 ms took 20 ms."""
WINDOW_S = 5
SLOW_SHARE = 0.01
CERTAINTY = 0.99
CALM_SAMPLES = 100
"""A P99 needs as many (all endpoints together; the floor guards endpoints that have fewer)."""
FILES = ("series.jsonl",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """When the last disturbance ended, on the run's clock; None: not within what was watched."""

    end_s: float | None
    watched_s: float


def recovery(material: Material, objective: Objective) -> Measurement:
    """Seconds from the drop back to calm until no two consecutive windows are bad any more.

    The value of a run that did not recover is the time it was watched, and it breaks the promise.
    """
    recording = material.recording
    spans = {name: recording.schedule.span_named(name) for name in STAGES}
    surge, after = spans[SURGE], spans[RECOVERY]
    if surge is None or after is None or spans[CALM] is None:
        return Measurement(
            missing="the shape has no stages calm, surge and recovery", mend="use the spike shape"
        )
    calm = recording.window(None, CALM)
    watched_end_s = min(after.end_s, recording.ended_s)
    sent = recording.window(None, RECOVERY).requests
    if calm.judged.total < CALM_SAMPLES:
        return _too_few(f"{calm.judged.total} requests in stage 'calm', needs {CALM_SAMPLES} for its P99")
    if not sent or watched_end_s - after.start_s < 2 * WINDOW_S:
        return _too_few(f"no two windows of {WINDOW_S} s with requests in stage 'recovery'")
    floor_s = DEFAULT_FLOOR_S if objective.floor is None else objective.floor
    found = last_disturbance(recording, surge.end_s, watched_end_s, slow_limits_s(recording, floor_s))
    return _told(found, surge, after, sent)


def _told(found: Recovered, surge: Span, after: Span, sent: int) -> Measurement:
    if found.end_s is None:
        watched_s = found.watched_s - after.start_s
        return Measurement(
            value=watched_s,
            samples=sent,
            broken=f"not recovered in the {show_seconds(watched_s)} that it was watched",
            detail=f"from the end of the surge: more than {show_seconds(found.watched_s - surge.end_s)}",
            files=FILES,
        )
    return Measurement(
        value=max(0.0, found.end_s - after.start_s),
        samples=sent,
        detail=f"from the end of the surge: {show_seconds(max(0.0, found.end_s - surge.end_s))}",
        files=FILES,
    )


def slow_limits_s(recording: Recording, floor_s: float) -> dict[str, float]:
    """Latency above which a request of each endpoint is slow, in seconds.

    An endpoint that was not seen in the calm stage is held against the P99 of all of them.
    """
    limits = {}
    for endpoint in recording.series.endpoints:
        own = recording.window(endpoint, CALM).judged
        p99 = (own if own.total else recording.window(None, CALM).judged).quantile_s(0.99)
        limits[endpoint] = floor_s if p99 is None else max(floor_s, SLOWER * p99)
    return limits


def last_disturbance(
    recording: Recording, start_s: float, end_s: float, limits_s: dict[str, float]
) -> Recovered:
    """When the last two consecutive bad windows of [start_s, end_s) ended; `start_s` when there are none."""
    first = ceil(start_s)
    length = int(end_s) - first
    sent, slow = np.zeros(length), np.zeros(length)
    for cell in recording.series.cells_of(None, first, first + length):
        sent[cell.t_s - first] += cell.answered.total + cell.failed.total + cell.unanswered.total
        slow[cell.t_s - first] += _slow(cell, limits_s[cell.endpoint])
    windows = range(length - WINDOW_S + 1)
    bad = [_bad(sent[t : t + WINDOW_S].sum(), slow[t : t + WINDOW_S].sum()) for t in windows]
    pairs = [t for t in windows if t + WINDOW_S < len(bad) and bad[t] and bad[t + WINDOW_S]]
    if not pairs:
        return Recovered(end_s=start_s, watched_s=end_s)
    stretch = slice(pairs[-1], pairs[-1] + 2 * WINDOW_S)
    end = pairs[-1] + change(sent[stretch], slow[stretch])
    recovered = end + WINDOW_S <= length
    return Recovered(end_s=first + float(end) if recovered else None, watched_s=end_s)


def change(sent: Floats, slow: Floats) -> int:
    """The second before which requests are likeliest to have been slow, and from which on fast.

    Maximum likelihood of one change point between two Bernoulli shares: that of the slow seconds, at least
    one half of what the stretch shows, and the share of 1 % that is no disturbance. Ties go to the later
    second: a second without requests does not end a disturbance.
    """
    share = min(max(float(slow.sum()) / max(float(sent.sum()), 1.0), 2 * SLOW_SHARE), 1 - SLOW_SHARE)
    gain = slow * np.log(share / SLOW_SHARE) + (sent - slow) * np.log((1 - share) / (1 - SLOW_SHARE))
    likelihood = np.concatenate([[0.0], np.cumsum(gain)])
    return len(likelihood) - 1 - int(np.argmax(likelihood[::-1]))


def _slow(cell: Cell, limit_s: float) -> int:
    return cell.answered.count_above(limit_s) + cell.failed.total + cell.unanswered.total


def _bad(sent: float, slow: float) -> bool:
    """Whether more than the 99 % binomial bound of `sent` requests at a share of 1 % are slow."""
    return sent == 0 or (slow > 0 and float(bdtr(slow - 1, int(sent), SLOW_SHARE)) >= CERTAINTY - 1e-12)


def _too_few(why: str) -> Measurement:
    return Measurement(too_few=why, mend="make the stage longer", files=FILES)
