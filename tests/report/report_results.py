"""Results for the tests of the reports: realistic, empty, interrupted, hostile. Deterministic."""

from __future__ import annotations

from report_course import P95_OF, SPIKE, STEADY, Course
from report_findings import attention_findings, objective, passing_findings
from report_runs import evidence, machine, plan, run
from report_tables import cross_checks, failure_rows, rows

from harness.model.evidence import Evidence
from harness.model.result import Result
from harness.model.run import Run
from harness.model.sla import Reference
from harness.model.stage import Schedule, Stage
from harness.model.verdict import FailureRow, Finding, StageMark, Status, Verdict

__all__ = ["HOSTILE", "P95_OF", "SPIKE", "STEADY", "empty", "hostile", "realistic"]


def findings(*, failing: bool) -> tuple[Finding, ...]:
    """What passed, and when `failing` what did not in its place."""
    grave = attention_findings() if failing else ()
    broken = {finding.name for finding in grave}
    return (*grave, *(finding for finding in passing_findings() if finding.name not in broken))


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
        findings=findings(failing=failing),
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
