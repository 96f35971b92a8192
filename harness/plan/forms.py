"""The three forms of a promise: `max`, `min`, or `relative_to` with `max_increase`. Pure."""

from __future__ import annotations

from harness.plan.schema import ObjectiveEntry

FLOORED = frozenset({"recovery"})
"""Absolute metrics that take a floor: latencies below it never count as slow."""


def form_mistake(entry: ObjectiveEntry) -> tuple[str | None, str, str] | None:
    """The key at fault (None: all of it), what is wrong, and how to mend it; None when the form is right."""
    given = [name for name in ("max", "min", "relative_to") if getattr(entry, name) is not None]
    if len(given) != 1:
        found = f"has {' and '.join(given)}" if given else "has no limit"
        mend = "give exactly one of max, min, or relative_to with max_increase"
        return None, f"the objective {found}", mend
    if entry.relative_to is not None:
        if entry.max_increase is not None:
            return None
        return None, "relative_to says no max_increase", "add it, such as max_increase: 50%"
    stray = _stray(entry)
    if stray is None:
        return None
    return stray, f"{stray} means nothing without relative_to", "add relative_to, or remove it"


def _stray(entry: ObjectiveEntry) -> str | None:
    """The key of an absolute promise that only means something in a relative one."""
    if entry.max_increase is not None:
        return "max_increase"
    return "floor" if entry.floor is not None and entry.metric not in FLOORED else None
