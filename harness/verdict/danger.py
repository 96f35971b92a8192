"""Danger: the promises that would be broken if the run ended now. Shown while it runs, no verdict. Pure."""

from __future__ import annotations

from harness.model.plan import Plan
from harness.model.run import Run
from harness.model.series import Series
from harness.model.verdict import Status
from harness.verdict.material import Material, ReferenceRun
from harness.verdict.metrics import METRICS
from harness.verdict.objectives import judge_objectives


def in_danger(plan: Plan, run: Run, series: Series, reference: ReferenceRun | None) -> tuple[str, ...]:
    """Names of the promises about traffic that fail on the series so far, in the order of the plan."""
    of_traffic = tuple(o for o in plan.objectives if METRICS[o.metric].of_traffic is not None)
    shown = plan.model_copy(update={"objectives": of_traffic})
    material = Material.of(shown, run, series, (), reference)
    if not material.recording.spans(None):
        return ()
    return tuple(finding.name for finding in judge_objectives(material) if finding.status is Status.FAIL)
