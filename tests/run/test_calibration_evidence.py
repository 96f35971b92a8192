"""What is known of the generator is copied into a run folder, so that the folder alone can be judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_calibration import HERE, cell, plan, stage

from harness.model.evidence import Evidence
from harness.model.run import Run
from harness.model.series import Series
from harness.pipeline.calibrated import add_evidence
from harness.run import calibration
from harness.run.folder import RunFolder


def run(command: str = "harness run load-10", **changes: Any) -> Run:
    usual: dict[str, Any] = {
        "run_id": "r",
        "scenario": "load-10",
        "command": command,
        "started_at": "now",
        "load_start_epoch_s": 1000,
        "environment": HERE,
    }
    return Run(**(usual | changes))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "reports", "load-10", "20260102-030405")


def calibrate(reports: Path, *levels: float) -> None:
    """Keep a calibration of some levels."""
    made = calibration.measuring_plan(plan(), levels, hold_s=5)
    cells = tuple(cell(int(span.start_s), answered=9) for span in made.schedule.judged_spans())
    found = calibration.floors(made.schedule, Series(cells=cells), measured_at="now")
    calibration.keep(reports, calibration.empty(plan(), HERE).with_levels(found))


def evidence(folder: RunFolder) -> Evidence:
    (found,) = folder.evidence()
    assert found.collector == "calibration"
    return found


def test_what_was_never_measured_is_unavailable_and_says_how_to_mend_it(folder: RunFolder) -> None:
    add_evidence(folder, plan(), run(), folder.path.parent)
    found = evidence(folder)
    assert "never measured" in found.unavailable
    assert found.mend == "harness calibrate load-10"


def test_the_mend_repeats_options_and_names_files_outside_the_scenarios(folder: RunFolder) -> None:
    command = "TARGET_URL=http://127.0.0.1:1 harness run my/shop.yaml --users 20 --duration 5s --workers 2"
    add_evidence(folder, plan(source="my/shop.yaml"), run(command), folder.path.parent)
    assert evidence(folder).mend == "harness calibrate my/shop.yaml --users 20 --workers 2"


def test_it_is_copied_once_known_and_then_kept_in_the_folder(folder: RunFolder, tmp_path: Path) -> None:
    reports = folder.path.parent
    add_evidence(folder, plan(), run(), reports)
    calibrate(reports, 10)
    add_evidence(folder, plan(), run(), reports)
    known = evidence(folder)
    assert [level["level"] for level in known.facts["levels"]] == [10]
    add_evidence(folder, plan(), run(), tmp_path / "elsewhere")
    assert evidence(folder) == known


def test_a_level_that_is_lacking_is_added_when_it_is_known(folder: RunFolder) -> None:
    reports, wanted = folder.path.parent, plan(stage("a", 10), stage("b", 50))
    calibrate(reports, 10)
    add_evidence(folder, wanted, run(), reports)
    calibrate(reports, 10, 50)
    add_evidence(folder, wanted, run(), reports)
    assert [level["level"] for level in evidence(folder).facts["levels"]] == [10, 50]


def test_the_machine_of_the_run_counts_not_that_of_the_judge(folder: RunFolder) -> None:
    calibrate(folder.path.parent, 10)
    elsewhere = run(environment=HERE.model_copy(update={"hostname": "other"}))
    add_evidence(folder, plan(), elsewhere, folder.path.parent)
    assert not evidence(folder).available


def test_a_load_that_never_began_needs_none(folder: RunFolder) -> None:
    add_evidence(folder, plan(), run(load_start_epoch_s=None), folder.path.parent)
    assert folder.evidence() == ()
