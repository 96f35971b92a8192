"""The command line: help that teaches, errors of one line, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import ExitStatus

ROOT = Path(__file__).parent.parent


def harness(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


COMMANDS = ["run", "suite", "judge", "report", "check", "list", "schema", "ui", "worker"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = harness(command, "--help")
    assert done.returncode == ExitStatus.PASSED
    assert "Usage:" in done.stdout


def test_help_names_every_command_and_exit_status() -> None:
    text = harness("--help").stdout
    assert [command for command in COMMANDS if f"\n  {command} " not in text] == []
    assert [status for status in ExitStatus if str(int(status)) not in text] == []


WRONG = {
    "unknown command": (["rnu"], "No such command 'rnu'"),
    "unknown scenario": (["run", "load-11"], "unknown scenario 'load-11'; did you mean 'load-10'?"),
    "no file": (["run", "mine.yaml"], "mine.yaml"),
    "bad duration": (["run", "load-10", "--duration", "soon"], "'soon' is not a duration"),
    "bad wait": (
        ["run", "load-10", "--master", "127.0.0.1", "--workers", "1", "--wait", "soon"],
        "--wait: 'soon' is not a duration",
    ),
    "master alone": (["run", "load-10", "--master", "127.0.0.1"], "--master needs --workers"),
    "no run folder": (["judge", "scenarios"], "scenarios: is not a run folder"),
    "unknown suite": (["suite", "critcal"], "did you mean 'critical'?"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_words_exit_2_with_one_clear_line(words: list[str], message: str) -> None:
    done = harness(*words)
    assert done.returncode == ExitStatus.USAGE, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


REFUSED = {
    "production": {"TARGET_URL": "http://127.0.0.1:9", "TARGET_ENVIRONMENT": "production"},
    "an undeclared host elsewhere": {"TARGET_URL": "http://shop.example"},
}


@pytest.mark.parametrize("environment", REFUSED.values(), ids=REFUSED)
def test_guard_refuses_before_the_first_request(environment: dict[str, str]) -> None:
    done = harness("run", "load-10", **environment)
    assert done.returncode == ExitStatus.REFUSED, done.stderr


def test_more_than_100_users_are_for_staging() -> None:
    done = harness("run", "load-100", "--users", "101")
    assert done.returncode == ExitStatus.REFUSED
    assert "101 users are more than 100" in done.stderr


def test_schema_is_json_schema() -> None:
    schema = json.loads(harness("schema").stdout)
    assert "objectives" in schema["properties"]


def test_every_make_target_of_the_issue_is_there() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in (
        "load-10",
        "load-50",
        "load-100",
        "spike",
        "ramp",
        "throughput",
        "soak",
        "ui",
        "test",
        "lint",
    ):
        assert f"make {target} " in done.stdout
