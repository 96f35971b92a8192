"""What shows over time, on real runs of the reference target: slowness after a spike, a leak of memory."""

from __future__ import annotations

import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

SPIKE = """
name: scenario
target: embedded
traffic: {classify: 1, search: 1, taxonomy_tree: 1}
shape:
  {kind: spike, calm_users: 10, peak_users: 60, warm_up: 5s, calm: 30s, surge: 10s, hold: 10s, after: 45s}
objectives:
  - {metric: recovery, max: 10s, requirement: REQ-8}
evidence: [resources]
"""
STEADY = """
name: scenario
target: embedded
traffic: {classify: 1, search: 1, taxonomy_tree: 1}
shape: {kind: constant, users: 20, spawn_rate: 10, warm_up: 15s, duration: 65s}
objectives:
  - {metric: memory_growth, max: 20%, requirement: LOAD-012}
  - {endpoint: each, metric: latency_drift, max: 50%}
  - {endpoint: "*", metric: error_drift, max: 1%}
evidence: [resources]
"""


def finding(outcome, name: str):
    (found,) = [each for each in outcome.verdict["findings"] if each["name"] == name]
    return found


def run(project, scenario: str, fault: str):
    path = project.path / "scenario.yaml"
    path.write_text(scenario)
    return project.run(path, TARGET_FAULTS=fault)


@pytest.mark.proof
@pytest.mark.alone
def test_slowness_after_a_spike_is_reported_with_its_end(project) -> None:
    outcome = run(project, SPIKE, "slow_after_spike:20")
    assert outcome.status == ExitStatus.FAILED, outcome.stdout + outcome.stderr
    found = finding(outcome, "recovery")
    assert (found["status"], found["requirement"]) == ("FAIL", "REQ-8")
    # the crowd leaves with the drop, but counts as one while its last 2 s are looked at
    assert found["measured"] == pytest.approx(20.5, abs=2)
    assert "from the end of the surge" in found["sentence"]


@pytest.mark.proof
@pytest.mark.alone
def test_a_target_that_does_not_recover_is_told_with_the_time_it_was_watched(project) -> None:
    outcome = run(project, SPIKE, "slow_after_spike:120")
    found = finding(outcome, "recovery")
    assert (outcome.status, found["status"]) == (ExitStatus.FAILED, "FAIL")
    assert "not recovered in the 45 s that it was watched" in found["sentence"]


def test_a_leak_of_memory_is_found_and_nothing_else_drifts(project) -> None:
    # 10 requests a second of 200 kB each: 2 MB/s onto about 90 MB
    outcome = run(project, STEADY, "memory_leak:200")
    assert outcome.status == ExitStatus.FAILED, outcome.stdout + outcome.stderr
    failed = [each["name"] for each in outcome.verdict["findings"] if each["status"] == "FAIL"]
    assert failed == ["memory_growth"]
    found = finding(outcome, "memory_growth")
    assert found["measured"] > 0.5
    assert "an hour at the end" in found["sentence"]


@pytest.mark.proof
@pytest.mark.alone
def test_a_healthy_target_is_not_accused(project) -> None:
    outcome = run(project, STEADY, "")
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert finding(outcome, "memory_growth")["status"] == "PASS"
    little = finding(outcome, "Little's law")
    assert little["status"] == "PASS", little["sentence"]
