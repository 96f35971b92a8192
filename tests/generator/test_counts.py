"""Every request is counted once, by the server, by Locust and by us, in one process and in three."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from locust_run import LocustRun, plan, stage
from plain_server import PlainServer

USERS = """
import json, os, sys

from locust import FastHttpUser, HttpUser, constant_throughput, events, task


class Starter(FastHttpUser):
    wait_time = constant_throughput(5)

    def on_start(self):
        self.client.get("/start")

    @task
    def get(self):
        self.client.get("/quick?x=1", name="/quick")


class Slow(HttpUser):
    wait_time = constant_throughput(4)

    @task
    def post(self):
        with self.client.post("/status/503", name="POST /slow", catch_response=True) as answer:
            answer.failure("no luck")


@events.quit.add_listener
def modules(**_):
    with open(os.path.join(os.environ["MODULES"], f"{os.getpid()}.json"), "w") as file:
        json.dump([name.split(".")[0] for name in sys.modules], file)
"""
RAMP_S, HOLD_S, USERS_AT_TOP = 5, 3, 50
SCHEDULE = [stage("ramp", RAMP_S, 0, USERS_AT_TOP), stage("hold", HOLD_S, USERS_AT_TOP)]


PROCESSES = [
    pytest.param(0, id="single process", marks=pytest.mark.xdist_group("counts-single")),
    pytest.param(2, id="master and two workers", marks=pytest.mark.xdist_group("counts-workers")),
]


@pytest.fixture(scope="module")
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocustRun, PlainServer]]:
    folder = tmp_path_factory.mktemp("counts")
    users = folder / "counted_users.py"
    users.write_text(USERS)
    content = plan(SCHEDULE, {"Starter": 9, "Slow": 1}, request_timeout_s=5.0)
    with (
        PlainServer(delay_s=0.002) as server,
        LocustRun(
            folder,
            server.url,
            content,
            files=[users],
            workers=request.param,
            environment={"MODULES": str(folder)},
        ) as locust,
    ):
        locust.wait()
        yield locust, server


pytestmark = [pytest.mark.slow, pytest.mark.parametrize("run", PROCESSES, indirect=True)]


def test_totals_equal_the_servers_and_locusts(run: tuple[LocustRun, PlainServer]) -> None:
    locust, server = run
    found = locust.completion
    assert found["reason"] == "schedule ended", locust.log()
    expected = {
        "GET /quick": server.counts["GET /quick?x=1"],
        "GET /start": server.counts["GET /start"],
        "POST /slow": server.counts["POST /status/503"],
    }
    assert {name: totals["requests"] for name, totals in found["recorded"].items()} == expected
    assert found["recorded"] == found["locust"]
    assert found["problems"] == []


def test_series_holds_every_request(run: tuple[LocustRun, PlainServer]) -> None:
    locust, server = run
    slow = server.counts["POST /status/503"]
    assert locust.summed("answered").total() + locust.summed("failed").total() == server.total
    assert locust.summed("failed").total() == slow
    assert locust.summed("causes") == {"no luck": slow}
    assert locust.summed("statuses") == {"503": slow}


def test_requests_lie_in_the_seconds_of_the_load(run: tuple[LocustRun, PlainServer]) -> None:
    locust, _ = run
    start = locust.completion["load_start_epoch_s"]
    assert json.loads((locust.folder / "load.json").read_text())["load_start_epoch_s"] == start
    assert {cell["t"] - start for cell in locust.cells()} == set(range(RAMP_S + HOLD_S))


def test_users_follow_the_schedule(run: tuple[LocustRun, PlainServer]) -> None:
    locust, _ = run
    start = locust.completion["load_start_epoch_s"]
    users: dict[int, int] = {}
    for second in locust.seconds(None):
        t_s = second["t"] - start
        users[t_s] = users.get(t_s, 0) + second["users"]
    targets = [second["target_level"] for second in locust.seconds()][: RAMP_S + HOLD_S]
    assert targets == [10, 20, 30, 40, 50, 50, 50, 50]
    # Each second ends with the users of its target; a busy machine may lag by a few.
    assert all(abs(users[t_s] - target) <= 5 for t_s, target in enumerate(targets)), users


def test_users_start_evenly(run: tuple[LocustRun, PlainServer]) -> None:
    """User k of 50 in 5 s is due at (k - 0.5) / 10 s; Locust's own bursts are up to 1 s off."""
    locust, server = run
    start = locust.completion["load_start_epoch_s"]
    first = [
        moment - start
        for moment, what in zip(server.arrived, server.order, strict=True)
        if what == "GET /start"
    ]
    share = len(first) / USERS_AT_TOP
    deviations = [abs(moment - (k + 0.5) / 10 / share) for k, moment in enumerate(sorted(first))]
    assert max(deviations) < 0.5


def test_no_heavy_package_is_imported_in_a_locust_process(run: tuple[LocustRun, PlainServer]) -> None:
    locust, _ = run
    files = list(Path(locust.folder.parent).glob("[0-9]*.json"))
    assert len(files) == 1 + len(locust.workers)
    for file in files:
        assert not {"pydantic", "numpy", "scipy", "psycopg2", "yaml"} & set(json.loads(file.read_text()))


def test_every_process_tells_how_it_was(run: tuple[LocustRun, PlainServer]) -> None:
    locust, _ = run
    names = {second["process"] for second in locust.seconds(None)}
    assert names == {"main", *(f"worker-{n + 1}" for n in range(len(locust.workers)))}
    for second in locust.seconds(None):
        assert {"cpu_ratio", "loop_lag_s", "rss_bytes", "in_flight"} <= set(second)
