"""Checks: how a validity check reports. Pure."""

from __future__ import annotations

from harness.model.verdict import Finding, Status


def sound(name: str, sentence: str, *files: str, unit: str = "", measured: float | None = None) -> Finding:
    """The finding of a check that found nothing wrong: a short sentence with its figures."""
    return Finding(
        kind="validity",
        name=name,
        status=Status.PASS,
        sentence=sentence,
        evidence=files,
        unit=unit,
        measured=measured,
    )


def unsound(
    name: str,
    sentence: str,
    *files: str,
    mend: str,
    status: Status = Status.INVALID,
    endpoint: str | None = None,
) -> Finding:
    """The finding of a check that found the measurement not to be sound."""
    return Finding(
        kind="validity",
        name=name,
        status=status,
        sentence=sentence,
        mend=mend,
        evidence=files,
        endpoint=endpoint,
    )
