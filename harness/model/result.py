"""The result: plan, run, evidence and verdict of one run folder. The only thing a report may see."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import Run
from harness.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run folder, loaded."""

    folder: str
    plan: Plan
    run: Run
    evidence: tuple[Evidence, ...]
    verdict: Verdict
