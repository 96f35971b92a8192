"""Workers on this machine and by hand: the same verdict as one process, and every lie of theirs is caught."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
VISITOR = HERE / "user_plain.py"
AHEAD = """
import time
real = time.time
time.time = lambda: real() + 2
"""
"""As `sitecustomize.py` of a process: its clock is two seconds ahead."""


def requests_of(folder: Path) -> dict[str, int]:
    """Requests by each account: Locust's, the recorder's, and the series added up."""
    completion = json.loads((folder / "completion.json").read_text())
    cells = [json.loads(line) for line in (folder / "series.jsonl").read_text().splitlines()]
    parts = ("answered", "failed", "unanswered")
    found = {name: sum(t["requests"] for t in completion[name].values()) for name in ("locust", "recorded")}
    return found | {"series": sum(sum(cell.get(part, {}).values()) for cell in cells for part in parts)}


def start_master(project, port: int, workers: int = 1, *, duration: str = "3s", wait: str = "40s"):
    where = ("--master", "127.0.0.1", "--port", port, "--workers", workers, "--wait", wait)
    return project.start("run", project.toy(duration=duration), "--reports", project.reports, *where)


def start_worker(project, port: int, locustfile: Path = VISITOR, **environment: str):
    where = ("--master", "127.0.0.1", "--port", port)
    return project.start("worker", *where, "--locustfile", locustfile, **environment)


def locust_workers(below: Mapping[int, str]) -> list[int]:
    """Process ids of the Locust workers, without their leashes."""
    return [pid for pid, line in below.items() if "--worker" in line and "leash" not in line]


@pytest.mark.parametrize("workers", [2, 4, 8])
def test_workers_add_up_to_what_the_target_answered(project, toy, workers: int) -> None:
    options = ("--workers", workers, "--target-url", toy.url, "--users", 8)
    outcome = project.run(project.toy(duration="3s"), *options)
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert set(requests_of(outcome.folder).values()) == {toy.count}
    lines = (outcome.folder / "generator.jsonl").read_text().splitlines()
    processes = {json.loads(line)["process"] for line in lines}
    assert processes == {"main", *(f"worker-{number}" for number in range(1, workers + 1))}


def test_workers_by_hand_before_and_after_their_master(project, toy, port: int) -> None:
    early = start_worker(project, port)
    options = ("--master", "127.0.0.1", "--port", port, "--workers", 2, "--target-url", toy.url)
    scenario = project.toy(duration="3s")
    master = project.start("run", scenario, "--reports", project.reports, *options)
    project.wait_for(project.newest)
    late = start_worker(project, port)
    outcome = project.end(master)
    ended = [project.end(worker, timeout_s=30) for worker in (early, late)]
    assert outcome.status == ExitStatus.PASSED, outcome.stdout + outcome.stderr
    assert f"harness worker --master 127.0.0.1 --port {port}" in outcome.stderr
    assert set(requests_of(outcome.folder).values()) == {toy.count}
    for worker in ended:
        assert worker.status == ExitStatus.PASSED, worker.stderr
        assert "INFO" in worker.stderr  # what Locust logs is shown to whoever sits there


def test_workers_that_do_not_come_end_the_wait(project, port: int) -> None:
    outcome = project.end(start_master(project, port, workers=2, wait="2s"), timeout_s=60)
    assert outcome.status == ExitStatus.BROKEN, outcome.stdout + outcome.stderr
    assert "only 0 of 2 workers were ready after 2 s" in outcome.verdict["summary"]


def test_port_of_the_master_is_taken(project, toy) -> None:
    outcome = project.end(start_master(project, toy.port), timeout_s=60)
    assert outcome.status == ExitStatus.BROKEN
    assert f"port {toy.port} of 127.0.0.1 is taken; name another with --port" in outcome.verdict["summary"]


def test_a_worker_with_another_locustfile_is_refused_before_the_load(project, port: int) -> None:
    other = project.path / VISITOR.name
    other.write_text(VISITOR.read_text().replace("constant(0.05)", "constant(0.01)"))
    master = start_master(project, port)
    worker = project.end(start_worker(project, port, other), timeout_s=60)
    outcome = project.end(master, timeout_s=60)
    assert outcome.status == ExitStatus.BROKEN, outcome.stdout + outcome.stderr
    assert "worker-1 has another user_plain.py" in outcome.verdict["summary"]
    assert outcome.verdict["headline"]["requests"] == 0
    assert worker.status == ExitStatus.BROKEN
    assert "refused by the master: worker-1 has another user_plain.py" in worker.stderr


def test_a_worker_that_comes_when_the_load_is_under_way_is_refused_and_told(project, port: int) -> None:
    master = start_master(project, port, duration="7s")
    first = start_worker(project, port)
    project.wait_for_load(1)
    late = project.end(start_worker(project, port), timeout_s=60)
    outcome = project.end(master)
    project.end(first, timeout_s=30)
    assert late.status == ExitStatus.BROKEN, late.stderr
    assert "came after the load had begun" in late.stderr
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert "worker-2 came after the load had begun" in outcome.verdict["summary"]
    processes = (outcome.folder / "generator.jsonl").read_text()
    assert '"worker-1"' in processes
    assert '"worker-2"' not in processes


def test_a_clock_that_is_ahead_is_measured(project, port: int) -> None:
    (project.path / "sitecustomize.py").write_text(AHEAD)
    master = start_master(project, port, workers=2)
    path = os.pathsep.join(filter(None, (str(project.path), os.environ.get("PYTHONPATH"))))
    workers = [start_worker(project, port, PYTHONPATH=path), start_worker(project, port)]
    outcome = project.end(master)
    for worker in workers:
        project.end(worker, timeout_s=30)
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert any("ahead of the master's" in finding for finding in outcome.findings("INVALID"))
    skews_s = sorted(json.loads((outcome.folder / "completion.json").read_text())["clock_skews_s"].values())
    assert skews_s == [pytest.approx(0.0, abs=0.4), pytest.approx(2.0, abs=0.4)]


def start_local(project, duration: str) -> subprocess.Popen[str]:
    options = ("--workers", 2, "--reports", project.reports)
    return project.start("run", project.toy(duration=duration), *options)


def test_kill_9_of_one_of_two_workers_is_invalid(
    project, pids_below: Callable[[int], Mapping[int, str]]
) -> None:
    process = start_local(project, "8s")
    project.wait_for_load(1)
    os.kill(locust_workers(pids_below(process.pid))[0], signal.SIGKILL)
    outcome = project.end(process)
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert outcome.verdict["status"] == "INVALID"
    assert "1 worker of 2 lost during the load" in outcome.verdict["summary"]


def test_kill_9_of_the_master_is_invalid_and_leaves_no_worker(
    project, pids_below: Callable[[int], Mapping[int, str]]
) -> None:
    process = start_local(project, "60s")
    folder = project.wait_for_load(1)
    workers = locust_workers(pids_below(process.pid))
    assert len(workers) == 2
    os.kill(int(json.loads((folder / "load.json").read_text())["pid"]), signal.SIGKILL)
    outcome = project.end(process, timeout_s=60)
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert "signal 9" in outcome.verdict["summary"]
    assert not any(psutil.pid_exists(pid) for pid in workers)
