"""A summary for a pull-request comment: verdict, what needs attention, endpoints, how to repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.model.result import Result
from harness.model.units import show
from harness.model.verdict import EndpointRow, Finding, Status
from harness.report.parts.order import attention, rows_by_stage, with_status
from harness.report.parts.wording import (
    HEADLINE,
    IN_WORDS,
    LABELS,
    caveats,
    figure,
    interval_text,
    limit_text,
    measured_text,
    one_line,
    reason,
    shape_text,
    target_text,
)

FILE_NAME: str | None = "summary.md"

SIGNS = {
    Status.INVALID: "🚫",
    Status.FAIL: "❌",
    Status.INCONCLUSIVE: "❔",
    Status.WARN: "⚠️",
    Status.PASS: "✅",
    Status.NOT_JUDGED: "➖",
}

WORD_JOINER = "\u2060"
ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "@": f"@{WORD_JOINER}",
        "#": f"#{WORD_JOINER}",
        **{mark: f"\\{mark}" for mark in "\\`*_[]|~"},
    }
)


def render(result: Result) -> str:
    """The summary as GitHub-flavoured Markdown; text of the target is escaped and notifies nobody."""
    blocks = [*_head(result), *_attention(result), *_kept(result), *_endpoints(result), *_end(result)]
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text as Markdown that shows exactly it: no markup, no HTML, no mention, no reference to an issue."""
    return one_line(text).translate(ESCAPES)


def code(text: str) -> str:
    """Text as a fenced block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{one_line(text)}\n{fence}"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], *, right_from: int) -> str:
    """A Markdown table; columns from number `right_from` on are right-aligned. Cells come escaped."""
    names = list(headings)
    marks = [":--" if number < right_from else "--:" for number in range(len(names))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, marks, *rows))


def _head(result: Result) -> Iterator[str]:
    verdict = result.verdict
    yield f"### {SIGNS[verdict.status]} {escape(verdict.scenario)}: {LABELS[verdict.status]}"
    yield f"**{escape(reason(result))}**"
    about = f"{IN_WORDS[verdict.status]}; {shape_text(result)}; target {target_text(result)}"
    yield escape(about[0].upper() + about[1:])
    for caveat in caveats(result):
        yield f"> {escape(caveat)}"
    shown = {key: value for key, value in verdict.headline.items() if key in HEADLINE}
    if shown:
        labels = [HEADLINE[key][0] for key in shown]
        yield table(labels, [[figure(value, HEADLINE[key][1]) for key, value in shown.items()]], right_from=0)


def _attention(result: Result) -> Iterator[str]:
    found = attention(result.verdict)
    if not found:
        return
    yield "#### Needs attention"
    yield _findings_table(found)
    yield "\n".join(_explained(finding) for finding in found)


def _findings_table(findings: Iterable[Finding]) -> str:
    rows = [
        (
            f"{SIGNS[finding.status]} {LABELS[finding.status]}",
            escape(finding.name) + (f" ({escape(finding.requirement)})" if finding.requirement else ""),
            measured_text(finding),
            limit_text(finding),
            escape("; ".join(part for part in (finding.confidence, interval_text(finding)) if part)),
        )
        for finding in findings
    ]
    return table(("Status", "Objective", "Measured", "Limit", "Confidence"), rows, right_from=2)


def _explained(finding: Finding) -> str:
    mend = f" *Mend:* {escape(finding.mend)}" if finding.mend else ""
    return f"- **{escape(finding.name)}**: {escape(finding.sentence)}{mend}"


def _kept(result: Result) -> Iterator[str]:
    for status, title in ((Status.PASS, "kept"), (Status.NOT_JUDGED, "not judged")):
        findings = with_status(result.verdict, status)
        if findings:
            summary = f"<summary>{len(findings)} {title}</summary>"
            yield f"<details>{summary}\n\n{_findings_table(findings)}\n\n</details>"


def _endpoints(result: Result) -> Iterator[str]:
    stages = rows_by_stage(result.verdict, judged_only=True)
    if not stages:
        yield "No request was sent in a judged stage."
    for stage, rows in stages.items():
        yield f"#### Endpoints in stage {escape(stage)}"
        headings = ("Endpoint", "Requests", "Rate", "Errors", "P50", "P95", "P99", "Max")
        yield table(headings, (_endpoint_cells(row) for row in rows), right_from=1)


def _endpoint_cells(row: EndpointRow) -> list[str]:
    latencies = (row.p50_s, row.p95_s, row.p99_s, row.max_s)
    return [
        escape(row.endpoint) if row.endpoint is not None else "**all**",
        figure(row.requests, "count"),
        show(row.rate_per_s, "per_s"),
        show(row.error_ratio, "ratio"),
        *(show(value, "s") for value in latencies),
    ]


def _end(result: Result) -> Iterator[str]:
    if result.run.problems:
        yield "\n".join(f"- problem: {escape(problem)}" for problem in result.run.problems)
    yield f"Run {escape(result.run.run_id)}. Repeat it:"
    yield code(result.run.command)
