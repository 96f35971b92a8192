"""Wording: the sentences of findings about objectives, with figures in units. Pure."""

from __future__ import annotations

from harness.model.sla import ALL, Objective
from harness.model.units import show
from harness.verdict.limit import Limit
from harness.verdict.measurement import Measurement
from harness.verdict.metrics import Metric


def subject(objective: Objective, metric: Metric) -> str:
    """What a sentence is about: `P95 of POST /search in stage 'hold'`."""
    of = "" if metric.of_traffic is None else " of all endpoints"
    if objective.endpoint != ALL:
        of = f" of {objective.endpoint}"
    return f"{metric.label}{of}" + (f" in stage '{objective.stage}'" if objective.stage else "")


def decided(objective: Objective, metric: Metric, measured: Measurement, limit: Limit, *, saved: bool) -> str:
    """The sentence of a promise that was held against its limit; `saved`: only the floor keeps it."""
    about = subject(objective, metric)
    if metric.name == "alive":
        return measured.broken or "the target lived through the load and answered its health check afterwards"
    if metric.name == "error_rate" and not measured.value and limit.comparison == "at_most":
        return f"{about} was 0 % ({measured.detail}), limit {show(limit.value, 'ratio')}" + _zero_errors(
            measured, limit
        )
    figures = f" ({measured.detail})" if measured.detail else ""
    value = show(measured.value, metric.unit)
    if measured.broken:
        return f"{about} was {value}{figures}, limit {show(limit.value, metric.unit)}; {measured.broken}"
    if limit.reference is not None and measured.value is not None:
        return f"{about} was {value}{figures}, " + _against_reference(
            objective, metric, measured.value, limit, saved=saved
        )
    bound = "limit" if limit.comparison == "at_most" else "promised at least"
    text = f"{about} was {value}{figures}, {bound} {show(limit.value, metric.unit)}"
    over = not limit.keeps(measured.value, limit.value) if measured.value is not None else False
    return f"{text}; {measured.doubtful}" if over and measured.doubtful else text


def _zero_errors(measured: Measurement, limit: Limit) -> str:
    high = measured.interval.high if measured.interval else None
    if high is not None and high <= limit.value:
        return ""
    return f"; no failure among so few does not prove that the rate is below {show(limit.value, 'ratio')}"


def _against_reference(
    objective: Objective, metric: Metric, value: float, limit: Limit, *, saved: bool
) -> str:
    if limit.reference is None:
        return f"limit {show(limit.value, metric.unit)}"
    most = f"at most {show(objective.max_increase, 'ratio')} above it is allowed"
    compared = (
        f"{_change(value, limit.reference)} {objective.relative_to}'s {show(limit.reference, metric.unit)}"
    )
    text = f"{compared}, limit {show(limit.value, metric.unit)} ({most})"
    if saved:
        floor = show(objective.floor, metric.unit)
        text += f"; kept only because values below the floor of {floor} count as it"
    return text


def _change(value: float, reference: float) -> str:
    if not reference:
        return "against"
    change = value / reference - 1
    if abs(change) < 0.0005:
        return "the same as"
    return f"{abs(change) * 100:.3g} % {'above' if change > 0 else 'below'}"


def unjudged(
    objective: Objective,
    metric: Metric,
    lacking: Measurement,
    measured: Measurement | None,
    *,
    shortened: bool,
) -> str:
    """The sentence of a promise that could not be held against a limit."""
    about = subject(objective, metric)
    why = lacking.too_few or lacking.missing
    if shortened:
        return f"{about} was not judged (shortened): {why}"
    if measured is not None:
        return f"{about} was {show(measured.value, metric.unit)}, but {why}"
    return f"{about} could not be judged: {why}"


def mend(objective: Objective, *, kept: bool, saved: bool) -> str:
    """What to do about a promise that did not pass, where the measurement itself does not say."""
    if saved:
        return "nothing, if a loss below the floor is none to you"
    if kept:
        return "run longer, for more requests"
    if objective.endpoint != ALL:
        return f"look at {objective.endpoint} in the charts and the evidence of this run"
    return "look at the charts and the evidence of this run"
