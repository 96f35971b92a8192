"""The small bar that shows a measured value against its limit, as coordinates of a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model.verdict import Finding

WIDTH = 120.0
LIMIT_AT = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Lengths on a track of `WIDTH`; the limit always stands at `LIMIT_AT`, so that bars compare by eye."""

    value: float
    low: float | None
    high: float | None
    beyond: bool
    """The value lies outside the track, which an arrow shows instead of the interval."""


def bar_of(finding: Finding) -> Bar | None:
    """The bar of a finding, or None without a measured value, or a limit above 0 to draw it against."""
    if finding.measured is None or finding.limit is None or finding.limit <= 0:
        return None
    per_unit = LIMIT_AT / finding.limit
    beyond = finding.measured * per_unit > WIDTH
    interval = None if beyond else finding.interval
    return Bar(
        value=_on_track(finding.measured * per_unit),
        low=None if interval is None or interval.low is None else _on_track(interval.low * per_unit),
        high=None if interval is None or interval.high is None else _on_track(interval.high * per_unit),
        beyond=beyond,
    )


def _on_track(length: float) -> float:
    return round(min(max(length, 0.0), WIDTH), 1)
