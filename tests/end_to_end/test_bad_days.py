"""Bad days: each ends in one clear message, a readable run folder, and a status other than 0."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from harness.errors import ExitStatus

ANSWERS_401 = ("--key", "right")


def locust_pid(folder: Path) -> int:
    return int(json.loads((folder / "load.json").read_text())["pid"])


def processes_of(folder: Path) -> list[str]:
    """Living processes that carry the run folder's name: there must be none afterwards."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(folder) in line:
            found.append(line)
    return found


def test_a_good_day_passes(project) -> None:
    """The control of every test below: the same scenario without its fault."""
    outcome = project.run(project.toy())
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert outcome.verdict["status"] == "PASS"
    assert not (outcome.folder / "ballast").exists()


def test_bad_scenario_starts_nothing(project) -> None:
    path = project.toy(duration="-5s")
    outcome = project.run(path)
    assert outcome.status == ExitStatus.USAGE
    assert f"{path}:6:" in outcome.stderr
    assert outcome.folder is None


def test_port_of_the_target_is_taken(project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        path = project.toy(arguments=("--port", taken.getsockname()[1]))
        outcome = project.run(path)
    assert outcome.status == ExitStatus.BROKEN
    assert "Address already in use" in outcome.stdout
    assert outcome.verdict["status"] == "INVALID"


def test_target_that_never_gets_healthy(project) -> None:
    path = project.toy(arguments=("--unhealthy",))
    path.write_text(path.read_text().replace("start_timeout: 10s", "start_timeout: 2s"))
    outcome = project.run(path)
    assert outcome.status == ExitStatus.BROKEN
    assert "did not answer" in outcome.stdout
    assert (outcome.folder / "report.html").is_file()


def test_target_that_says_nothing(project) -> None:
    path = project.toy(arguments=("--silent",))
    path.write_text(path.read_text().replace("start_timeout: 10s", "start_timeout: 2s"))
    outcome = project.run(path)
    assert outcome.status == ExitStatus.BROKEN
    assert "did not print its readiness line within 2 s" in outcome.stdout


def test_target_that_cannot_be_started(project) -> None:
    path = project.toy(arguments=("--no-such-option",))
    outcome = project.run(path)
    assert outcome.status == ExitStatus.BROKEN
    assert "unrecognized arguments" in outcome.stdout


def test_target_that_dies_in_the_middle_fails(project) -> None:
    outcome = project.run(project.toy(arguments=("--die-after-s", 8), duration="10s"))
    assert outcome.status == ExitStatus.FAILED, outcome.stdout + outcome.stderr
    assert "died" in outcome.verdict["summary"] or "ended with status 3" in outcome.verdict["summary"]


def test_wrong_api_key_is_never_a_latency_pass(project) -> None:
    outcome = project.run(project.toy(arguments=ANSWERS_401), TARGET_API_KEY="wrong")
    assert outcome.status == ExitStatus.INCONCLUSIVE
    assert outcome.verdict["status"] == "INVALID"
    assert any("401" in finding for finding in outcome.findings("INVALID"))
    assert not [finding for finding in outcome.findings("PASS") if finding.startswith("p95")]


def test_right_api_key_passes(project) -> None:
    assert project.run(project.toy(arguments=ANSWERS_401), TARGET_API_KEY="right").status == ExitStatus.PASSED


def test_all_answers_500_fail(project) -> None:
    outcome = project.run(project.toy(arguments=("--status", 500)))
    assert outcome.status in (ExitStatus.FAILED, ExitStatus.INCONCLUSIVE)
    assert any("error" in finding for finding in outcome.findings("FAIL"))


def test_zero_requests_are_invalid(project, tmp_path: Path) -> None:
    idle = tmp_path / "user_idle.py"
    idle.write_text(
        "from locust import FastHttpUser, task\n"
        "import time\n\n"
        "class Idle(FastHttpUser):\n"
        "    @task\n"
        "    def nothing(self) -> None:\n"
        "        time.sleep(0.1)\n"
    )
    outcome = project.run(project.toy(locustfile=idle, user="Idle"))
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout
    assert any("not one request" in finding for finding in outcome.findings("INVALID"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_interrupt_keeps_and_judges_what_there_is(project, number: signal.Signals) -> None:
    process = project.start("run", project.toy(duration="60s"), "--reports", project.reports)
    folder = project.wait_for_load(4)
    process.send_signal(number)
    outcome = project.end(process, timeout_s=40)
    assert outcome.status == ExitStatus.INTERRUPTED, outcome.stdout + outcome.stderr
    assert outcome.verdict["interrupted"] is True
    assert outcome.verdict["exit_status"] == ExitStatus.INTERRUPTED
    assert outcome.verdict["headline"]["requests"] > 0
    assert processes_of(folder) == []


def test_kill_9_of_locust_is_invalid(project) -> None:
    process = project.start("run", project.toy(duration="60s"), "--reports", project.reports)
    os.kill(locust_pid(project.wait_for_load(3)), signal.SIGKILL)
    outcome = project.end(process, timeout_s=40)
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert outcome.verdict["status"] == "INVALID"
    assert "signal 9" in outcome.verdict["summary"]
    assert outcome.verdict["headline"]["requests"] > 0


def test_kill_9_of_the_harness_leaves_no_process_and_a_folder_to_judge(
    project, pids_below: Callable[[int], Mapping[int, str]]
) -> None:
    process = project.start("run", project.toy(duration="60s"), "--reports", project.reports)
    folder = project.wait_for_load(3)
    below = pids_below(process.pid)
    assert len(below) >= 4  # target and Locust, each with its leash
    process.kill()
    process.communicate()
    project.wait_for(lambda: not any(psutil.pid_exists(pid) for pid in below), timeout_s=25)
    outcome = project.harness("judge", folder)
    assert outcome.status == ExitStatus.BROKEN, outcome.stdout + outcome.stderr
    assert "harness: was ended before it could end the run" in outcome.verdict["summary"]
    assert outcome.verdict["headline"]["requests"] > 0


SMALL_DISK = """
set -e
mkdir -p "$REPORTS"
mount -t tmpfs -o size=120m tmpfs "$REPORTS"
( while ! ls "$REPORTS"/*/series.jsonl >/dev/null 2>&1; do sleep 0.2; done
  sleep 3
  cat /dev/zero > "$REPORTS/everything-else" 2>/dev/null ) &
"$@" --reports "$REPORTS" && status=0 || status=$?
cp -r "$REPORTS"/2* "$OUT"
exit $status
"""


def test_full_disk_is_said_and_judged(project, tmp_path: Path) -> None:
    """A real file system without room: a tmpfs that something else fills during the load."""
    out = tmp_path / "out"
    out.mkdir()
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    scenario = project.toy(duration="60s")
    in_namespace = ["unshare", "--mount", *as_root, "sh", "-c", SMALL_DISK, "sh"]
    done = subprocess.run(
        [*in_namespace, sys.executable, "-m", "harness", "run", str(scenario)],
        env={**os.environ, "REPORTS": str(tmp_path / "disk"), "OUT": str(out)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode not in (0, ExitStatus.FAILED), done.stdout + done.stderr
    (folder,) = out.glob("2*")
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["status"] == "INVALID"
    assert "disk full" in verdict["summary"]
    assert (folder / "report.html").is_file()
    assert verdict["headline"]["requests"] > 0
