"""Saturation: was the generator itself the bottleneck? Pure.

Counted over judged seconds and Locust processes. A machine that is shared has single bad seconds, so a
state is sustained when it holds in at least 10 % of the judged seconds and in at least 5 of them:

- a Locust process busy for more than 0.9 of the second: gevent has one thread, so it cannot do more. Busy is
  running or ready to run, for a process that shares its core with others is not idle while it waits for it;
- the event loop late by more than 100 ms: answers wait in the generator and are measured as slow;
- ready but without a core (run delay) for more than half of the second. From a fifth on it is a warning,
  because measured latencies are then longer than the target's own.
"""

from __future__ import annotations

from collections import defaultdict

from harness.model.units import show
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.material import Material
from harness.verdict.words import counted, listed

SUSTAINED_SHARE = 0.1
SUSTAINED_SECONDS = 5
BUSY_RATIO = 0.9
LAG_S = 0.1
DELAY_RATIO = 0.5
DELAY_WARNING_RATIO = 0.2
FILE = "generator.jsonl"
FEWER = "use fewer users per worker, more workers (--workers N), or a machine of its own for the generator"


def sustained(bad: int, judged: int) -> bool:
    """Whether a state that held in `bad` of `judged` seconds is more than a moment."""
    return bad >= max(SUSTAINED_SECONDS, SUSTAINED_SHARE * judged)


def generator_unsaturated(material: Material) -> Finding:
    """The generator had CPU to spare and came to its timers in time."""
    name = "generator not saturated"
    judged = set(material.recording.seconds_of(None))
    found = {
        column: _by_second(material, column, judged)
        for column in ("cpu_ratio", "busy_ratio", "loop_lag_s", "run_delay_ratio")
    }
    if judged and not (found["cpu_ratio"] or found["loop_lag_s"]):
        mend = "read locust.log for what kept the recorder from measuring"
        return unsound(name, "the generator's CPU and event-loop lag were not recorded", FILE, mend=mend)
    limits = {"busy_ratio": BUSY_RATIO, "loop_lag_s": LAG_S, "run_delay_ratio": DELAY_RATIO}
    reasons = [
        _reason(column, _over(found[column], limit), limit, len(judged))
        for column, limit in limits.items()
        if sustained(_over(found[column], limit), len(judged))
    ]
    if reasons:
        return unsound(name, f"the generator was saturated: {listed(reasons)}", FILE, mend=FEWER)
    delayed = _over(found["run_delay_ratio"], DELAY_WARNING_RATIO)
    if sustained(delayed, len(judged)):
        reason = _reason("run_delay_ratio", delayed, DELAY_WARNING_RATIO, len(judged))
        sentence = f"the generator was short of CPU, so latencies are measured too long: {reason}"
        return unsound(name, sentence, FILE, mend=FEWER, status=Status.WARN)
    cpu, lag = (_mean(list(found[column].values())) for column in ("cpu_ratio", "loop_lag_s"))
    sentence = (
        f"the busiest generator process used {cpu:.2f} cores on average, event-loop lag {show(lag, 's')}"
    )
    return sound(name, sentence, FILE)


def _by_second(material: Material, column: str, judged: set[int]) -> dict[int, float]:
    """The worst value of all processes in each judged second."""
    found: dict[int, float] = defaultdict(float)
    for second in material.recording.series.seconds:
        value = getattr(second, column)
        if value is not None and second.t_s in judged:
            found[second.t_s] = max(found[second.t_s], value)
    return found


def _over(values: dict[int, float], limit: float) -> int:
    return sum(value > limit for value in values.values())


def _reason(column: str, seconds: int, limit: float, judged: int) -> str:
    of = f"in {seconds} of {counted(judged, 'judged second')}"
    match column:
        case "busy_ratio":
            return f"it was busy for more than {limit * 100:.0f} % of the time {of}"
        case "loop_lag_s":
            return f"its event loop was more than {show(limit, 's')} late {of}"
        case _:
            return f"it waited for a core more than {limit * 100:.0f} % of the time {of}"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
