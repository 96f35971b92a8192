"""What is known of the generator, copied into the folder of a run, so that the folder alone can be judged."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path

from harness.model.calibration import EVIDENCE, Calibration
from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import Run
from harness.run import calibration
from harness.run.folder import RunFolder

REPEATED_OPTIONS = ("--users", "--workers")
"""Options of a run that its calibration needs as well."""


def add_evidence(folder: RunFolder, plan: Plan, run: Run, reports: Path) -> None:
    """Copy what is known of the generator into a run folder that does not have it yet."""
    if run.load_start_epoch_s is None:
        return
    wanted = calibration.levels_of(plan)
    own = next((piece for piece in folder.evidence() if piece.collector == EVIDENCE), None)
    if own and own.available and _covers(Calibration.model_validate(own.facts), wanted):
        return
    known = calibration.kept(reports, calibration.empty(plan, run.environment))
    if own and own.available and not known.levels:
        return
    folder.file("evidence").mkdir(exist_ok=True)
    folder.write_value(f"evidence/{EVIDENCE}.json", _evidence(known, wanted, _command(plan, run)))


def _covers(known: Calibration, levels: tuple[float, ...]) -> bool:
    return all(known.at(level) for level in levels)


def _evidence(known: Calibration, wanted: tuple[float, ...], command: str) -> Evidence:
    if not any(known.at(level) for level in wanted):
        why = (
            "what the generator itself adds to latencies was never measured for this traffic on this machine"
        )
        return Evidence(collector=EVIDENCE, unavailable=why, mend=command)
    return Evidence(collector=EVIDENCE, facts=known.model_dump(mode="json"), mend=command)


def _command(plan: Plan, run: Run) -> str:
    """The command that measures what is missing for a run."""
    named = plan.scenario if Path(plan.source).parent.name == "scenarios" else plan.source
    words = shlex.split(run.command)
    options = [
        word for option, value in pairwise(words) if option in REPEATED_OPTIONS for word in (option, value)
    ]
    return shlex.join(["harness", "calibrate", named, *options])
