"""Judging: a plan, its run and what they left, to a verdict. Pure: the same folder gives the same verdict."""

from __future__ import annotations

from collections.abc import Sequence

from harness.errors import ExitStatus
from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import Run
from harness.model.series import Series
from harness.model.verdict import EXIT_OF, Finding, Status, Verdict
from harness.verdict.charts import charts
from harness.verdict.checks import unsound
from harness.verdict.crosscheck import cross_checks
from harness.verdict.floor import judge_floor
from harness.verdict.material import Material, ReferenceRun
from harness.verdict.objectives import judge_objectives
from harness.verdict.remarks import judge_coverage, judge_evidence, judge_remarks
from harness.verdict.summary import summarize
from harness.verdict.system import death
from harness.verdict.tables import endpoint_rows, failure_rows, headline
from harness.verdict.timeline import shown_s, stage_marks, timeline
from harness.verdict.validity import judge_validity


def judge(
    plan: Plan, run: Run, series: Series, evidence: Sequence[Evidence], reference: ReferenceRun | None = None
) -> Verdict:
    """The verdict on one run.

    `reference` is the run of `plan.reference`, or None when the plan has none or names a stage of this run.

    The verdict is the gravest of its findings, and its exit status follows from it (`EXIT_OF`), with two
    exceptions. An interrupted run exits 130. When something of ours or of the target's plumbing broke
    (`run.problems`, or the load never began), the verdict is INVALID and exits 4, unless the target died
    under load: that explains what broke, and is a FAIL. A load that never began is judged by its problems
    alone.
    """
    material = Material.of(plan, run, series, evidence, reference)
    findings = _findings(material)
    status = min((f.status for f in findings if f.status is not Status.NOT_JUDGED), key=lambda s: s.gravity)
    figures, axis = headline(material.recording), timeline(material.recording)
    limits = {
        f.metric: f.limit for f in findings if f.kind == "objective" and f.metric and f.limit is not None
    }
    return Verdict(
        status=status,
        exit_status=_exit_status(material, status),
        summary=summarize(
            status, findings, figures, death=death(run, material.evidence), qualifier=_qualifier(plan, run)
        ),
        scenario=plan.scenario,
        run_id=run.run_id,
        interrupted=run.interrupted,
        shortened=plan.shortened,
        reference=plan.reference,
        findings=tuple(findings),
        stages=stage_marks(material.recording),
        endpoints=endpoint_rows(material.recording, _endpoints(material)),
        failures=failure_rows(material.recording),
        timeline=axis.points,
        step_s=axis.step_s,
        endpoint_p95_s=axis.endpoint_p95_s,
        charts=charts(
            material.evidence, series, step_s=axis.step_s, end_s=shown_s(material.recording), limits=limits
        ),
        cross_checks=cross_checks(material, findings),
        headline=figures,
    )


def _findings(material: Material) -> list[Finding]:
    """Gravest first; those of one gravity in the order objectives, validity, evidence, remarks."""
    if material.run.load_start_epoch_s is None:
        return _never_began(material)
    objectives = list(judge_objectives(material))
    found = [
        *objectives,
        *judge_validity(material),
        *judge_evidence(material),
        *judge_remarks(material),
        *judge_floor(material),
        *judge_coverage(material, objectives),
    ]
    return sorted(found, key=lambda finding: finding.status.gravity)


def _never_began(material: Material) -> list[Finding]:
    problems = material.run.problems or ("the load never began, and nothing says why",)
    mend = "mend it and run again; target.log and locust.log may say more"
    return [unsound("load began", problem, "run.json", mend=mend) for problem in problems]


def _exit_status(material: Material, status: Status) -> int:
    run = material.run
    if run.interrupted:
        return int(ExitStatus.INTERRUPTED)
    if run.load_start_epoch_s is None or (run.problems and not death(run, material.evidence)):
        return int(ExitStatus.BROKEN)
    return int(EXIT_OF[status])


def _qualifier(plan: Plan, run: Run) -> str:
    words = [
        word for word, holds in (("interrupted", run.interrupted), ("shortened", plan.shortened)) if holds
    ]
    return ", ".join(words)


def _endpoints(material: Material) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*material.plan.endpoints, *material.recording.series.endpoints)))
