"""Results for the tests of the reports: realistic, empty, interrupted, hostile. Deterministic."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from harness.model.evidence import Evidence
from harness.model.plan import EnvironmentKind, Plan, Shape, Target, TrafficShare
from harness.model.result import Result
from harness.model.run import Completion, Environment, Run, RunEvent, TargetState, Totals
from harness.model.sla import Reference
from harness.model.stage import Schedule, Stage
from harness.model.verdict import (
    Chart,
    CrossCheck,
    EndpointRow,
    FailureRow,
    Finding,
    Interval,
    StageMark,
    Status,
    TimelinePoint,
    Verdict,
)

P95_OF = {
    "POST /reflection/analyze": (0.212, 1.0),
    "POST /reflection/batch": (6.41, 10.0),
    "POST /consolidation/run": (1.12, 3.0),
    "POST /consolidation/dry-run": (0.684, 2.0),
    "POST /classify": (0.093, 1.0),
    "POST /search": (0.148, 1.0),
    "GET /taxonomy/{version}/tree": (0.041, 1.0),
}
"""Usual P95 of each endpoint of the realistic results, and its limit, in seconds."""

CALM = (Stage(name="warm-up", duration_s=20, start_level=0, end_level=50, judged=False),)
STEADY = (*CALM, Stage(name="steady", duration_s=300, start_level=50, end_level=50))
SPIKE = (
    Stage(name="calm", duration_s=60, start_level=10, end_level=10),
    Stage(name="empty", duration_s=5, start_level=0, end_level=0, judged=False),
    Stage(name="surge", duration_s=10, start_level=0, end_level=100),
    Stage(name="hold", duration_s=60, start_level=100, end_level=100),
    Stage(name="calm again", duration_s=60, start_level=10, end_level=10),
)


@dataclass(frozen=True)
class Course:
    """The pooled course of a made-up run."""

    schedule: Schedule
    step_s: float
    seed: int

    def timeline(self) -> tuple[TimelinePoint, ...]:
        return tuple(self._point(number * self.step_s) for number in range(self.steps))

    @property
    def steps(self) -> int:
        return int(self.schedule.duration_s / self.step_s)

    def noise(self, t_s: float, salt: int = 0) -> float:
        return random.Random(f"{self.seed} {salt} {t_s}").gauss(1.0, 0.09)

    def pressure(self, t_s: float) -> float:
        """About 1 at 50 users."""
        return 0.55 + 0.45 * (self.schedule.level_at(t_s) / 50) ** 1.6

    def _point(self, t_s: float) -> TimelinePoint:
        level = self.schedule.level_at(t_s)
        rate = max(0.0, level * 0.49 * self.noise(t_s))
        slow = self.pressure(t_s) * self.noise(t_s, 1)
        empty = level < 1
        return TimelinePoint(
            t_s=t_s,
            users=float(round(level)),
            planned=level,
            rate_per_s=rate,
            failures_per_s=rate * 0.02 * max(0.0, self.noise(t_s, 2) - 1.08) * 10,
            p50_s=None if empty else 0.084 * slow,
            p95_s=None if empty else 0.61 * slow,
            p99_s=None if empty else 0.98 * slow * max(1, self.noise(t_s, 3)),
        )

    def endpoint_p95_s(self) -> dict[str, tuple[float | None, ...]]:
        return {
            endpoint: tuple(
                self._endpoint_value(number * self.step_s, salt, usual) for number in range(self.steps)
            )
            for salt, (endpoint, (usual, _)) in enumerate(P95_OF.items(), start=10)
        }

    def _endpoint_value(self, t_s: float, salt: int, usual: float) -> float | None:
        """None where so few requests are sent that the endpoint was not hit in this step."""
        hit = random.Random(f"{salt} {t_s}").random() < 0.06 * self.schedule.level_at(t_s) / (1 + salt % 3)
        drift = 1 + 0.12 * math.sin(t_s / 40 + salt)
        return usual * self.pressure(t_s) * self.noise(t_s, salt) * drift if hit else None

    def charts(self) -> tuple[Chart, ...]:
        t_s = tuple(float(t) for t in range(0, int(self.schedule.duration_s), max(2, int(self.step_s))))
        cpu = {
            "target": tuple(0.31 * self.pressure(t) * self.noise(t, 20) for t in t_s),
            "database": tuple(0.17 * self.pressure(t) * self.noise(t, 21) for t in t_s),
            "generator": tuple(0.06 * self.noise(t, 22) for t in t_s),
        }
        memory = {"api worker": tuple((212 + t / 40 + 3 * self.noise(t, 23)) * 2.0**20 for t in t_s)}
        pool = {
            "in use": tuple(
                None if 90 < t < 100 else min(1.0, 0.42 * self.pressure(t) * self.noise(t, 24)) for t in t_s
            )
        }
        return (
            Chart(title="CPU of the host, by part", unit="ratio", t_s=t_s, lines=cpu, limit=0.8),
            Chart(title="Memory", unit="bytes", t_s=t_s, lines=memory, limit=2.0 * 2**30),
            Chart(title="Connection pool in use", unit="ratio", t_s=t_s, lines=pool, limit=0.8),
        )


def rows(schedule: Schedule) -> tuple[EndpointRow, ...]:
    found = []
    for span in schedule.spans:
        slow = 0.55 + 0.45 * (span.stage.end_level / 50) ** 1.6
        length = span.end_s - span.start_s
        for number, endpoint in enumerate((None, *P95_OF)):
            usual = P95_OF[endpoint][0] if endpoint else 0.62
            requests = int(length * span.stage.peak_level * 0.49 / (1 if endpoint is None else 4 + number))
            some = requests > 0
            found.append(
                EndpointRow(
                    stage=span.stage.name,
                    endpoint=endpoint,
                    judged=span.stage.judged,
                    requests=requests,
                    failures=3 if endpoint is None and some else int(number == 2 and some) * 3,
                    unanswered=0,
                    rate_per_s=requests / length,
                    error_ratio=3 / requests if some and number in {0, 2} else (0.0 if some else None),
                    p50_s=usual * slow * 0.44 if some else None,
                    p95_s=usual * slow if some else None,
                    p99_s=usual * slow * 1.4 if some else None,
                    mean_s=usual * slow * 0.5 if some else None,
                    max_s=usual * slow * 2.1 if some else None,
                )
            )
    return tuple(found)


def objective(
    metric: str, endpoint: str | None, measured: float | None, limit: float, unit: str, **more: object
) -> Finding:
    failed = measured is not None and measured > limit
    values: dict[str, object] = {
        "kind": "objective",
        "name": f"{metric} {endpoint}" if endpoint else metric,
        "status": Status.FAIL if failed else Status.PASS,
        "sentence": f"{metric} of {endpoint or 'the target'} stayed within its limit",
        "endpoint": endpoint,
        "metric": metric,
        "measured": measured,
        "limit": limit,
        "comparison": "at_most",
        "unit": unit,
        "confidence": "proven",
        "requirement": "REQ-6",
        "source": "scenarios/load-50.yaml:14:5",
        **more,
    }
    return Finding.model_validate(values)


def passing_findings() -> tuple[Finding, ...]:
    found = []
    for endpoint, (p95, limit) in P95_OF.items():
        for metric, share, times in (("p50", 0.44, 0.5), ("p95", 1.0, 1.0), ("p99", 1.4, 2.0)):
            value = p95 * share
            low, high = value * 0.93, value * 1.08
            found.append(
                objective(
                    metric,
                    endpoint,
                    value,
                    limit * times,
                    "s",
                    samples=1436,
                    interval=Interval(low=low, high=high),
                    requirement="REQ-1",
                    source="scenarios/sla/phase3.yaml:3:5",
                )
            )
    found += [
        objective("p95", "POST /search", 0.148, 0.183, "s", reference=0.122, samples=1436),
        objective("error_rate", None, 0.00043, 0.01, "ratio", samples=7043),
        objective("pool_use", None, 0.46, 0.8, "ratio", requirement="REQ-11", confidence=""),
        objective(
            "throughput",
            None,
            121.4,
            100.0,
            "per_s",
            comparison="at_least",
            status=Status.PASS,
            confidence="",
        ),
    ]
    checks = {
        "requests were sent": "7,043 requests in 300 s of judged stages",
        "every endpoint was hit": "7 of 7 endpoints of the traffic, the rarest 142 times",
        "planned load was reached": "50 of 50 users during 100 % of the judged seconds",
        "the generator was not saturated": "at most 0.31 of one core, event loop at most 11 ms late",
        "counts agree": "7,412 requests recorded and counted by Locust",
    }
    found += [
        Finding(kind="validity", name=name, status=Status.PASS, sentence=text)
        for name, text in checks.items()
    ]
    return tuple(found)


def attention_findings() -> tuple[Finding, ...]:
    batch = "POST /reflection/batch"
    return (
        objective(
            "p95",
            batch,
            12.4,
            10.0,
            "s",
            sentence=(
                "P95 of POST /reflection/batch was 12.4 s, 24 % above its limit of 10 s; "
                "the slowest minute was 3:00 to 4:00 with 14.1 s"
            ),
            mend="look at the statements of this endpoint: `SELECT … FROM execution_log` took 71 % of it",
            interval=Interval(low=11.6, high=13.3),
            samples=412,
            requirement="REQ-5",
            evidence=("series.jsonl", "evidence/statements.json"),
            source="scenarios/sla/phase3.yaml:4:28",
        ),
        objective(
            "p95",
            "POST /consolidation/run",
            1.12,
            0.98,
            "s",
            status=Status.INCONCLUSIVE,
            reference=0.65,
            sentence="only 17 answers in the judged stages; a P95 needs at least 20",
            mend="run it longer: about 25 s more at this rate",
            confidence="not proven, needs about 3 requests (25 s at this rate)",
            interval=Interval(low=0.81, high=None),
            samples=17,
            evidence=("series.jsonl",),
        ),
        Finding(
            kind="remark",
            name="consolidation found no work",
            status=Status.WARN,
            sentence="38 of 210 answers of POST /consolidation/run removed, merged and archived nothing",
            mend="raise the top-up of the data set, or lower the weight of this endpoint",
            evidence=("series.jsonl",),
        ),
    )


def realistic(
    *,
    failing: bool = False,
    stages: tuple[Stage, ...] = STEADY,
    step_s: float = 1.0,
    scenario: str = "load-50",
    interrupted: bool = False,
    shortened: bool = False,
) -> Result:
    """A run as it is on a good day, or with broken promises when `failing`."""
    schedule = Schedule(stages=stages)
    course = Course(schedule=schedule, step_s=step_s, seed=7)
    status = Status.FAIL if failing else Status.PASS
    summary = (
        "P95 of POST /reflection/batch was 12.4 s, above its limit of 10 s (REQ-5)"
        if failing
        else "all 25 objectives were kept, none closer to its limit than P95 of POST /search (81 %)"
    )
    verdict = Verdict(
        status=status,
        exit_status=130 if interrupted else int(failing),
        summary=summary,
        scenario=scenario,
        run_id=f"{scenario}-20251123-061702",
        interrupted=interrupted,
        shortened=shortened,
        reference=Reference(
            scenario="load-10",
            run_id="load-10-20251123-055811",
            why="the newest sound run of load-10 in this environment",
        ),
        findings=(*(attention_findings() if failing else ()), *passing_findings()),
        stages=tuple(
            StageMark(name=s.stage.name, start_s=s.start_s, end_s=s.end_s, judged=s.stage.judged)
            for s in schedule.spans
        ),
        endpoints=rows(schedule),
        failures=failure_rows() if failing else (),
        timeline=course.timeline(),
        step_s=step_s,
        endpoint_p95_s=course.endpoint_p95_s(),
        charts=course.charts(),
        cross_checks=cross_checks(),
        headline={
            "requests": 7043,
            "rate_per_s": 23.48,
            "error_ratio": 0.00043,
            "p95_s": 0.618,
            "peak_users": schedule.peak_level,
            "judged_s": 300,
        },
    )
    return Result(
        folder=f"reports/{verdict.run_id}",
        plan=plan(schedule, scenario=scenario, shortened=shortened),
        run=run(verdict.run_id, scenario=scenario, interrupted=interrupted),
        evidence=evidence(),
        verdict=verdict,
    )


def failure_rows() -> tuple[FailureRow, ...]:
    return (
        FailureRow(
            endpoint="POST /reflection/batch", cause="504 Gateway Timeout", count=2, first_s=184, last_s=231
        ),
        FailureRow(
            endpoint="POST /reflection/batch",
            cause="wrong answer: analyzed_cases is 0",
            count=1,
            first_s=207,
            last_s=207,
        ),
    )


def cross_checks() -> tuple[CrossCheck, ...]:
    note = "Locust rounds 182 ms to 180 ms"
    return (
        CrossCheck(name="p95 POST /search", measured=0.148, csv_measured=0.15, unit="s", agrees=True),
        CrossCheck(name="p95 POST /classify", measured=0.093, csv_measured=None, unit="s", agrees=True),
        CrossCheck(
            name="p95 POST /search against load-10",
            measured=0.182,
            csv_measured=0.18,
            unit="s",
            agrees=False,
            note=note,
        ),
    )


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


def empty() -> Result:
    """A run whose target never became ready: no load, no series, nothing measured."""
    finding = Finding(
        kind="validity",
        name="requests were sent",
        status=Status.INVALID,
        sentence="the load never began: the target did not answer /healthz within 60 s",
        mend="see target.log; start the target by hand with `python -m target`",
        evidence=("target.log",),
    )
    verdict = Verdict(
        status=Status.INVALID,
        exit_status=4,
        summary=finding.sentence,
        scenario="load-10",
        run_id="load-10-20251123-070000",
        interrupted=False,
        shortened=False,
        findings=(finding,),
        headline={"requests": 0, "rate_per_s": None, "error_ratio": None, "p95_s": None},
    )
    return Result(
        folder="reports/load-10-20251123-070000",
        plan=plan(Schedule(stages=STEADY), scenario="load-10"),
        run=Run(
            run_id=verdict.run_id,
            scenario="load-10",
            command="make load-10",
            started_at="2025-11-23T07:00:00+00:00",
            environment=machine(),
            problems=("target.log: port 8000 is taken; stop what listens there, or set TARGET_PORT",),
        ),
        evidence=(),
        verdict=verdict,
    )


HOSTILE = (
    "POST /<script>alert(1)</script><!--</script>\"'&|`@all` #1 [x](javascript:alert(1)) *b* "
    "ünï\u202e\x1b[31m日本"
)
"""A name that tries to leave every format it is written in."""


def hostile() -> Result:
    """A result in which every text that comes from outside tries to break out, or is very long."""
    result = realistic(failing=True)
    long = HOSTILE + " very-long-segment" * 20 + "x" * 200
    verdict = result.verdict.model_copy(
        update={
            "summary": f"P95 of {HOSTILE} was slow",
            "scenario": HOSTILE,
            "findings": (
                objective("p95", long, 2.0, 1.0, "s", sentence=f"{long} was slow", mend=HOSTILE).model_copy(
                    update={"evidence": ("javascript:alert(1)", "../../etc/passwd"), "requirement": HOSTILE}
                ),
                objective("p95", HOSTILE, 0.5, 1.0, "s", requirement=HOSTILE, source=HOSTILE),
            ),
            "endpoints": tuple(
                row.model_copy(update={"endpoint": long if row.endpoint else None, "stage": HOSTILE})
                for row in result.verdict.endpoints
            ),
            "failures": (FailureRow(endpoint=long, cause=long, count=1, first_s=1, last_s=2),),
            "endpoint_p95_s": {long: (0.1, None, 0.2), HOSTILE: ()},
            "stages": (StageMark(name=HOSTILE, start_s=0, end_s=320, judged=True),),
        }
    )
    run_ = result.run.model_copy(
        update={"command": f"harness run '{HOSTILE}' ```", "problems": (long,), "run_id": HOSTILE}
    )
    return Result(
        folder=f"reports/{HOSTILE}",
        plan=result.plan.model_copy(update={"scenario": HOSTILE, "description": long}),
        run=run_,
        evidence=(Evidence(collector=HOSTILE, unavailable=long, mend=long),),
        verdict=verdict,
    )
