"""What is seen at the end of a run: findings gravest first, endpoints, the verdict, how to repeat it."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.model.result import Result
from harness.model.units import show
from harness.model.verdict import EndpointRow, Finding, Status
from harness.report.parts.order import Group, attention, grouped, rows_by_stage, with_status
from harness.report.parts.wording import (
    IN_WORDS,
    LABELS,
    caveats,
    interval_text,
    limit_text,
    measured_text,
    one_line,
    reason,
    shape_text,
    target_text,
)

FILE_NAME: str | None = None

STYLES = {
    Status.INVALID: "bold magenta",
    Status.FAIL: "bold red",
    Status.INCONCLUSIVE: "bold cyan",
    Status.WARN: "bold yellow",
    Status.PASS: "green",
    Status.NOT_JUDGED: "dim",
}


def render(result: Result, *, width: int = 100, color: bool = False) -> str:
    """The end of a run as text, `width` columns wide, with ANSI colours when `color`.

    The last line, never wrapped, names the run folder and, unless it passed, the command that repeats it.
    """
    console = Console(
        file=StringIO(),
        width=width,
        height=50,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    with console.capture() as capture:
        _print(console, result)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _print(console: Console, result: Result) -> None:
    title = Text(one_line(result.plan.scenario), style="bold")
    console.print(title + Text(f"  {one_line(shape_text(result))}", style="not bold dim"))
    console.print(Text(f"target {one_line(target_text(result))}", style="dim"))
    console.print(_findings(result))
    for finding in attention(result.verdict):
        console.print(_explanation(finding))
    stages = rows_by_stage(result.verdict, judged_only=True)
    for stage, rows in list(stages.items())[:1]:
        console.print(_endpoints(stage, rows, others=len(stages) - 1))
    if not stages:
        console.print(Text("no request was sent in a judged stage\n", style="bold"))
    for problem in result.run.problems:
        console.print(Text(f"problem: {one_line(problem)}", style="red"))
    _print_end(console, result)


def _findings(result: Result) -> Table:
    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, header_style="dim")
    table.add_column("Status", no_wrap=True)
    table.add_column("Objective", ratio=1, overflow="fold")
    table.add_column("Measured", justify="right")
    table.add_column("Limit", justify="right")
    table.add_column("Confidence", max_width=30, overflow="fold")
    verdict = result.verdict
    for finding in attention(verdict):
        table.add_row(*_row(finding))
    for status in (Status.NOT_JUDGED, Status.PASS):
        for group in grouped(with_status(verdict, status)):
            table.add_row(*_compact_row(group))
    return table


def _row(finding: Finding) -> tuple[Text, ...]:
    what = Text(one_line(finding.name), style="bold")
    if finding.requirement:
        what.append(f"  {one_line(finding.requirement)}", style="not bold dim")
    confidence = (one_line(finding.confidence), interval_text(finding))
    return (
        _status(finding.status),
        what,
        Text(measured_text(finding)),
        Text(limit_text(finding)),
        Text("\n".join(part for part in confidence if part)),
    )


def _explanation(finding: Finding) -> Table:
    told = Text(one_line(finding.sentence))
    if finding.mend:
        told.append(f"\nmend: {one_line(finding.mend)}", style="italic")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, justify="right")
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text("•", style=STYLES[finding.status]), told)
    return grid


def _compact_row(group: Group) -> tuple[Text, ...]:
    label = Text(one_line(group.label))
    if len(group.findings) > 1:
        return (_status(group.status), label, Text(""), Text(""), Text(_shared_confidence(group)))
    finding = group.findings[0]
    return (
        _status(group.status),
        label,
        Text(measured_text(finding) if finding.kind == "objective" else ""),
        Text(limit_text(finding) if finding.kind == "objective" else ""),
        Text(one_line(finding.confidence)),
    )


def _shared_confidence(group: Group) -> str:
    said = [one_line(finding.confidence) for finding in group.findings]
    if len(set(said)) == 1:
        return said[0]
    return f"{said.count('proven')} of {len(said)} proven"


def _status(status: Status) -> Text:
    return Text(LABELS[status], style=STYLES[status])


def _endpoints(stage: str, rows: Iterable[EndpointRow], *, others: int) -> Table:
    more = f"  ({others} more in the report)" if others else ""
    table = Table(
        box=SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
        header_style="dim",
        title=Text(f"\nstage {one_line(stage)}{more}", style="bold"),
        title_justify="left",
    )
    table.add_column("Endpoint", ratio=1, overflow="fold")
    for heading in ("Requests", "Rate", "Errors", "P50", "P95", "P99", "Max"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(one_line(row.endpoint) if row.endpoint is not None else "all", overflow="fold"),
            f"{row.requests:,}",
            show(row.rate_per_s, "per_s"),
            Text(show(row.error_ratio, "ratio"), style="red" if row.failures else ""),
            *(show(value, "s") for value in (row.p50_s, row.p95_s, row.p99_s, row.max_s)),
            style="" if row.endpoint is not None else "bold",
        )
    return table


def _print_end(console: Console, result: Result) -> None:
    verdict = result.verdict
    line = _status(verdict.status)
    line.append(f"  {IN_WORDS[verdict.status]} (exit status {verdict.exit_status})", style="not bold")
    console.print(line)
    console.print(Text(one_line(reason(result))))
    for caveat in caveats(result):
        console.print(Text(caveat, style="yellow"))
    folder = one_line(result.folder).rstrip("/")
    console.print(Text(f"report: {folder}/report.html"), soft_wrap=True)
    repeat = f"; repeat it: {one_line(result.run.command)}" if verdict.exit_status else ""
    console.print(Text(f"run folder: {folder}{repeat}"), soft_wrap=True)
