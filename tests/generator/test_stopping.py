"""However a run is stopped, what was recorded is on disk, and a marker says how it ended, or is missing."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from locust_run import LocustRun, plan, stage, wait_for_requests
from plain_server import PlainServer

LONG = [stage("hold", 60, 5)]


def test_a_signal_leaves_a_complete_record(tmp_path: Path) -> None:
    # SIGTERM while a shape runs ends plain Locust with -15, without any final report.
    content = plan(LONG, {"Quick": 1}, request_timeout_s=30.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content) as locust:
        wait_for_requests(server, 60, locust)
        locust.main.send_signal(signal.SIGTERM)
        locust.wait(10)
        found = locust.completion
        assert found["reason"] == "interrupted"
        assert (
            found["recorded"] == found["locust"] == {"GET /quick": {"requests": server.total, "failures": 0}}
        )
        assert locust.summed("answered").total() == server.total
        assert found["problems"] == []


@pytest.mark.slow
def test_an_interrupt_drains_briefly_also_on_workers(tmp_path: Path) -> None:
    content = plan(LONG, {"Quick": 4, "Hanging": 1}, request_timeout_s=30.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content, workers=2) as locust:
        wait_for_requests(server, 60, locust)
        locust.main.send_signal(signal.SIGINT)
        began = time.monotonic()
        time.sleep(1)
        locust.main.send_signal(signal.SIGINT)  # a second one hurries
        locust.wait(10)
        assert time.monotonic() - began < 6
        found = locust.completion
        assert found["reason"] == "interrupted"
        assert found["unfinished"] == server.counts["GET /hang"] == 1
        assert sum(totals["requests"] for totals in found["recorded"].values()) == server.total
        assert found["recorded"] == found["locust"]
        assert found["workers_lost"] == []


def test_kill_leaves_a_readable_series_and_no_marker(tmp_path: Path) -> None:
    content = plan(LONG, {"Quick": 1}, request_timeout_s=5.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content) as locust:
        wait_for_requests(server, 120, locust)
        known = server.total
        locust.main.kill()
        locust.main.wait(5)
        assert not (locust.folder / "completion.json").exists()
        # Written every second: at most the last second (50 requests) is missing.
        assert locust.summed("answered").total() >= known - 60


@pytest.mark.slow
def test_a_killed_worker_is_named_and_its_users_move(tmp_path: Path) -> None:
    content = plan([stage("hold", 9, 6)], {"Quick": 1}, request_timeout_s=5.0)
    options = ("--headless", "--only-summary", "--enable-rebalancing")
    with (
        PlainServer() as server,
        LocustRun(tmp_path, server.url, content, workers=2, options=options) as locust,
    ):
        wait_for_requests(server, 60, locust)
        locust.workers[0].kill()
        locust.wait()
        found = locust.completion
        assert found["reason"] == "schedule ended"
        assert len(found["workers_lost"]) == 1
        assert any("was lost" in problem for problem in found["problems"])
        last = [second for second in locust.seconds(None) if second["t"] == found["load_start_epoch_s"] + 8]
        assert sum(second["users"] for second in last) == 6


@pytest.mark.slow
def test_workers_end_when_their_master_is_killed(tmp_path: Path) -> None:
    content = plan(LONG, {"Quick": 4, "Hanging": 1}, request_timeout_s=30.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content, workers=1) as locust:
        wait_for_requests(server, 30, locust)
        locust.main.kill()
        began = time.monotonic()
        locust.workers[0].wait(15)
        assert time.monotonic() - began < 10  # 6 s without a heartbeat, and no drain of 30 s after it


@pytest.mark.slow
def test_losing_every_worker_is_no_end_of_the_schedule(tmp_path: Path) -> None:
    content = plan(LONG, {"Quick": 1}, request_timeout_s=5.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content, workers=1) as locust:
        wait_for_requests(server, 30, locust)
        locust.workers[0].kill()
        locust.wait(20)
        assert locust.completion["reason"] == "all workers lost"


def test_a_full_disk_stops_the_run_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "series.jsonl").symlink_to("/dev/full")
    ballast = tmp_path / "run" / "ballast"
    ballast.write_bytes(b"x")
    with (
        PlainServer() as server,
        LocustRun(tmp_path, server.url, plan(LONG, {"Quick": 1}, request_timeout_s=5.0)) as locust,
    ):
        locust.wait(15)
        found = locust.completion
        assert found["reason"] == "disk full"
        assert any("disk full" in problem for problem in found["problems"])
        assert not ballast.exists()


def test_a_run_that_nothing_answers_tells_why(tmp_path: Path) -> None:
    with LocustRun(
        tmp_path, "http://127.0.0.1:9", plan([stage("hold", 1, 2)], {"Quick": 1}, request_timeout_s=5.0)
    ) as locust:
        locust.wait()
        totals = locust.completion["recorded"]["GET /quick"]
        assert totals["requests"] == totals["failures"] > 0
        assert locust.summed("causes") == {"connection refused": totals["requests"]}
        assert locust.summed("statuses") == {"0": totals["requests"]}


def test_exceptions_of_user_code_are_problems(tmp_path: Path) -> None:
    users = tmp_path / "raising_users.py"
    users.write_text(
        "from locust import FastHttpUser, events, task, constant\n"
        "class Raising(FastHttpUser):\n"
        "    wait_time = constant(0.3)\n"
        "    @task\n"
        "    def get(self):\n"
        "        self.client.get('/quick')\n"
        "        raise KeyError('oops')\n"
        "@events.request.add_listener\n"
        "def listener(**_):\n"
        "    raise ValueError('bad listener')\n"
    )
    content = plan([stage("hold", 1, 1)], {"Raising": 1}, request_timeout_s=5.0)
    with PlainServer() as server, LocustRun(tmp_path, server.url, content, files=[users]) as locust:
        locust.wait()
        problems = " ".join(locust.completion["problems"])
        assert "Raising: KeyError: 'oops'" in problems
        assert "raising_users.py:7" in problems
        assert "ValueError: bad listener" in problems
        assert locust.completion["recorded"]["GET /quick"]["requests"] == server.total
