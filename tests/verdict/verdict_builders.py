"""Builders of small plans, runs and series with known figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from harness.model.buckets import bucket_of
from harness.model.evidence import Evidence
from harness.model.histogram import Histogram
from harness.model.plan import Plan, Shape, Target, TrafficShare
from harness.model.run import Completion, Environment, Run, TargetState, Totals
from harness.model.series import Cell, Second, Series, Window
from harness.model.sla import Objective, Reference
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Verdict
from harness.verdict.judging import judge

START = 1_763_877_600
SEARCH, CLASSIFY = "POST /search", "POST /classify"

STEADY = Schedule(
    stages=(
        Stage(name="warm-up", duration_s=20, start_level=10, end_level=10, judged=False),
        Stage(name="hold", duration_s=100, start_level=10, end_level=10),
    )
)
"""20 s of warm-up and 100 judged seconds at 10 users: ten time blocks."""


def histogram(latencies_s: Iterable[float]) -> Histogram:
    counts: dict[int, int] = {}
    for latency_s in latencies_s:
        bucket = bucket_of(round(latency_s * 1e6))
        counts[bucket] = counts.get(bucket, 0) + 1
    return Histogram(counts)


def cell(
    t_s: int,
    answered: Iterable[float] = (),
    *,
    endpoint: str = SEARCH,
    failed: Iterable[float] = (),
    unanswered: Iterable[float] = (),
    cause: str = "500 Internal Server Error",
    status: int = 500,
    remarks: Mapping[str, int] | None = None,
) -> Cell:
    failed, unanswered = list(failed), list(unanswered)
    statuses = {status: len(failed)} if failed else {}
    causes = {cause: len(failed)} if failed else {}
    if unanswered:
        causes["timed out"], statuses[0] = len(unanswered), len(unanswered)
    return Cell(
        t_s=t_s,
        endpoint=endpoint,
        answered=histogram(answered),
        failed=histogram(failed),
        unanswered=histogram(unanswered),
        causes=causes,
        statuses=statuses,
        remarks=remarks or {},
    )


def steady_cells(
    latency_s: float | Callable[[int], float] = 0.1,
    *,
    rate: int = 10,
    endpoint: str = SEARCH,
    seconds: Iterable[int] = range(120),
) -> list[Cell]:
    """`rate` right answers a second; the latency may be a function of the request's number."""
    cells = []
    for index, t_s in enumerate(seconds):
        numbers = range(index * rate, (index + 1) * rate)
        cells.append(
            cell(
                t_s, [latency_s(n) if callable(latency_s) else latency_s for n in numbers], endpoint=endpoint
            )
        )
    return cells


def healthy_seconds(
    schedule: Schedule = STEADY, *, until_s: int | None = None, **changes: Any
) -> list[Second]:
    """The generator's record of a run that kept its schedule."""
    end_s = int(schedule.duration_s) if until_s is None else until_s
    usual: dict[str, Any] = {"cpu_ratio": 0.2, "loop_lag_s": 0.002, "run_delay_ratio": 0.01}
    if schedule.unit == "arrivals_per_s":
        usual |= {"offered": 10, "sent": 10, "dropped": 0, "late_p99_s": 0.001, "in_flight": 2}
    usual |= changes
    return [
        Second(t_s=t_s, process="main", users=round(schedule.level_at(t_s)), **usual) for t_s in range(end_s)
    ]


def plan(
    *objectives: Objective,
    schedule: Schedule = STEADY,
    endpoints: Sequence[str] = (SEARCH,),
    evidence: Sequence[str] = (),
    **changes: Any,
) -> Plan:
    shares = tuple(
        TrafficShare(key=name.rsplit("/", 1)[-1], user_class="User", endpoint=name, weight=1)
        for name in endpoints
    )
    usual: dict[str, Any] = {
        "harness_version": "0",
        "scenario": "load-10",
        "source": "scenarios/load-10.yaml",
        "target": Target(name="embedded"),
        "locustfiles": ("locustfiles",),
        "shape": Shape(kind="constant"),
        "added_s": 10.0,
    }
    return Plan(
        traffic=shares,
        schedule=schedule,
        objectives=objectives,
        evidence=tuple(evidence),
        **(usual | changes),
    )


def totals(cells: Iterable[Cell]) -> dict[str, Totals]:
    by_endpoint: dict[str, list[Cell]] = {}
    for each in cells:
        by_endpoint.setdefault(each.endpoint, []).append(each)
    windows = {endpoint: Window.of(found, seconds=1) for endpoint, found in by_endpoint.items()}
    return {
        name: Totals(requests=window.requests, failures=window.failures) for name, window in windows.items()
    }


def completion(cells: Iterable[Cell], *, end_s: float = 120.0, **changes: Any) -> Completion:
    counted = totals(cells)
    usual: dict[str, Any] = {
        "reason": "schedule ended",
        "load_start_epoch_s": START,
        "load_end_epoch_s": START + end_s,
        "locust": counted,
        "recorded": counted,
    }
    return Completion(**(usual | changes))


def target_state(**changes: Any) -> TargetState:
    usual: dict[str, Any] = {"name": "embedded", "base_url": "http://127.0.0.1:1", "healthy_after": True}
    return TargetState(**(usual | changes))


def run(ended: Completion | None, **changes: Any) -> Run:
    environment = Environment(
        hostname="host",
        cpu_count=2,
        cpu_model="cpu",
        memory_bytes=2**32,
        system="Linux",
        python="3.11",
        locust="2",
        harness="0",
    )
    usual: dict[str, Any] = {
        "run_id": "load-10-1",
        "scenario": "load-10",
        "command": "make load-10",
        "started_at": "2026-01-01T00:00:00+00:00",
        "load_start_epoch_s": START,
        "environment": environment,
        "target": target_state(),
        "locust_exit_status": 0,
        "completion": ended,
    }
    return Run(**(usual | changes))


def verdict_of(
    cells: Sequence[Cell],
    *objectives: Objective,
    seconds: Sequence[Second] | None = None,
    evidence: Sequence[Evidence] = (),
    reference: Any = None,
    run_changes: Mapping[str, Any] | None = None,
    completion_changes: Mapping[str, Any] | None = None,
    planned_reference: Reference | None = None,
    plan_evidence: Sequence[str] = (),
    **plan_changes: Any,
) -> Verdict:
    """The verdict on a run that is sound but for what the arguments change."""
    planned = plan(*objectives, reference=planned_reference, evidence=plan_evidence, **plan_changes)
    schedule = planned.schedule
    series = Series(
        cells=tuple(cells), seconds=tuple(healthy_seconds(schedule) if seconds is None else seconds)
    )
    ended = completion(cells, end_s=schedule.duration_s, **(completion_changes or {}))
    happened = run(ended, **{"scenario": planned.scenario, **(run_changes or {})})
    return judge(planned, happened, series, evidence, reference)


def finding(verdict: Verdict, name: str) -> Finding:
    found = [each for each in verdict.findings if each.name == name]
    assert len(found) == 1, f"{name!r} not once among {[each.name for each in verdict.findings]}"
    return found[0]
