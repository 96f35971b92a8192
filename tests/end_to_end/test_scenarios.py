"""Every shipped scenario, shortened, for real: the embedded target, Locust, evidence, verdict, reports.

Alone on the machine, because the generator and the target need its cores. What a shortened run cannot judge
it says so; what it can judge must hold, but nothing here depends on absolute speed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

LENGTHS = {
    "load-10": "15s",
    "load-50": "10s",
    "load-100": "10s",
    "spike": "45s",
    "ramp": "30s",
    "throughput": "12s",
    "soak": "10s",
}
ARTEFACTS = [
    *("plan.json", "run.json", "series.jsonl", "generator.jsonl", "completion.json", "verdict.json"),
    *("report.html", "summary.md", "locust.html", "locust_stats.csv", "locust_stats_history.csv"),
    *("evidence/resources.json", "evidence/locust_csv.json", "evidence/pool.json", "evidence/locks.json"),
]


def counts(folder: Path) -> tuple[int, int]:
    """Requests by Locust's own account, and by adding up the series."""
    completion = json.loads((folder / "completion.json").read_text())
    told = sum(totals["requests"] for totals in completion["locust"].values())
    added = 0
    for line in (folder / "series.jsonl").read_text().splitlines():
        cell = json.loads(line)
        added += sum(sum(cell.get(part, {}).values()) for part in ("answered", "failed", "unanswered"))
    return told, added


def test_every_shipped_scenario_is_run_here() -> None:
    shipped = {path.stem for path in (Path(__file__).parent.parent.parent / "scenarios").glob("*.yaml")}
    assert set(LENGTHS) == shipped


@pytest.mark.alone
@pytest.mark.parametrize("scenario", LENGTHS)
def test_shortened_run_is_sound_and_leaves_everything(project, scenario: str) -> None:
    outcome = project.run(scenario, "--duration", LENGTHS[scenario])
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert outcome.verdict["shortened"] is True
    assert outcome.findings("INVALID") == []
    assert [name for name in ARTEFACTS if not (outcome.folder / name).is_file()] == []
    told, added = counts(outcome.folder)
    assert told == added > 0
    plan = json.loads((outcome.folder / "plan.json").read_text())
    sent = {row["endpoint"] for row in outcome.verdict["endpoints"] if row["endpoint"] and row["requests"]}
    assert sent == {share["endpoint"] for share in plan["traffic"]}
    assert (project.reports / "load_test_results.html").is_file()
    assert json.loads((outcome.folder / "run.json").read_text())["added_s"] < 20


@pytest.mark.proof  # test_distributed.py counts workers to the request, on a toy target
@pytest.mark.alone
def test_two_workers_give_the_same_verdict(project) -> None:
    outcome = project.run("load-10", "--duration", "15s", "--workers", 2)
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    told, added = counts(outcome.folder)
    assert told == added > 0


def test_judging_again_gives_the_same_verdict(project) -> None:
    first = project.run(project.toy())
    before = (first.folder / "verdict.json").read_text()
    again = project.harness("judge", first.folder)
    assert again.status == first.status
    assert (first.folder / "verdict.json").read_text() == before
