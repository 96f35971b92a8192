"""Objectives: each promise of a plan held against what was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model.sla import ALL, Objective, Policy
from harness.model.verdict import Finding, Status
from harness.verdict import wording
from harness.verdict.floor import without_floor
from harness.verdict.limit import Limit, limit_of
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.metrics import METRICS, Metric
from harness.verdict.promises import expand
from harness.verdict.recording import BLOCK_S

PROVEN = "proven"


def judge_objectives(material: Material) -> Iterator[Finding]:
    """A finding of every promise of the plan, in its order."""
    unplanned = [name for name in material.recording.series.endpoints if name not in material.plan.endpoints]
    for objective in expand(material.plan.objectives, [*material.plan.endpoints, *unplanned]):
        yield without_floor(material, objective, judge_objective(material, objective))


def judge_objective(material: Material, objective: Objective) -> Finding:
    """The finding of one promise of one endpoint, or of all pooled."""
    metric = METRICS.get(objective.metric)
    if metric is None:
        raise ValueError(f"unknown metric '{objective.metric}'; see `harness list metrics`")
    if objective.stage is not None and not material.recording.spans(objective.stage):
        unreached = Measurement(
            too_few=f"stage '{objective.stage}' was not reached", mend="run it to its end"
        )
        return _unjudged(material, objective, metric, unreached)
    measured = metric.measure(material, objective)
    value = measured.value
    if value is None:
        return _unjudged(material, objective, metric, measured)
    limit = limit_of(material, objective, metric)
    if isinstance(limit, Measurement):
        return _unjudged(material, objective, metric, limit, measured)
    return _decided(objective, metric, measured, value, limit)


def _decided(
    objective: Objective, metric: Metric, measured: Measurement, value: float, limit: Limit
) -> Finding:
    counted_as = value if limit.floor is None else max(value, limit.floor)
    kept = not measured.broken and limit.keeps(counted_as, limit.value)
    proof = "" if measured.broken or not measured.has_confidence else proof_of(measured, limit, kept=kept)
    status = by_policy(objective.policy, kept=kept, proof=proof)
    if status is Status.FAIL and measured.doubtful:
        status = Status.INCONCLUSIVE if objective.policy is Policy.STRICT else Status.WARN
    saved = kept and limit.without_floor is not None and not limit.keeps(value, limit.without_floor)
    if saved and status is Status.PASS:
        status = Status.WARN
    return Finding(
        **identity(objective, metric),
        status=status,
        sentence=wording.decided(objective, metric, measured, limit, saved=saved),
        measured=value,
        limit=limit.value,
        comparison=limit.comparison,
        reference=limit.reference,
        samples=measured.samples,
        interval=measured.interval,
        confidence=proof,
        mend=""
        if status is Status.PASS
        else measured.mend or wording.mend(objective, kept=kept, saved=saved),
        evidence=measured.files if limit.reference is None else (*measured.files, *limit.files),
    )


def by_policy(policy: Policy, *, kept: bool, proof: str) -> Status:
    """Status of a promise under its policy; an empty `proof` means that confidence has no meaning for it.

    `point` looks at the point estimate alone. `proven` fails only what is proven to be over the limit and
    warns of all that is undecided. `strict` fails what the point estimate fails, and passes only what is
    proven.
    """
    unproven = bool(proof) and proof != PROVEN
    if unproven and policy is Policy.PROVEN:
        return Status.WARN
    if unproven and kept and policy is Policy.STRICT:
        return Status.INCONCLUSIVE
    return Status.PASS if kept else Status.FAIL


def proof_of(measured: Measurement, limit: Limit, *, kept: bool) -> str:
    """`proven` when the interval clears the limit, else what would settle it, in words."""
    interval = measured.interval
    if interval is None:
        return f"not proven, seen for less than two time blocks of {BLOCK_S:g} s"
    worst = interval.high if (limit.comparison == "at_most") is kept else interval.low
    sure = limit.surely_kept if kept else limit.surely_broken
    if worst is not None and sure is not None and limit.keeps(worst, sure) is kept:
        return PROVEN
    if limit.reference is not None and _reference_decides(measured, limit, sure, worst, kept=kept):
        return "not proven, the reference is too uncertain; run it for longer"
    return f"not proven, {measured.needed(limit.value if sure is None else sure)}"


def _reference_decides(
    measured: Measurement, limit: Limit, sure: float | None, worst: float | None, *, kept: bool
) -> bool:
    """Whether a better reference is what is lacking, since more requests of this run would not settle it."""
    if sure is None or measured.value is None:
        return True
    settled = worst is not None and limit.keeps(worst, limit.value) is kept
    return settled or limit.keeps(measured.value, sure) is not kept


def _unjudged(
    material: Material,
    objective: Objective,
    metric: Metric,
    lacking: Measurement,
    measured: Measurement | None = None,
) -> Finding:
    """The finding of a promise for which something is lacking; `measured` is what is there all the same."""
    shortened = material.plan.shortened and bool(lacking.too_few)
    return Finding(
        **identity(objective, metric),
        status=Status.NOT_JUDGED if shortened else Status.INCONCLUSIVE,
        sentence=wording.unjudged(objective, metric, lacking, measured, shortened=shortened),
        measured=None if measured is None else measured.value,
        limit=objective.at_most if objective.at_least is None else objective.at_least,
        comparison="at_most" if objective.at_least is None else "at_least",
        samples=lacking.samples if measured is None else measured.samples,
        interval=None if measured is None else measured.interval,
        mend="run it at full length" if shortened else lacking.mend,
        evidence=lacking.files,
    )


def identity(objective: Objective, metric: Metric) -> dict[str, Any]:
    """The fields of a finding that come from the promise alone."""
    parts = [metric.name]
    if metric.of_traffic is not None:
        parts.append(objective.endpoint)
    if objective.stage is not None:
        parts.append(f"in {objective.stage}")
    if objective.relative_to is not None:
        parts.append(f"vs {objective.relative_to}")
    return {
        "kind": "objective",
        "name": " ".join(parts),
        "endpoint": None if objective.endpoint == ALL else objective.endpoint,
        "metric": metric.name,
        "stage": objective.stage,
        "unit": metric.unit,
        "requirement": objective.requirement,
        "source": objective.source,
    }
