"""Pacing: was the planned load reached, second by second? Pure.

Users: a judged second is short when fewer users ran than planned by more than max(1, 2 %). The plan of a
second is the lowest level between the second before it and the one after it, because a shape is asked once
a second. More than max(3 s, 2 % of the judged seconds) of short seconds, or of seconds without a record,
are too many; of fewer than 6 judged seconds, more than half of them.

Arrivals: the sum of the judged seconds must be within 1 % of the plan (with Poisson arrivals also three
standard deviations), every arrival that was due must have been started, and the 99th percentile of lateness
must not exceed 100 ms in a sustained stretch (`saturation.sustained`). Arrivals that were dropped while as
many requests were in flight as the plan allows are the target's doing, which is a failure and not a flaw of
the measurement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.model.series import Second
from harness.model.units import show, show_seconds
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.material import Material
from harness.verdict.saturation import sustained
from harness.verdict.words import counted

TOLERANCE = 0.02
RATE_TOLERANCE = 0.01
SHORT_SECONDS = 3
SHORT_SHARE = 0.02
LATE_S = 0.1
BOUND_SHARE = 0.9
"""From this share of max_in_flight on the bound caused the drop (requests in flight are sampled)."""
TARGETS_DROPS = 0.8
"""From this share of the drops on that fell on such seconds, the drops are the target's doing."""
FILE = "generator.jsonl"
ARRIVALS = ("offered", "sent", "dropped", "in_flight")


def load_reached(material: Material) -> list[Finding]:
    """The findings on users, or on arrivals, in the judged stages."""
    judged = material.recording.seconds_of(None)
    seconds = [second for second in material.recording.series.seconds if second.t_s >= 0]
    unrecorded = len(set(judged) - {second.t_s for second in seconds})
    if unrecorded > _tolerated(judged):
        sentence = f"the generator has no record of {unrecorded} of {counted(len(judged), 'judged second')}"
        name = "users reached" if material.plan.schedule.unit == "users" else "rate reached"
        return [unsound(name, sentence, FILE, mend="read locust.log for what kept the recorder from writing")]
    if material.plan.schedule.unit == "users":
        return [_users_reached(material, judged)]
    return list(_arrivals(material, judged, seconds))


def _tolerated(judged: list[int]) -> float:
    return max(min(SHORT_SECONDS, len(judged) // 2), SHORT_SHARE * len(judged))


def _users_reached(material: Material, judged: list[int]) -> Finding:
    name = "users reached"
    schedule = material.plan.schedule
    running = material.recording.users()
    short = []
    for t_s in judged:
        planned = min(schedule.level_at(moment) for moment in (max(0, t_s - 1), t_s, t_s + 0.999))
        if t_s in running and running[t_s] < planned - max(1.0, TOLERANCE * planned):
            short.append((planned - running[t_s], t_s, planned))
    if len(short) > _tolerated(judged):
        _, worst_s, planned = max(short)
        sentence = (
            f"planned users were not reached in {len(short)} of {counted(len(judged), 'judged second')}; "
            f"at {worst_s} s {running[worst_s]} ran of {planned:.0f}"
        )
        mend = "users ended or were spawned too slowly: read locust.log, lower spawn_rate or add workers"
        return unsound(name, sentence, FILE, "plan.json", mend=mend)
    kept = len(judged) - len(short)
    peak = max((running.get(t_s, 0) for t_s in judged), default=0)
    sentence = f"planned users ran in {kept} of {counted(len(judged), 'judged second')}, {peak} at most"
    return sound(name, sentence, FILE)


def _per_second(seconds: list[Second], judged: list[int]) -> dict[int, dict[str, float]]:
    """Sums over processes by judged second, the worst of `late_p99_s`; what nobody recorded is not there."""
    chosen = set(judged)
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for second in seconds:
        if second.t_s not in chosen:
            continue
        row = found[second.t_s]
        for column in ARRIVALS:
            if (value := getattr(second, column)) is not None:
                row[column] = row.get(column, 0.0) + value
        if (late_s := second.late_p99_s) is not None:
            row["late_p99_s"] = max(row.get("late_p99_s", late_s), late_s)
    return found


def _arrivals(material: Material, judged: list[int], seconds: list[Second]) -> Iterator[Finding]:
    rows = _per_second(seconds, judged)
    for row in rows.values():
        if material.plan.arrivals == "poisson" and "offered" not in row and {"sent", "dropped"} <= row.keys():
            row["offered"] = row["sent"] + row["dropped"]  # only the workers that draw them know
        if row.get("sent") == 0:
            row.setdefault("late_p99_s", 0.0)  # none was started, so none was late
    for name, columns, check in (
        ("rate reached", {"offered", "sent", "dropped"}, _rate_reached),
        ("schedule kept", {"late_p99_s"}, _schedule_kept),
    ):
        known = {t_s: row for t_s, row in rows.items() if columns <= row.keys()}
        if len(judged) - len(known) > _tolerated(judged):
            sentence = (
                f"arrivals were recorded in {len(known)} of {counted(len(judged), 'judged second')} only"
            )
            yield unsound(
                name, sentence, FILE, mend="read locust.log for what kept the recorder from counting"
            )
        else:
            yield check(material, name, known)


def _rate_reached(material: Material, name: str, rows: Mapping[int, Mapping[str, float]]) -> Finding:
    plan = material.plan
    planned = sum(plan.schedule.level_at(t_s + 0.5) for t_s in rows)
    offered, sent, dropped = (sum(row[column] for row in rows.values()) for column in ARRIVALS[:3])
    chance = 3 * planned**0.5 if plan.arrivals == "poisson" else 0.0
    told = f"{sent:,.0f} of {planned:,.0f} planned arrivals were sent in the judged stages"
    if abs(offered - planned) > max(1.0, RATE_TOLERANCE * planned) + chance:
        mend = "use more workers, or read locust.log for lost ones"
        return unsound(name, f"{told}, and {offered:,.0f} came due", FILE, "plan.json", mend=mend)
    if not dropped:
        return sound(name, f"{told} ({show(sent / max(1, len(rows)), 'per_s')})", FILE)
    many = counted(dropped, "arrival")
    full = [row for row in rows.values() if row.get("in_flight", -1.0) >= BOUND_SHARE * plan.max_in_flight]
    if sum(row["dropped"] for row in full) < TARGETS_DROPS * dropped:
        sentence = f"the generator could not keep its schedule: {many} were dropped; {told}"
        return unsound(name, sentence, FILE, mend="use more workers, or a lower rate")
    sentence = (
        f"the target did not keep up: {many} were dropped while {plan.max_in_flight} requests, "
        f"the most allowed, were in flight; {told}"
    )
    mend = "find out what makes the target slow, or raise max_in_flight if it may hold more requests at once"
    return unsound(name, sentence, FILE, mend=mend, status=Status.FAIL)


def _schedule_kept(material: Material, name: str, rows: Mapping[int, Mapping[str, float]]) -> Finding:
    judged = len(material.recording.seconds_of(None))
    lateness = [row["late_p99_s"] for row in rows.values()]
    late = sum(value > LATE_S for value in lateness)
    worst = show_seconds(max(lateness, default=0.0))
    if sustained(late, judged):
        sentence = (
            f"the generator could not keep its schedule: in {late} of {counted(judged, 'judged second')} "
            f"1 % of the arrivals were more than {show_seconds(LATE_S)} late, {worst} at worst"
        )
        return unsound(name, sentence, FILE, mend="use more workers, or a lower rate")
    return sound(name, f"arrivals were started in time (P99 of lateness at worst {worst} in a second)", FILE)
