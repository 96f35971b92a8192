"""Every validity check is INVALID by name on a planted fault, and one short sentence on a sound run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from verdict_builders import (
    CLASSIFY,
    SEARCH,
    START,
    STEADY,
    cell,
    finding,
    healthy_seconds,
    run,
    steady_cells,
    target_state,
    totals,
    verdict_of,
)

from harness.model.run import Totals
from harness.model.series import Second
from harness.model.sla import Objective
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Status

RATE = Schedule(
    stages=(
        Stage(name="warm-up", duration_s=20, start_level=10, end_level=10, judged=False),
        Stage(name="hold", duration_s=100, start_level=10, end_level=10),
    ),
    unit="arrivals_per_s",
)
CHECKS = {
    "requests sent": "1,200 requests were sent, 1,000 in judged stages",
    "endpoints hit": "1 endpoint of the traffic, all with requests",
    "ended in order": "the whole schedule of 2m 00s was run",
    "Locust's exit status": "Locust left with exit status 0",
    "counts agree": "Locust, the recorder and the series agree on 1,200 requests",
    "workers kept": "Locust ran in a single process",
    "clocks agree": "a single process has a single clock",
    "nothing raised": "no exception in the recorder, listeners or user code",
    "generator not saturated": (
        "the busiest generator process used 0.20 cores on average, event-loop lag 2 ms"
    ),
    "Little's law": "10.0 users ran, and 10/s × (100 ms wait + 0.90 s pause) makes 10.0",
    "users reached": "planned users ran in 100 of 100 judged seconds, 10 at most",
    "answers allowed": "no endpoint answered only 401, 403 or 429",
    "answers direct": "no right answer was a redirect",
    "target alive": "the target lived through the load and answered its health check afterwards",
}


def test_a_sound_run_tells_what_was_checked() -> None:
    verdict = verdict_of(steady_cells())
    found = {f.name: f.sentence for f in verdict.findings if f.kind == "validity"}
    assert found == CHECKS
    assert {f.status for f in verdict.findings if f.kind == "validity"} == {Status.PASS}


def changed(seconds: Sequence[Second], when: Callable[[int], bool], **changes: Any) -> list[Second]:
    return [replace(second, **changes) if when(second.t_s) else second for second in seconds]


def test_no_requests() -> None:
    verdict = verdict_of([])
    found = finding(verdict, "requests sent")
    assert (found.status, verdict.exit_status) == (Status.INVALID, 3)
    assert "not one request was sent" in verdict.summary


def test_an_endpoint_never_hit_is_named() -> None:
    verdict = verdict_of(steady_cells(), endpoints=(SEARCH, CLASSIFY))
    found = finding(verdict, "endpoints hit")
    assert found.status is Status.INVALID
    assert found.sentence == f"{CLASSIFY} got no request, but is in the traffic"


def test_an_interrupted_run_may_not_have_come_to_every_endpoint() -> None:
    verdict = verdict_of(steady_cells(), endpoints=(SEARCH, CLASSIFY), run_changes={"interrupted": True})
    assert finding(verdict, "endpoints hit").status is Status.INCONCLUSIVE


def test_a_plain_locustfile_promises_no_endpoints() -> None:
    assert finding(verdict_of(steady_cells(), endpoints=()), "endpoints hit").status is Status.PASS


@pytest.mark.parametrize(
    ("bad_seconds", "users", "status"),
    [(100, 9, Status.PASS), (3, 5, Status.PASS), (4, 8, Status.INVALID), (100, 0, Status.INVALID)],
    ids=["one user short", "three seconds", "four seconds", "none"],
)
def test_planned_users_not_reached(bad_seconds: int, users: int, status: Status) -> None:
    seconds = changed(healthy_seconds(), lambda t_s: 20 <= t_s < 20 + bad_seconds, users=users)
    assert finding(verdict_of(steady_cells(), seconds=seconds), "users reached").status is status


def test_users_missing_in_warm_up_or_a_step_behind_a_ramp_are_no_fault() -> None:
    seconds = changed(healthy_seconds(), lambda t_s: t_s < 20, users=0)
    assert finding(verdict_of(steady_cells(), seconds=seconds), "users reached").status is Status.PASS
    ramp = Schedule(stages=(Stage(name="ramp", duration_s=120, start_level=0, end_level=120),))
    behind = [Second(t_s=t_s, process="main", users=max(0, t_s - 1), cpu_ratio=0.1) for t_s in range(120)]
    verdict = verdict_of(steady_cells(), schedule=ramp, seconds=behind)
    assert finding(verdict, "users reached").status is Status.PASS


@pytest.mark.parametrize("main_users", [0, 10], ids=["the master tells none", "the master tells all"])
def test_workers_users_are_counted_once(main_users: int) -> None:
    workers = [
        replace(second, process=f"worker-{n}", users=5) for second in healthy_seconds() for n in (1, 2)
    ]
    main = [replace(second, users=main_users, workers=2) for second in healthy_seconds()]
    verdict = verdict_of(steady_cells(), seconds=[*main, *workers], workers=2)
    assert finding(verdict, "users reached").sentence.endswith("10 at most")
    assert verdict.headline["peak_users"] == 10
    assert verdict.timeline[50].users == 10
    assert finding(verdict, "workers kept").sentence == "all 2 workers took part to the end"


def test_poisson_arrivals_of_workers_are_what_they_sent_and_dropped() -> None:
    seconds = healthy_seconds(RATE, offered=None)
    verdict = verdict_of(steady_cells(), schedule=RATE, seconds=seconds, arrivals="poisson")
    assert finding(verdict, "rate reached").status is Status.PASS


def test_a_second_without_arrivals_is_not_late() -> None:
    slow = Schedule(
        stages=(Stage(name="hold", duration_s=100, start_level=0.5, end_level=0.5),), unit="arrivals_per_s"
    )
    rare = {"offered": 0, "sent": 0, "late_p99_s": None}
    seconds = changed(healthy_seconds(slow, offered=1, sent=1), lambda t_s: t_s % 2 == 1, **rare)
    verdict = verdict_of(steady_cells(rate=1), schedule=slow, seconds=seconds)
    assert finding(verdict, "rate reached").status is Status.PASS
    assert finding(verdict, "schedule kept").status is Status.PASS


def test_no_record_of_the_generator_is_not_a_pass() -> None:
    verdict = verdict_of(steady_cells(), seconds=[])
    assert finding(verdict, "users reached").status is Status.INVALID
    assert finding(verdict, "generator not saturated").status is Status.INVALID


def test_a_rate_that_is_reached() -> None:
    verdict = verdict_of(steady_cells(), schedule=RATE)
    assert finding(verdict, "rate reached").sentence == (
        "1,000 of 1,000 planned arrivals were sent in the judged stages (10/s)"
    )
    assert finding(verdict, "schedule kept").status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "name", "status", "words"),
    [
        ({"offered": 9, "sent": 9}, "rate reached", Status.INVALID, "900 of 1,000 planned arrivals"),
        (
            {"sent": 9, "dropped": 1},
            "rate reached",
            Status.INVALID,
            "could not keep its schedule: 100 arrivals",
        ),
        (
            {"sent": 9, "dropped": 1, "in_flight": 100},
            "rate reached",
            Status.FAIL,
            "the target did not keep up",
        ),
        ({"late_p99_s": 0.2}, "schedule kept", Status.INVALID, "more than 100 ms late"),
    ],
)
def test_a_rate_that_is_not_kept(changes: Mapping[str, Any], name: str, status: Status, words: str) -> None:
    seconds = changed(healthy_seconds(RATE), lambda t_s: t_s >= 20, **changes)
    found = finding(verdict_of(steady_cells(), schedule=RATE, seconds=seconds), name)
    assert found.status is status
    assert words in found.sentence


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"dropped": None}, "rate reached"),
        ({"offered": None}, "rate reached"),
        ({"late_p99_s": None}, "schedule kept"),
    ],
)
def test_arrivals_that_nobody_counted_are_not_kept(changes: Mapping[str, Any], name: str) -> None:
    verdict = verdict_of(steady_cells(), schedule=RATE, seconds=healthy_seconds(RATE, **changes))
    assert finding(verdict, name).status is Status.INVALID


def test_a_few_late_seconds_are_no_fault() -> None:
    seconds = changed(healthy_seconds(RATE), lambda t_s: 20 <= t_s < 29, late_p99_s=0.5)
    verdict = verdict_of(steady_cells(), schedule=RATE, seconds=seconds)
    assert finding(verdict, "schedule kept").status is Status.PASS


@pytest.mark.parametrize("locust_exit_status", [-9, None, 0])
def test_completion_missing(locust_exit_status: int | None) -> None:
    cells = steady_cells(seconds=range(70))
    verdict = verdict_of(cells, run_changes={"completion": None, "locust_exit_status": locust_exit_status})
    found = finding(verdict, "ended in order")
    assert (found.status, verdict.status, verdict.exit_status) == (Status.INVALID, Status.INVALID, 3)
    told = {-9: "signal 9", None: "its exit status is not known", 0: "exit status 0"}[locust_exit_status]
    assert told in found.sentence


@pytest.mark.parametrize(
    "changes", [{"reason": "the last worker went missing"}, {"load_end_epoch_s": START + 60.0}]
)
def test_the_load_ended_early(changes: Mapping[str, Any]) -> None:
    verdict = verdict_of(steady_cells(), completion_changes=changes)
    assert finding(verdict, "ended in order").status is Status.INVALID


def test_counts_that_disagree_by_one_request() -> None:
    cells = steady_cells()
    verdict = verdict_of(cells, completion_changes={"locust": {SEARCH: Totals(requests=1201, failures=0)}})
    found = finding(verdict, "counts agree")
    assert found.status is Status.INVALID
    assert found.sentence == (
        f"counts of {SEARCH} disagree: Locust 1,201 with 0 failures, the recorder 1,200 with 0 failures, "
        "the series 1,200 with 0 failures"
    )


def test_a_series_that_was_cut_disagrees() -> None:
    whole = totals(steady_cells())
    verdict = verdict_of(steady_cells()[:-1], completion_changes={"locust": whole, "recorded": whole})
    assert finding(verdict, "counts agree").status is Status.INVALID


def test_failures_must_agree_too_and_an_absent_endpoint_is_zero() -> None:
    cells = steady_cells()
    one_failure = {SEARCH: Totals(requests=1200, failures=1)}
    assert finding(
        verdict_of(cells, completion_changes={"recorded": one_failure}), "counts agree"
    ).status is (Status.INVALID)
    with_zero = totals(cells) | {CLASSIFY: Totals(requests=0, failures=0)}
    assert (
        finding(verdict_of(cells, completion_changes={"locust": with_zero}), "counts agree").status
        is Status.PASS
    )


@pytest.mark.parametrize(
    ("exit_status", "status"), [(0, Status.PASS), (1, Status.PASS), (2, Status.INVALID), (-9, Status.INVALID)]
)
def test_locust_exit_status(exit_status: int, status: Status) -> None:
    verdict = verdict_of(steady_cells(), run_changes={"locust_exit_status": exit_status})
    assert finding(verdict, "Locust's exit status").status is status


def test_lost_workers() -> None:
    by_name = verdict_of(steady_cells(), workers=2, completion_changes={"workers_lost": ("worker-2",)})
    assert finding(by_name, "workers kept").sentence == "1 worker of 2 lost during the load: worker-2"
    fewer = changed(healthy_seconds(workers=2), lambda t_s: t_s > 60, workers=1)
    by_count = verdict_of(steady_cells(), workers=2, seconds=fewer)
    assert finding(by_count, "workers kept").status is Status.INVALID


def test_problems_of_the_generator() -> None:
    verdict = verdict_of(steady_cells(), completion_changes={"problems": ("recorder: OSError: disk full",)})
    found = finding(verdict, "nothing raised")
    assert found.status is Status.INVALID
    assert "disk full" in found.sentence


@pytest.mark.parametrize(
    ("changes", "seconds", "status"),
    [
        ({"cpu_ratio": 0.95}, 10, Status.INVALID),
        ({"cpu_ratio": 0.95}, 9, Status.PASS),  # less than a tenth of the 100 judged seconds
        ({"cpu_ratio": 0.85}, 100, Status.PASS),
        ({"loop_lag_s": 0.15}, 10, Status.INVALID),
        ({"loop_lag_s": 0.15}, 9, Status.PASS),
        ({"cpu_ratio": 0.6, "run_delay_ratio": 0.4}, 10, Status.INVALID),  # never idle, on a shared core
        ({"run_delay_ratio": 0.6}, 10, Status.INVALID),
        ({"run_delay_ratio": 0.3}, 100, Status.WARN),
        ({"run_delay_ratio": None}, 100, Status.PASS),
    ],
)
def test_a_saturated_generator(changes: Mapping[str, Any], seconds: int, status: Status) -> None:
    recorded = changed(healthy_seconds(), lambda t_s: 20 <= t_s < 20 + seconds, **changes)
    assert finding(verdict_of(steady_cells(), seconds=recorded), "generator not saturated").status is status


def test_one_saturated_worker_is_enough() -> None:
    workers = [replace(second, process="worker-1", cpu_ratio=0.99) for second in healthy_seconds()]
    verdict = verdict_of(steady_cells(), seconds=[*healthy_seconds(), *workers])
    assert finding(verdict, "generator not saturated").status is Status.INVALID


@pytest.mark.parametrize(
    ("status", "cause", "mend"),
    [
        (401, "wrong or missing API key", "set TARGET_API_KEY to a valid key"),
        (403, "wrong or missing API key", "set TARGET_API_KEY to a valid key"),
        (429, "rate limited", "raise the target's rate limit, or lower the load"),
    ],
)
def test_all_answers_refused(status: int, cause: str, mend: str) -> None:
    refused = [cell(t_s, failed=[0.001] * 3, endpoint=CLASSIFY, status=status) for t_s in range(120)]
    verdict = verdict_of([*steady_cells(), *refused], endpoints=(SEARCH, CLASSIFY))
    found = finding(verdict, f"answers allowed {CLASSIFY}")
    assert (found.status, found.endpoint, found.mend) == (Status.INVALID, CLASSIFY, mend)
    assert found.sentence == f"all 360 answers of {CLASSIFY} were {status}: {cause}"


def test_some_refused_answers_are_failures_and_not_invalid() -> None:
    cells = [*steady_cells(), cell(30, failed=[0.001] * 5, status=401)]
    assert finding(verdict_of(cells), "answers allowed").status is Status.PASS


DEAD = {"target": target_state(died="signal 9 at 60 s", healthy_after=False)}


def test_the_death_of_the_target_is_a_failure_and_not_hidden_behind_what_it_caused() -> None:
    cells = [
        *steady_cells(seconds=range(60)),
        *(cell(t_s, failed=[0.001] * 10, status=0) for t_s in range(60, 70)),
    ]
    seconds = changed(healthy_seconds(until_s=70), lambda t_s: t_s > 60, users=2)
    verdict = verdict_of(
        cells,
        seconds=seconds,
        run_changes=DEAD | {"problems": ("topping up the data set failed",)},
        completion_changes={"reason": "target died", "load_end_epoch_s": START + 70.0},
    )
    assert (verdict.status, verdict.exit_status) == (Status.FAIL, 1)
    assert verdict.summary.startswith("FAIL: the target died under load: signal 9 at 60 s")
    for name in ("ended in order", "users reached", "nothing broke"):
        assert finding(verdict, name).status is Status.WARN
        assert "the target died under load" in finding(verdict, name).sentence


def test_what_the_death_does_not_explain_stays_invalid_but_the_summary_names_it() -> None:
    verdict = verdict_of(
        steady_cells(), run_changes=DEAD, completion_changes={"workers_lost": ("worker-1",)}, workers=1
    )
    assert verdict.status is Status.INVALID
    assert verdict.summary.startswith(
        "INVALID: the target died under load: signal 9 at 60 s; 1 worker of 1 lost"
    )


def test_an_objective_on_survival_takes_the_place_of_the_check() -> None:
    verdict = verdict_of(steady_cells(), Objective(metric="alive", at_least=1), run_changes=DEAD)
    assert [f.name for f in verdict.findings if f.status is Status.FAIL] == ["alive"]
    assert verdict.summary == "FAIL: the target died under load: signal 9 at 60 s"


def test_a_target_that_was_not_asked_for_its_health_is_a_warning() -> None:
    verdict = verdict_of(steady_cells(), run_changes={"target": target_state(healthy_after=None)})
    assert finding(verdict, "target alive").status is Status.WARN


def test_builders_make_a_run_of_the_steady_schedule() -> None:
    assert run(None).load_start_epoch_s == START
    assert STEADY.duration_s == 120
