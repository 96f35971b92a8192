"""The terminal and the Markdown summary: complete, compact, and unmoved by hostile text."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_results as results

from harness.report import markdown, terminal
from harness.report.parts.order import rows_by_stage
from harness.report.parts.wording import clock, moment, reason


def test_terminal_names_the_failure_and_how_to_mend_it() -> None:
    text = terminal.render(results.realistic(failing=True))
    for part in (
        "FAIL",
        "p95 POST /reflection/batch",
        "12.4 s",
        "≤ 10 s",
        "proven",
        "mend: look at the statements",
    ):
        assert part in text


def test_terminal_keeps_thirty_passed_objectives_in_few_lines() -> None:
    lines = [
        line for line in terminal.render(results.realistic(failing=True)).splitlines() if " PASS" in line
    ]
    assert len(lines) == 8
    assert any("p99 of 7 endpoints" in line for line in lines)


def test_terminal_shows_every_endpoint_of_judged_stages() -> None:
    text = terminal.render(results.realistic(), width=120)
    assert all(endpoint in text for endpoint in results.P95_OF)
    assert "stage steady" in text
    assert "stage warm-up" not in text


def test_terminal_ends_with_folder_and_on_failure_the_command() -> None:
    failed = terminal.render(results.realistic(failing=True)).splitlines()[-1]
    assert failed == (
        "run folder: reports/load-50-20251123-061702; repeat it: harness run scenarios/load-50.yaml"
    )
    passed = terminal.render(results.realistic()).splitlines()
    assert passed[-1] == "run folder: reports/load-50-20251123-061702"
    assert passed[-2] == "report: reports/load-50-20251123-061702/report.html"


def test_terminal_is_coloured_only_when_asked() -> None:
    result = results.realistic(failing=True)
    assert "\x1b" not in terminal.render(result)
    assert "\x1b[1;31mFAIL" in terminal.render(result, color=True)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_terminal_keeps_its_width(width: int) -> None:
    lines = terminal.render(results.realistic(failing=True), width=width).splitlines()
    assert max(len(line) for line in lines[:-2]) <= width


def test_terminal_of_a_run_without_load_says_so() -> None:
    text = terminal.render(results.empty())
    assert "no request was sent in a judged stage" in text
    assert "problem: target.log: port 8000 is taken" in text


def test_terminal_is_not_moved_by_control_characters() -> None:
    text = terminal.render(results.hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m" in text.replace("\n", "")


def test_markdown_has_verdict_failures_and_tables() -> None:
    text = markdown.render(results.realistic(failing=True))
    assert text.startswith("### ❌ load-50: FAIL\n")
    assert "| ❌ FAIL | p95 POST /reflection/batch (REQ-5) | 12.4 s | ≤ 10 s |" in text
    assert "| POST /search | 735 | 2.45/s | 0 % |" in text
    assert "harness run scenarios/load-50.yaml" in text


def test_markdown_is_not_moved_by_hostile_text() -> None:
    text, command = markdown.render(results.hostile()).split("Repeat it:\n\n")
    for marked_up in ("<script", "<!--", "@all", "[x](javascript", "\x1b", "\u202e"):
        assert marked_up not in text
    assert command.startswith("````\n")  # a fence longer than the three backticks inside it
    assert command.endswith("\n````\n")


def test_markdown_rows_have_as_many_cells_as_their_heading() -> None:
    rows = [line for line in markdown.render(results.hostile()).splitlines() if line.startswith("| ")]
    widths = {row.replace("\\|", "").count("|") for row in rows}
    assert widths == {6, 7, 9}  # 5 columns of findings, 6 headline figures, 8 columns of endpoints


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (65.4, "1:05"), (3723, "1:02:03"), (-12, "-0:12"), (-0.2, "0:00")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("iso", "shown"),
    [
        ("2025-11-23T06:17:02+00:00", "2025-11-23 06:17:02 UTC"),
        ("yesterday", "yesterday"),
        (None, "–"),
    ],
)
def test_moment(iso: str | None, shown: str) -> None:
    assert moment(iso) == shown


def test_status_is_not_said_twice() -> None:
    result = results.realistic(failing=True)
    for status in ("FAIL: ", "FAIL (interrupted): ", ""):
        told = result.verdict.model_copy(update={"summary": f"{status}P95 of POST /search was 2 s"})
        assert reason(replace(result, verdict=told)) == "P95 of POST /search was 2 s"


def test_only_judged_stage_is_not_listed_twice_as_all_judged() -> None:
    verdict = results.realistic().verdict
    pooled = [row.model_copy(update={"stage": "all judged"}) for row in verdict.endpoints if row.judged]
    doubled = verdict.model_copy(update={"endpoints": (*pooled, *verdict.endpoints)})
    assert list(rows_by_stage(doubled, judged_only=True)) == ["steady"]
    assert list(rows_by_stage(doubled, judged_only=False)) == ["warm-up", "steady"]
