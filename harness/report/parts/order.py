"""Which findings are shown together: what needs attention first, what was kept in few lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.model.verdict import EndpointRow, Finding, Status, Verdict

ATTENTION = (Status.INVALID, Status.FAIL, Status.INCONCLUSIVE, Status.WARN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one status that read as one line."""

    status: Status
    label: str
    findings: tuple[Finding, ...]


def attention(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings that a reader must look at, gravest first."""
    ordered = sorted(verdict.findings, key=lambda finding: finding.status.gravity)
    return tuple(finding for finding in ordered if finding.status in ATTENTION)


def with_status(verdict: Verdict, status: Status, *kinds: str) -> tuple[Finding, ...]:
    """The findings of one status and of these kinds (none named: of all), in the order of the verdict."""
    return tuple(f for f in verdict.findings if f.status is status and (not kinds or f.kind in kinds))


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Findings that differ in their endpoint only, together: `p95 of 7 endpoints`. The order is kept."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_alike(finding), []).append(finding)
    return tuple(
        Group(status=members[0].status, label=_label(members), findings=tuple(members))
        for members in groups.values()
    )


def _alike(finding: Finding) -> tuple[object, ...]:
    if finding.kind == "objective" and finding.metric and finding.endpoint:
        relative = finding.reference is not None
        return (finding.status, finding.kind, finding.metric, finding.stage, relative)
    if finding.kind == "objective":
        return (finding.status, finding.kind, finding.name, finding.stage)
    return (finding.status, finding.kind)


def _label(members: list[Finding]) -> str:
    first = members[0]
    if len(members) == 1:
        return first.name
    if first.kind != "objective":
        return f"{len(members)} {KINDS[first.kind]}"
    relative = " against the reference" if first.reference is not None else ""
    stage = f" in {first.stage}" if first.stage else ""
    return f"{first.metric or first.name} of {len(members)} endpoints{relative}{stage}"


KINDS = {"validity": "validity checks", "evidence": "pieces of evidence", "remark": "remarks"}


def rows_by_stage(verdict: Verdict, *, judged_only: bool) -> dict[str, tuple[EndpointRow, ...]]:
    """The rows of the per-endpoint tables by stage, in the order of the verdict.

    All judged stages together come first where they differ from the only judged stage.
    """
    stages: dict[str, list[EndpointRow]] = {}
    for row in verdict.endpoints:
        if row.judged or not judged_only:
            stages.setdefault(row.stage, []).append(row)
    judged = [stage for stage, rows in stages.items() if rows[0].judged]
    if len(judged) == 2 and _same(stages[judged[0]], stages[judged[1]]):
        del stages[judged[0]]
    return {stage: tuple(rows) for stage, rows in stages.items()}


def _same(rows: list[EndpointRow], others: list[EndpointRow]) -> bool:
    """Whether the rows of two stages tell the same."""
    return [row.model_copy(update={"stage": ""}) for row in rows] == [
        row.model_copy(update={"stage": ""}) for row in others
    ]
