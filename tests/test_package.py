"""What is installed is whole: a wheel, unpacked into an empty place, lists and plans what it ships."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("locust_harness-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def harness(installed: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("what", ["scenarios", "endpoints", "shapes", "metrics", "collectors", "reports"])
def test_lists_what_it_ships(installed: Path, tmp_path: Path, what: str) -> None:
    done = harness(installed, "list", what, folder=tmp_path)
    here = harness(ROOT, "list", what, folder=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == here.stdout != ""


def test_plans_what_it_ships_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = harness(installed, "check", "load-10", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "load-10: up to 10 users" in done.stdout


def test_no_scenarios_of_the_folder_are_mixed_with_those_of_the_package(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "locustfiles").mkdir()
    done = harness(installed, "list", "scenarios", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
