"""How statuses, limits, intervals and moments read in every format. Decides nothing, measures nothing."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from harness.model.result import Result
from harness.model.units import show, show_seconds
from harness.model.verdict import Finding, Status

MISSING = "–"
HARMLESS = "\n\u200c\u200d"
"""Line end, and the joiners that scripts and emoji are spelt with."""

IN_WORDS = {
    Status.INVALID: "the measurement was not sound, so nothing can be concluded",
    Status.FAIL: "a promise was broken",
    Status.INCONCLUSIVE: "too little was measured to tell",
    Status.WARN: "every promise was kept, with warnings",
    Status.PASS: "every promise was kept",
    Status.NOT_JUDGED: "not judged",
}
"""What a status means, for a reader who has not learnt the words."""

LABELS = {status: status.value.replace("_", " ") for status in Status}

HEADLINE = {
    "requests": ("Requests", "count"),
    "rate_per_s": ("Throughput", "per_s"),
    "error_ratio": ("Errors", "ratio"),
    "p95_s": ("P95 latency", "s"),
    "peak_users": ("Peak users", "count"),
    "peak_arrivals_per_s": ("Peak arrivals", "per_s"),
    "judged_s": ("Judged time", "s"),
}
"""Label and unit of each headline figure of the verdict, in the order of the page."""


def plain(text: str) -> str:
    """The text with control and direction-changing characters made visible, so that they do not act."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in HARMLESS or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str) -> str:
    """`plain`, with every run of white space as one space."""
    return plain(" ".join(text.split()))


def figure(value: float | None, unit: str) -> str:
    """A value as a person would write it, counts with thousands separated; an en dash for None."""
    return f"{value:,.0f}" if unit == "count" and value is not None else show(value, unit)


def measured_text(finding: Finding) -> str:
    """What was measured; an en dash when nothing was."""
    return figure(finding.measured, finding.unit)


def limit_text(finding: Finding) -> str:
    """The limit with its sign, such as `≤ 1 s`; an en dash when there is none."""
    if finding.limit is None:
        return MISSING
    sign = {"at_most": "≤ ", "at_least": "≥ ", None: ""}[finding.comparison]
    return sign + figure(finding.limit, finding.unit)


def interval_text(finding: Finding) -> str:
    """The confidence interval, such as `298 ms to 341 ms (95 %)`; empty when there is none."""
    interval = finding.interval
    if interval is None or (interval.low is None and interval.high is None):
        return ""
    low, high = figure(interval.low, finding.unit), figure(interval.high, finding.unit)
    level = f"({interval.level * 100:g} %)"
    if interval.low is None:
        return f"at most {high} {level}"
    return f"at least {low} {level}" if interval.high is None else f"{low} to {high} {level}"


def moment(iso: str | None) -> str:
    """An ISO 8601 moment as `2026-01-31 14:05:09 UTC`; as it came when it is not one."""
    if iso is None:
        return MISSING
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".strip()


def clock(t_s: float) -> str:
    """A moment of the run's clock: `0:05`, `12:30`, `1:02:03`; negative before the load."""
    minutes, seconds = divmod(abs(round(t_s)), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if t_s <= -0.5 else ""
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{sign}{minutes}:{seconds:02d}"


def reason(result: Result) -> str:
    """The verdict's sentence without its status, which every format shows beside it."""
    return re.sub(rf"^{result.verdict.status.value}( \([a-z ]+\))?: ", "", result.verdict.summary)


def tally(result: Result) -> list[tuple[Status, int]]:
    """How many findings have each status, gravest first, without the statuses that none has."""
    return [(status, count) for status, count in result.verdict.counted().items() if count]


def caveats(result: Result) -> list[str]:
    """What a reader must know before trusting the verdict: interrupted, shortened."""
    found = []
    if result.verdict.interrupted:
        found.append("interrupted: judged as far as it went")
    if result.verdict.shortened:
        found.append("shortened on purpose: never a reference or a baseline")
    return found


def shape_text(result: Result) -> str:
    """The shape and how long it takes, such as `constant, 5m 20s, up to 50 users`."""
    schedule = result.plan.schedule
    unit = "users" if schedule.unit == "users" else "arrivals/s"
    return (
        f"{result.plan.shape.kind}, {show_seconds(schedule.duration_s)}, up to {schedule.peak_level:g} {unit}"
    )


def target_text(result: Result) -> str:
    """The target's name, version and environment, as far as they are known."""
    state = result.run.target
    if state is None:
        return f"{result.plan.target.name} (never became ready)"
    name = f"{state.name} {state.version}" if state.version else state.name
    return f"{name} ({state.environment})" if state.environment else name
