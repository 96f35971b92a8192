"""No request is forgotten when users stop: it finishes, times out, or is counted as unfinished."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from locust_run import LocustRun, plan, stage
from plain_server import PlainServer

USERS = """
from locust import FastHttpUser, HttpUser, constant, task


class Patient(FastHttpUser):
    network_timeout = 60
    wait_time = constant(60)

    @task
    def get(self):
        self.client.get("/hang-fast")


class PatientRequests(HttpUser):
    wait_time = constant(60)

    @task
    def get(self):
        self.client.get("/hang-requests", timeout=60)


class TimingOut(FastHttpUser):
    wait_time = constant(60)

    @task
    def get(self):
        self.client.get("/hang-timeout")


class TimingOutRequests(HttpUser):
    wait_time = constant(60)

    @task
    def get(self):
        self.client.get("/hang-requests-timeout")


class Chatty(FastHttpUser):
    wait_time = constant(60)

    def on_stop(self):
        self.client.get("/logout")

    @task
    def many(self):
        while True:
            self.client.get("/many")
"""
TIMEOUT_S = 1.5
CLASSES = ("Patient", "PatientRequests", "TimingOut", "TimingOutRequests", "Chatty")
PROCESSES = [
    pytest.param(0, id="single process", marks=pytest.mark.xdist_group("drain-single")),
    pytest.param(2, id="workers", marks=[pytest.mark.xdist_group("drain-workers"), pytest.mark.slow]),
]


@pytest.fixture(scope="module")
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocustRun, PlainServer]]:
    folder = tmp_path_factory.mktemp("drain")
    users = folder / "hanging_users.py"
    users.write_text(USERS)
    # Ten users, of which half leave after 1 s while their requests hang.
    stages = [stage("all", 1, 10), stage("half", 2, 5)]
    content = plan(stages, dict.fromkeys(CLASSES, 1), request_timeout_s=TIMEOUT_S)
    with (
        PlainServer(delay_s=0.05) as server,
        LocustRun(folder, server.url, content, files=[users], workers=request.param) as locust,
    ):
        locust.wait()
        yield locust, server


pytestmark = pytest.mark.parametrize("run", PROCESSES, indirect=True)


def test_every_request_is_counted(run: tuple[LocustRun, PlainServer]) -> None:
    locust, server = run
    found = locust.completion
    recorded = {name: totals["requests"] for name, totals in found["recorded"].items()}
    assert recorded == dict(server.counts), locust.log()
    assert found["recorded"] == found["locust"]
    assert found["problems"] == []


def test_hanging_requests_are_unfinished_or_timed_out(run: tuple[LocustRun, PlainServer]) -> None:
    locust, server = run
    causes: dict[str, set[str]] = {}
    for cell in locust.cells():
        causes.setdefault(cell["endpoint"], set()).update(cell.get("causes", {}))
    assert causes["GET /hang-fast"] == causes["GET /hang-requests"] == {"unfinished"}
    assert causes["GET /hang-timeout"] == causes["GET /hang-requests-timeout"] == {"timed out"}
    unfinished = server.counts["GET /hang-fast"] + server.counts["GET /hang-requests"]
    assert locust.completion["unfinished"] == unfinished == 4


def test_unanswered_latencies_are_no_less_than_the_elapsed_time(run: tuple[LocustRun, PlainServer]) -> None:
    locust, _ = run
    unanswered = locust.summed("unanswered")
    assert unanswered.total() == 8
    assert min(map(int, unanswered)) >= TIMEOUT_S * 1e6 * 0.99
    # Users of the first second that stay hang from 0 s to the end at 3 s, and for the drain: 4.5 s.
    assert max(map(int, unanswered)) < (3 + TIMEOUT_S + 1.5) * 1e6


def test_no_request_starts_after_the_schedule_but_farewells(run: tuple[LocustRun, PlainServer]) -> None:
    locust, server = run
    end = locust.completion["load_end_epoch_s"]
    late = {what for moment, what in zip(server.arrived, server.order, strict=True) if moment > end + 0.1}
    assert late <= {"GET /logout"}
    assert server.counts["GET /logout"] == 2
