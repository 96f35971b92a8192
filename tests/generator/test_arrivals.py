"""An arrival rate is sent as planned, whatever the server does, and what was not sent is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from locust_run import ROOT, LocustRun, plan, stage
from plain_server import PlainServer

USERS = """
import time

from locust import FastHttpUser, between, task


class One(FastHttpUser):
    wait_time = between(1, 3)

    @task
    def get(self):
        self.client.get("/one")


class Two(FastHttpUser):
    wait_time = between(1, 3)

    @task
    def get(self):
        with self.client.get("/two", catch_response=True) as answer:
            answer.request_meta["context"]["remark"] = "seen"


class Blocking(FastHttpUser):
    blocked = False

    @task
    def get(self):
        if not Blocking.blocked and self.environment.runner.stats.num_requests > 100:
            Blocking.blocked = True
            until = time.perf_counter() + 0.8
            while time.perf_counter() < until:
                pass  # the generator itself stands still
        self.client.get("/blocked")
"""


def run(tmp_path: Path, server: PlainServer, content: dict[str, object], **options: int) -> LocustRun:
    users = tmp_path / "arriving_users.py"
    users.write_text(USERS)
    return LocustRun(tmp_path, server.url, content, files=[users], **options)  # type: ignore[arg-type]


def arrivals(level: float, seconds: float, **more: object) -> dict[str, object]:
    return plan(
        [stage("hold", seconds, level)],
        {"One": 3, "Two": 1},
        unit="arrivals_per_s",
        request_timeout_s=10.0,
        **more,
    )


@pytest.mark.parametrize(
    "workers",
    [0, pytest.param(2, marks=pytest.mark.slow)],
    ids=["single process", "two workers"],
)
def test_the_planned_rate_is_sent(tmp_path: Path, workers: int) -> None:
    with PlainServer() as server, run(tmp_path, server, arrivals(120, 4), workers=workers) as locust:
        locust.wait()
        sent = sum(second.get("sent", 0) for second in locust.seconds(None))
        dropped = sum(second.get("dropped", 0) for second in locust.seconds(None))
        offered = [second["offered"] for second in locust.seconds() if second["offered"]]
        assert offered == [120] * 4, locust.log()
        assert sent + dropped == 480
        assert server.total == sent
        assert dropped <= 24
        found = locust.completion
        assert found["recorded"] == found["locust"]
        assert sum(totals["requests"] for totals in found["recorded"].values()) == sent
        # weights 3:1 of 480: 120 expected, standard deviation 9.5
        assert abs(server.counts["GET /two"] - sent / 4) < 50
        assert locust.summed("remarks") == {"seen": server.counts["GET /two"]}
        assert locust.summed("service").total() == sent


def test_too_many_in_flight_are_dropped_and_counted(tmp_path: Path) -> None:
    # Answers take 0.5 s, 10 may be in flight: 20/s are sent of the 60/s that are due.
    content = arrivals(60, 3, max_in_flight=10)
    with PlainServer(delay_s=0.5) as server, run(tmp_path, server, content) as locust:
        locust.wait()
        sent = sum(second["sent"] for second in locust.seconds())
        dropped = sum(second["dropped"] for second in locust.seconds())
        offered = sum(second["offered"] for second in locust.seconds())
        assert (sent, sent + dropped) == (server.total, offered)
        assert offered == 180
        assert 40 <= sent <= 70


def test_poisson_arrivals_have_the_planned_mean(tmp_path: Path) -> None:
    with PlainServer() as server, run(tmp_path, server, arrivals(150, 3, arrivals="poisson")) as locust:
        locust.wait()
        sent = sum(second["sent"] for second in locust.seconds())
        offered = sum(second["offered"] for second in locust.seconds())
        assert sent == server.total
        assert offered == sent + sum(second["dropped"] for second in locust.seconds())
        assert abs(offered - 450) < 110  # five standard deviations of 21


def test_latency_counts_from_the_intended_start(tmp_path: Path) -> None:
    content = plan(
        [stage("hold", 3, 100)],
        {"Blocking": 1},
        unit="arrivals_per_s",
        request_timeout_s=10.0,
        max_in_flight=500,
    )
    with PlainServer() as server, run(tmp_path, server, content) as locust:
        locust.wait()
        assert sum(second["sent"] for second in locust.seconds()) == 300
        answered, service = locust.summed("answered"), locust.summed("service")
        # 80 arrivals are due while the generator stands still for 0.8 s, half of which wait 0.4 s or more:
        # that is in their response time, and in the service time of only those that were already sent.
        late = sum(count for bucket, count in answered.items() if int(bucket) > 350_000)
        slow = sum(count for bucket, count in service.items() if int(bucket) > 350_000)
        assert late >= 35
        assert slow < late / 2
        assert max(second.get("late_p99_s", 0) for second in locust.seconds()) > 0.35


def test_a_rate_shape_works_without_a_plan(tmp_path: Path) -> None:
    """As in the web UI: the entry file beside a shape of `shapes/`, in a single process."""
    users, shape = tmp_path / "arriving_users.py", tmp_path / "short_rate.py"
    users.write_text(USERS)
    shape.write_text(
        (ROOT / "shapes" / "constant_rate.py")
        .read_text()
        .replace("warm_up_s: float = 20.0", "warm_up_s: float = 0.0")
        .replace("duration_s: float = 120.0", "duration_s: float = 2.0")
    )
    with PlainServer() as server, LocustRun(tmp_path, server.url, None, files=[users, shape]) as locust:
        locust.wait()
        assert locust.completion["reason"] == "schedule ended"
        sent = sum(second["sent"] for second in locust.seconds())
        assert sent == server.total
        assert sent + sum(second["dropped"] for second in locust.seconds()) == 240
