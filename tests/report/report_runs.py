"""Plan, run and evidence of a made-up run."""

from __future__ import annotations

from report_course import P95_OF

from harness.model.evidence import Evidence
from harness.model.plan import EnvironmentKind, Plan, Shape, Target, TrafficShare
from harness.model.run import Completion, Environment, Run, RunEvent, TargetState, Totals
from harness.model.stage import Schedule


def evidence() -> tuple[Evidence, ...]:
    return (
        Evidence(collector="locust_csv", facts={"rows": 8}),
        Evidence(collector="resources", facts={"cpu_count": 2}),
        Evidence(
            collector="statements",
            unavailable="pg_stat_statements is not installed on the target's database",
            mend="CREATE EXTENSION pg_stat_statements",
        ),
    )


def plan(schedule: Schedule, *, scenario: str = "load-50", shortened: bool = False) -> Plan:
    """The plan of a made-up scenario."""
    return Plan(
        harness_version="0.1.0",
        scenario=scenario,
        source=f"scenarios/{scenario}.yaml",
        description="50 users for five minutes: at most half as slow again as with 10",
        requirement="REQ-6",
        target=Target(name="embedded", environment=EnvironmentKind.LOCAL),
        locustfiles=("locustfiles/search.py",),
        traffic=tuple(
            TrafficShare(key=endpoint.split("/")[-1], user_class="User", endpoint=endpoint, weight=2)
            for endpoint in P95_OF
        ),
        shape=Shape(kind="constant", parameters={"users": 50}),
        schedule=schedule,
        objectives=(),
        shortened=shortened,
        added_s=12.0,
    )


def machine() -> Environment:
    return Environment(
        hostname="builder-3",
        cpu_count=8,
        cpu_model="AMD EPYC 7763",
        memory_bytes=32 * 2**30,
        system="Linux 6.18",
        python="3.11.7",
        locust="2.43.1",
        harness="0.1.0",
        git_commit="b6398d9",
    )


def run(run_id: str, *, scenario: str = "load-50", interrupted: bool = False) -> Run:
    """A run that ended in order, or was interrupted in its course."""
    totals = {endpoint: Totals(requests=1006, failures=0) for endpoint in P95_OF}
    completion = Completion(
        reason="interrupted" if interrupted else "schedule ended",
        load_start_epoch_s=1763878622,
        load_end_epoch_s=1763878942.4,
        locust=totals,
        recorded=totals,
    )
    return Run(
        run_id=run_id,
        scenario=scenario,
        command=f"harness run scenarios/{scenario}.yaml",
        started_at="2025-11-23T06:17:02+00:00",
        ended_at="2025-11-23T06:22:36+00:00",
        load_start_epoch_s=1763878622,
        environment=machine(),
        target=TargetState(
            name="reference target",
            version="0.1.0",
            base_url="http://127.0.0.1:8000",
            environment="local",
            processes={"api": (4121,), "database": (4102,)},
            pool_size=20,
            notes={"durability": "fsync off: the data set is thrown away"},
            healthy_after=True,
        ),
        completion=completion,
        interrupted=interrupted,
        events=(RunEvent(t_s=42.0, what="data set topped up: 40 new cases"),),
        added_s=11.3,
    )
