"""From a run folder to its verdict and reports: all that can be repeated without running anything."""

from __future__ import annotations

from pathlib import Path

from harness.errors import ExitStatus, HarnessError
from harness.model.plan import Plan
from harness.model.result import Result
from harness.pipeline.calibrated import add_evidence
from harness.report import formats, html
from harness.run.folder import RunFolder
from harness.verdict import judging
from harness.verdict.material import ReferenceRun

LATEST_PAGE = "load_test_results.html"
"""Copy of the newest run's page, directly below `reports/`."""
GRAVEST_FIRST = (
    ExitStatus.INTERRUPTED,
    ExitStatus.BROKEN,
    ExitStatus.FAILED,
    ExitStatus.INCONCLUSIVE,
    ExitStatus.PASSED,
)
"""Which exit status of several runs counts."""


def judge(folder: RunFolder, reports: Path) -> Result:
    """Judge what lies in a run folder; write `verdict.json` and every report."""
    plan, run = folder.plan(), folder.run()
    add_evidence(folder, plan, run, reports)
    verdict = judging.judge(
        plan=plan,
        run=run,
        series=folder.series(),
        evidence=folder.evidence(),
        reference=reference_run(plan, reports),
    )
    folder.write_value("verdict.json", verdict)
    return report(folder, reports)


def report(folder: RunFolder, reports: Path) -> Result:
    """Write every report of a judged run folder."""
    result = Result(
        folder=str(folder.path),
        plan=folder.plan(),
        run=folder.run(),
        evidence=folder.evidence(),
        verdict=folder.verdict(),
    )
    for module in formats.formats().values():
        if module.FILE_NAME:
            folder.write(module.FILE_NAME, module.render(result))
    if folder.path.resolve().parent == reports.resolve():
        RunFolder(reports).write(LATEST_PAGE, html.render(result, links_from=f"{folder.run_id}/"))
    return result


def gravest(statuses: list[int]) -> int:
    """The exit status of several runs: that of the gravest; 2 when there was none."""
    known = (ExitStatus(status) for status in statuses)
    return min(known, key=GRAVEST_FIRST.index, default=ExitStatus.USAGE)


def reference_run(plan: Plan, reports: Path) -> ReferenceRun | None:
    """The run that the plan refers to; None when it refers to none, or when it is gone."""
    if plan.reference is None or plan.reference.run_id is None:
        return None
    try:
        folder = RunFolder.existing(reports / plan.reference.run_id)
        return ReferenceRun(
            run_id=folder.run_id, scenario=plan.reference.scenario, plan=folder.plan(), series=folder.series()
        )
    except HarnessError:
        return None
