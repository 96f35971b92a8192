"""Summary: the one sentence that says how it went and why, gravest and most useful reason first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.model.units import show
from harness.model.verdict import Finding, Status
from harness.verdict.words import counted


def summarize(
    status: Status,
    findings: Sequence[Finding],
    headline: Mapping[str, float | None],
    *,
    death: str,
    qualifier: str,
) -> str:
    """The verdict, its gravest reason, and how many more there are.

    `findings` are sorted, gravest first. `death` is how the target died, which is told whatever else is
    wrong; `qualifier` is what the run was, such as `shortened`.
    """
    title = f"{status} ({qualifier})" if qualifier else str(status)
    if status in (Status.PASS, Status.WARN):
        return f"{title}: {_kept(findings)}; {_figures(headline)}{_warnings(findings)}"
    gravest = [finding for finding in findings if finding.status is status]
    reason = _told(gravest[0])
    if death and death not in reason:
        reason = f"{death}; {reason}"
    others = len(gravest) - 1
    more = f"; {counted(others, 'more finding')} {'is' if others == 1 else 'are'} {status}" if others else ""
    failed = sum(finding.status is Status.FAIL for finding in findings)
    if status is Status.INVALID and failed:
        more += f"; {counted(failed, 'finding')} FAIL"
    return f"{title}: {reason}{more}"


def _told(finding: Finding) -> str:
    return f"{finding.sentence} ({finding.requirement})" if finding.requirement else finding.sentence


def _kept(findings: Sequence[Finding]) -> str:
    objectives = [finding for finding in findings if finding.kind == "objective"]
    kept = sum(finding.status in (Status.PASS, Status.WARN) for finding in objectives)
    unjudged = sum(finding.status is Status.NOT_JUDGED for finding in objectives)
    return f"{counted(kept, 'objective')} kept" + (f", {unjudged} not judged" if unjudged else "")


def _figures(headline: Mapping[str, float | None]) -> str:
    requests, ratio = headline["requests"], headline["error_ratio"]
    if not requests or ratio is None:
        return "no requests in judged stages"
    failures = f"{show(ratio, 'ratio')} failures" if ratio else "no failures"
    return f"P95 {show(headline['p95_s'], 's')}, {counted(requests, 'request')}, {failures}"


def _warnings(findings: Sequence[Finding]) -> str:
    warned = [finding for finding in findings if finding.status is Status.WARN]
    if not warned:
        return ""
    rest = f" and {counted(len(warned) - 1, 'more warning')}" if len(warned) > 1 else ""
    return f"; warning: {warned[0].sentence}{rest}"
