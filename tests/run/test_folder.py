"""A run folder is written as a whole, read back as it was, and survives kills and full disks."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from harness.errors import HarnessError, UsageError
from harness.run import folder as folder_module
from harness.run.folder import RunFolder, newest_first


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "reports", "load-10", "20260102-030405")


def test_two_runs_in_one_second_get_two_folders(tmp_path: Path, folder: RunFolder) -> None:
    other = RunFolder.create(tmp_path / "reports", "load-10", "20260102-030405")
    assert other.run_id == "20260102-030405-load-10-2" != folder.run_id


def test_newest_run_comes_first_and_strangers_are_left_out(tmp_path: Path, folder: RunFolder) -> None:
    later = RunFolder.create(tmp_path / "reports", "spike", "20260102-040000")
    for one in (folder, later):
        one.write("plan.json", "{}")
    (tmp_path / "reports" / "notes").mkdir()
    assert [one.run_id for one in newest_first(tmp_path / "reports")] == [later.run_id, folder.run_id]


def test_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a run folder"):
        RunFolder.existing(tmp_path)


def test_series_of_a_killed_run_is_readable_without_its_cut_line(folder: RunFolder) -> None:
    folder.write("load.json", json.dumps({"load_start_epoch_s": 1000}))
    whole = json.dumps({"t": 1002, "endpoint": "GET /a", "answered": {"500": 3}})
    folder.write("series.jsonl", whole + "\n" + whole[:20])
    series = folder.series()
    assert [(cell.t_s, cell.answered.total) for cell in series.cells] == [(2, 3)]


def test_run_without_load_has_an_empty_series(folder: RunFolder) -> None:
    assert folder.series().cells == ()


def test_full_disk_costs_the_ballast_and_not_the_file(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full as long as the ballast lies on it."""
    real = folder_module._replace

    def write(path: Path, text: str) -> None:
        if folder.file("ballast").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, text)

    monkeypatch.setattr(folder_module, "_replace", write)
    folder.write("verdict.json", "{}")
    assert folder.file("verdict.json").read_text() == "{}"
    assert not folder.file("ballast").exists()


def test_too_little_room_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "LEAST_FREE_BYTES", 2**62)
    with pytest.raises(HarnessError, match="are free; free some space"):
        RunFolder.create(tmp_path / "reports", "load-10", "20260102-030405")


def test_broken_file_is_named(folder: RunFolder) -> None:
    folder.write("plan.json", '{"format": 1}')
    with pytest.raises(HarnessError, match=r"plan\.json: harness_version: Field required"):
        folder.plan()
