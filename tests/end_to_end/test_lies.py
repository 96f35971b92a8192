"""Lies that a load test tells by itself: each is caught, with the cause named and a status other than 0.

Elsewhere: no request at all, a killed Locust, a full disk, a dead target, 401 (test_bad_days.py); answers of
200 whose work failed (test_faults.py, `lying_success`); workers that are killed, late, skewed or different
(test_distributed.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.errors import ExitStatus

pytestmark = pytest.mark.slow

VISITOR = """
import gevent
from gevent.monkey import get_original
from locust import FastHttpUser, constant, events, task
from locust.exception import StopUser


class Visitor(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def visit(self):
        self.client.get("/", name="/")
"""
NEVER_HIT = """
class Forgotten(Visitor):
    endpoint = "GET /never"
"""
LEAVING = """
        raise StopUser
"""
BLOCKING = """
@events.test_start.add_listener
def block(**_):
    gevent.spawn(blocking)

def blocking():
    while True:
        get_original("time", "sleep")(0.4)
        gevent.sleep(0.1)
"""
BREAKING_THE_RECORDER = """
        fire = self.environment.events.request.fire
        common = dict(request_type="GET", response_length=0, exception=None, context={})
        fire(name="not a number", response_time=float("nan"), **common)
        fire(name="negative", response_time=-5.0, **common)
        fire(name=["unhashable"], response_time=1.0, **common)
"""
RAISING_AT_THE_END = """
@events.quit.add_listener
def report(**_):
    raise RuntimeError("the listener of the end")
"""
RAISING_BESIDE = """
def beside():
    raise RuntimeError("nobody waits for me")

@events.test_start.add_listener
def start(**_):
    gevent.spawn(beside)
"""
LEAVING_WITH_0 = """
        import sys
        if self.environment.stats.total.num_requests > 20:
            sys.exit(0)
"""


@dataclass(frozen=True)
class Lie:
    """A fault, and what the verdict must say of it."""

    verdict: str
    words: str
    users: str = ""
    """What is added to a plain locustfile."""
    arguments: tuple[object, ...] = ()
    """Of the toy target."""
    traffic: str = "Visitor: 1"
    shape: str = "{kind: constant, users: 4, spawn_rate: 4, warm_up: 1s, duration: 3s}"


ARRIVALS = "{kind: constant_rate, arrivals: 40/s, warm_up: 1s, duration: 3s}"
LIES = {
    "an endpoint that is never hit": Lie(
        "INVALID", "GET /never got no request", NEVER_HIT, traffic="Visitor: 1, Forgotten: 1"
    ),
    "users that leave": Lie("INVALID", "planned users were not reached", LEAVING),
    "a rate that is not kept": Lie("INVALID", "could not keep its schedule", BLOCKING, shape=ARRIVALS),
    "a rate that the target cannot take": Lie(
        "FAIL", "the target did not keep up", arguments=("--latency-ms", 1500), shape=ARRIVALS
    ),
    "redirects counted as success": Lie("INVALID", "were redirects (307)", arguments=("--status", 307)),
    "all answers 429": Lie("INVALID", "were 429: rate limited", arguments=("--status", 429)),
    "all answers 500": Lie("FAIL", "500", arguments=("--status", 500)),
    "Locust leaving with 0": Lie("INVALID", "Locust left no completion", LEAVING_WITH_0),
}


def scenario_of(project, lie: Lie) -> Path:
    locustfile = project.path / "user_lying.py"
    locustfile.write_text(VISITOR + lie.users)
    path = project.toy(locustfile=locustfile, arguments=lie.arguments or "")
    text = path.read_text().replace("{Visitor: 1}", f"{{{lie.traffic}}}")
    shape = text[text.index("shape: ") : text.index("\nrequest_timeout")]
    few = "max_in_flight: 10\n" if lie.shape == ARRIVALS else ""
    path.write_text(text.replace(shape, f"shape: {lie.shape}\n{few}".rstrip()))
    return path


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_caught(project, lie: Lie) -> None:
    outcome = project.run(scenario_of(project, lie))
    told = [outcome.verdict["summary"], *outcome.findings(lie.verdict)]
    assert outcome.verdict["status"] == lie.verdict, told
    expected = ExitStatus.FAILED if lie.verdict == "FAIL" else ExitStatus.INCONCLUSIVE
    assert outcome.status == expected, outcome.stdout + outcome.stderr
    assert any(lie.words in sentence for sentence in told), told


def test_exceptions_that_leave_locust_with_0_are_named(project) -> None:
    outcome = project.run(scenario_of(project, Lie("INVALID", "", RAISING_AT_THE_END + RAISING_BESIDE)))
    assert json.loads((outcome.folder / "run.json").read_text())["locust_exit_status"] == 0
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    for words in ("nobody waits for me", "the listener of the end"):
        assert words in outcome.verdict["summary"]


def test_every_record_that_is_none_is_named(project) -> None:
    """Locust itself falls over a NaN when it prints its summary, so it never comes to its end in order."""
    outcome = project.run(scenario_of(project, Lie("INVALID", "", BREAKING_THE_RECORDER)))
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert "recorder: ValueError" in outcome.verdict["summary"]
    problems = (outcome.folder / "completion.json").read_text()
    for words in (
        "ValueError",
        "TypeError: unhashable type",
        "'negative' has a negative response time",
        "Locust itself raised",
    ):
        assert words in problems


def cut(csv: Path) -> None:
    """The first lines only, in another file than the one that Locust writes to."""
    start = csv.read_text()[:200]
    csv.unlink()
    csv.write_text(start)


@pytest.mark.parametrize("harm", [Path.unlink, cut], ids=["taken away", "cut"])
def test_a_csv_that_is_harmed_is_told_though_nothing_rests_on_it(project, harm) -> None:
    process = project.start("run", project.toy(duration="3s"), "--reports", project.reports)
    folder = project.wait_for_load(1)
    harm(project.wait_for(lambda: next(folder.glob("locust_stats.csv"), None)))
    outcome = project.end(process)
    assert outcome.status == ExitStatus.INCONCLUSIVE, outcome.stdout + outcome.stderr
    assert "Locust's own CSV cannot check our figures" in outcome.verdict["summary"]
    objectives = [f["status"] for f in outcome.verdict["findings"] if f["kind"] == "objective"]
    assert objectives == ["PASS", "PASS"]


def test_a_target_that_is_replaced_in_between_fails(project, toy) -> None:
    """Without a gap: the new one listens on the same port before the old one is gone."""
    words = ("--target-url", toy.url, "--reports", project.reports)
    process = project.start("run", project.toy(duration="4s"), *words)
    project.wait_for_load(1)
    toy.start()
    toy.stop()
    outcome = project.end(process)
    assert outcome.status == ExitStatus.FAILED, outcome.stdout + outcome.stderr
    assert "restarted under load" in outcome.verdict["summary"]
