"""What both consolidation endpoints answer."""

from __future__ import annotations

from _endpoint import Answer, missing

COUNTS = {"removed_cases": "removed", "merged_cases": "merged", "archived_cases": "archived"}
NO_WORK = "found no work"


def flaw_of(answer: Answer, *, dry_run: bool) -> str | None:
    """The counts must be those of the details, and `dry_run` as asked for."""
    if flaw := missing(answer, *COUNTS, "dry_run", "details", "timestamp"):
        return flaw
    if answer["dry_run"] is not dry_run:
        return f"dry_run is {answer['dry_run']}, asked for was {dry_run}"
    for count, detail in COUNTS.items():
        if answer[count] != len(answer["details"][detail]):
            return f"{count} is not the number of details.{detail}"
    return None


def remark_of(answer: Answer) -> str | None:
    """A run that found nothing to consolidate is right, but it measured less."""
    return None if any(answer[count] for count in COUNTS) else NO_WORK
