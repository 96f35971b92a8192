"""The lean HTTP user under the harness: counted, drained and timed out like any other."""

from __future__ import annotations

import json

import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

LEAN = """
from harness.generator.lean.user import LeanHttpUser
from locust import constant, task


class Lean(LeanHttpUser):
    wait_time = constant(0.05)

    @task
    def visit(self) -> None:
        self.client.get("/", name="/")
"""


def test_lean_users_are_judged_like_any_other(project) -> None:
    (project.path / "lean.py").write_text(LEAN)
    outcome = project.run(project.toy(locustfile=project.path / "lean.py", user="Lean"))
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert outcome.verdict["headline"]["requests"] > 0


def test_answers_that_do_not_come_are_unanswered_and_none_is_forgotten(project) -> None:
    (project.path / "lean.py").write_text(LEAN)
    path = project.toy(locustfile=project.path / "lean.py", user="Lean", arguments=("--latency-ms", 60_000))
    outcome = project.run(path)
    assert outcome.status != ExitStatus.PASSED
    completion = json.loads((outcome.folder / "completion.json").read_text())
    (totals,) = completion["recorded"].values()
    assert totals["requests"] == totals["failures"] > 0
    assert completion["locust"] == completion["recorded"]
    (row,) = [row for row in outcome.verdict["endpoints"] if row["endpoint"] and row["stage"] == "hold"]
    assert row["unanswered"] == row["requests"] > 0
