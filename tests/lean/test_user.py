"""The user class and its responses, beside FastHttpUser's, each case in a process with Locust."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("user_cases.py")
NAMES = [
    node.name
    for node in ast.parse(CASES.read_text()).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not node.args.args
]


@pytest.mark.parametrize("name", NAMES)
def test_user(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", CASES, name], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
