"""The material that is judged: a plan, its run and what they left, loaded by somebody else. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import Run
from harness.model.series import Series
from harness.verdict.recording import Recording

ORDERLY = "schedule ended"
"""The reason of a completion that ended in order."""
INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True)
class ReferenceRun:
    """A sound earlier run that relative objectives refer to."""

    run_id: str
    scenario: str
    plan: Plan
    series: Series


@dataclass(frozen=True, kw_only=True)
class ReferenceStretch:
    """Where reference values are read: the judged stages of another run, or one stage of this one."""

    scenario: str
    recording: Recording
    stage: str | None
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that is judged."""

    plan: Plan
    run: Run
    recording: Recording
    evidence: Mapping[str, Evidence]
    """By collector."""
    reference: ReferenceStretch | None

    @classmethod
    def of(
        cls,
        plan: Plan,
        run: Run,
        series: Series,
        evidence: Sequence[Evidence],
        reference: ReferenceRun | None,
    ) -> Material:
        """What `judge` was handed, put together."""
        recording = Recording(schedule=plan.schedule, series=series, ended_s=ended_s(plan, run, series))
        return cls(
            plan=plan,
            run=run,
            recording=recording,
            evidence={piece.collector: piece for piece in evidence},
            reference=_stretch(plan, recording, reference),
        )


def ended_s(plan: Plan, run: Run, series: Series) -> float:
    """Second of the load up to which it is judged: its planned end, or where it stopped short of it.

    Without a completion the last second in which a request started is all that is known.
    """
    planned_s = plan.schedule.duration_s
    if run.completion is None:
        return min(planned_s, 0.0 if series.last_s is None else series.last_s + 1.0)
    if run.completion.reason == ORDERLY:
        return planned_s
    return min(planned_s, max(0.0, run.completion.load_end_epoch_s - run.completion.load_start_epoch_s))


def _stretch(plan: Plan, recording: Recording, reference: ReferenceRun | None) -> ReferenceStretch | None:
    if plan.reference is not None and plan.reference.stage is not None:
        return ReferenceStretch(
            scenario=plan.reference.scenario,
            recording=recording,
            stage=plan.reference.stage,
            files=("series.jsonl",),
        )
    if reference is None:
        return None
    schedule = reference.plan.schedule
    return ReferenceStretch(
        scenario=reference.scenario,
        recording=Recording(schedule=schedule, series=reference.series, ended_s=schedule.duration_s),
        stage=None,
        files=(f"../{reference.run_id}/series.jsonl",),
    )
