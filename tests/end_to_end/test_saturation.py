"""A saturated generator is INVALID, an idle one is not, and what it adds itself is told apart."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ExitStatus

HERE = Path(__file__).parent
pytestmark = [pytest.mark.slow, pytest.mark.alone]

SCENARIO = """
name: {name}
target:
  command: [{python}, -m, harness.run.null_server]
  environment: local
  health_path: /
locustfiles: [{locustfile}]
traffic: {{{user}: 1}}
shape: {{kind: constant, users: {users}, spawn_rate: 50, warm_up: 2s, duration: 10s}}
request_timeout: 5s
objectives:
  - {{metric: p50, max: {p50}}}
"""


def scenario(project, name: str, user: str, users: int, *, p50: str = "500ms") -> Path:
    path = project.path / f"{name}.yaml"
    text = SCENARIO.format(
        name=name,
        python=sys.executable,
        locustfile=HERE / "user_saturating.py",
        user=user,
        users=users,
        p50=p50,
    )
    path.write_text(text)
    return path


def the(verdict: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (finding for finding in verdict["findings"] if finding["name"] == name)
    return found


def test_fifty_plain_users_without_think_time_on_an_instant_server_are_invalid(project) -> None:
    outcome = project.run(scenario(project, "busy", "Busy", 50))
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    found = the(outcome.verdict, "generator not saturated")
    assert found["status"] == outcome.verdict["status"] == "INVALID"
    assert "the generator was saturated" in outcome.stdout
    for advice in ("fewer users per worker", "more workers", "--workers"):
        assert advice in found["mend"]
        assert advice in " ".join(outcome.stdout.split())


def test_five_fast_users_with_think_time_are_not(project) -> None:
    outcome = project.run(scenario(project, "calm", "Calm", 5))
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert the(outcome.verdict, "generator not saturated")["status"] == "PASS"
    missing = the(outcome.verdict, "generator floor")
    assert missing["status"] == "NOT_JUDGED"
    assert missing["mend"] == f"harness calibrate {project.path / 'calm.yaml'}"


@pytest.mark.proof  # shorter cases of it: tests/verdict, tests/run
def test_a_failure_that_the_generators_floor_explains_is_invalid(project) -> None:
    """The target is a null server too: all that is measured is the floor."""
    told = project.harness(
        "calibrate", scenario(project, "floor", "Calm", 5), "--reports", project.reports, "--hold", "6s"
    )
    assert told.status == 0, told.stderr
    assert "5 users: " in told.stdout
    assert "GET /" in told.stdout
    (kept,) = (project.reports / "calibration").iterdir()
    assert f"kept in {kept}" in told.stdout
    (level,) = json.loads(kept.read_text())["levels"]
    # 5 users that wait 0.1 s send just under 50 requests a second
    assert 35 < level["rate_per_s"] < 50
    assert level["pooled"]["requests"] > 200

    # Half the floor is promised: broken, though without the floor about nothing would be left.
    limit = f"{level['pooled']['p50_s'] / 2 * 1000:.4f}ms"
    outcome = project.run(scenario(project, "floor", "Calm", 5, p50=limit))
    found = the(outcome.verdict, "p50 *")
    assert (found["status"], outcome.status) == ("INVALID", ExitStatus.INCONCLUSIVE), outcome.stdout
    assert "the generator itself adds up to" in found["sentence"]

    alone = project.path / "elsewhere" / outcome.folder.name
    shutil.copytree(outcome.folder, alone)
    assert project.harness("judge", alone).status == ExitStatus.INCONCLUSIVE
    (alone / "evidence" / "calibration.json").unlink()
    assert project.harness("judge", alone).status == ExitStatus.FAILED
