"""A measurement: what a metric says about a run, and what keeps it from saying more. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.model.verdict import Interval


def nothing_needed(limit: float) -> str:  # noqa: ARG001 - the signature of `needed`
    """The answer of a measurement whose confidence has no meaning."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One metric of one endpoint in one stretch of a run, in the metric's base unit."""

    value: float | None = None
    """None: nothing was measured, and `too_few` or `missing` says why."""
    samples: int | None = None
    interval: Interval | None = None
    """None where it has no meaning, or where too few time blocks were seen."""
    has_confidence: bool = False
    """Whether the metric is a statistic of which an interval can be given."""
    needed: Callable[[float], str] = nothing_needed
    """Given a limit: how many requests would settle on which side of it the truth lies, in words."""
    too_few: str = ""
    """Why there is too little data, such as `12 requests, needs 20`; empty when there is enough."""
    missing: str = ""
    """Which evidence is missing, and why; empty when none is."""
    broken: str = ""
    """What breaks the promise whatever its limit, such as a time-out while waiting for a connection."""
    doubtful: str = ""
    """Why a limit that the value breaks may be broken by chance only: such a promise is not failed for it."""
    detail: str = ""
    """More figures for the sentence."""
    mend: str = ""
    files: tuple[str, ...] = ()
