"""The harness learns of classes and shapes by JSON, and of every mistake in users' files as a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from locust_run import ROOT

BROKEN = {
    "raising.py": "import os\n\nraise RuntimeError('boom')\n",
    "leaving.py": "import sys\nsys.exit('bye')\n",
    "mistyped.py": "def x(:\n",
    "missing_import.py": "import no_such_package\n",
    "empty.py": "x = 1\n",
}


def inspect(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "harness.generator.inspection", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_shipped_files_are_told_without_problems() -> None:
    found = inspect("--locustfile", "locustfiles", "--shapes-dir", "shapes")
    assert found["problems"] == []
    assert {one["key"]: (one["name"], one["endpoint"]) for one in found["classes"]} == {
        "reflection_analyze": ("ReflectionAnalyze", "POST /reflection/analyze"),
        "reflection_batch": ("ReflectionBatch", "POST /reflection/batch"),
        "consolidation_run": ("ConsolidationRun", "POST /consolidation/run"),
        "consolidation_dry_run": ("ConsolidationDryRun", "POST /consolidation/dry-run"),
        "classify": ("Classify", "POST /classify"),
        "search": ("Search", "POST /search"),
        "taxonomy_tree": ("TaxonomyTree", "GET /taxonomy/{version}/tree"),
    }
    assert {one["kind"] for one in found["shapes"]} == {
        "constant",
        "constant_rate",
        "ramp_up",
        "spike",
        "soak",
    }
    for shape in found["shapes"]:
        assert shape["doc"]
        for parameter in shape["parameters"].values():
            assert parameter["doc"]
            assert parameter["type"] in {"int", "float", "bool", "str"}


def test_mistakes_in_locustfiles_are_problems_with_their_line(tmp_path: Path) -> None:
    for name, text in BROKEN.items():
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in [*BROKEN, "nowhere.py"]]
    found = inspect(*(word for file in files for word in ("--locustfile", file)))
    told = {Path(one["file"]).name: one["what"] for one in found["problems"]}
    assert told == {
        "raising.py": "line 3: RuntimeError: boom",
        "leaving.py": "line 2: SystemExit: bye",
        "mistyped.py": told["mistyped.py"],
        "missing_import.py": "line 1: ModuleNotFoundError: No module named 'no_such_package'",
        "empty.py": "defines no User class; derive one from FastHttpUser and give it a @task",
        "nowhere.py": f"there is no file {tmp_path / 'nowhere.py'}",
    }
    assert told["mistyped.py"].startswith("line 1: SyntaxError")


def test_a_plain_locustfile_that_prints_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from locust import HttpUser, task\nprint('hello')\n"
        "class Mine(HttpUser):\n    @task\n    def t(self): pass\n"
    )
    found = inspect("--locustfile", str(tmp_path / "mine.py"))
    (mine,) = found["classes"]
    assert (mine["key"], mine["name"], mine["endpoint"]) == ("mine", "Mine", None)


def test_a_plain_shape_cannot_be_planned(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(
        "from locust import LoadTestShape\nclass Plain(LoadTestShape):\n    def tick(self): return None\n"
    )
    found = inspect("--shapes-dir", str(tmp_path), "--shape", "plain")
    whats = [one["what"] for one in found["problems"]]
    assert "Plain does not say its stages" in whats[0]
    assert whats[1] == "unknown shape 'plain'; there are none"
