"""Each fault of the reference target makes the right objective fail. Clean twin: test_scenarios.py."""

from __future__ import annotations

import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

FAULTS = {
    "bursts of 500s break the error rate": ("load-10", "error_burst", {"error_rate"}),
    "a slow statement breaks the latency of search": ("load-10", "slow_statement", {"p50", "p95"}),
    "a crash breaks alive": ("load-10", "crash:8s", {"alive"}),
    "a blocked event loop breaks latencies": ("load-10", "blocking_loop", {"p50", "p95", "p99"}),
    "answers that lie break the error rate": ("load-10", "lying_success", {"error_rate"}),
    "a small pool breaks the pool's use": ("load-50", "small_pool", {"pool_use", "error_rate"}),
}


@pytest.mark.parametrize(("scenario", "fault", "metrics"), FAULTS.values(), ids=FAULTS)
def test_fault_breaks_its_objective(project, scenario: str, fault: str, metrics: set[str]) -> None:
    outcome = project.run(scenario, "--duration", "20s", TARGET_FAULTS=fault)
    assert outcome.status == ExitStatus.FAILED, outcome.stdout + outcome.stderr
    failed = {finding["metric"] for finding in outcome.verdict["findings"] if finding["status"] == "FAIL"}
    assert failed & metrics, outcome.verdict["summary"]
    assert outcome.verdict["summary"].startswith("FAIL")
