"""What waiting users left unsent, against simulated users of which the truth is known; Little's law."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from verdict_builders import CLASSIFY, SEARCH, cell, finding, healthy_seconds, steady_cells, verdict_of

from harness.model.series import Cell, Series
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Status
from harness.verdict.closed_loop import ClosedLoop
from harness.verdict.omission import unsent
from harness.verdict.recording import Recording

SECONDS, USERS, PAUSE_S, FAST_S = 300, 20, 0.5, 0.05
HOLD = Schedule(stages=(Stage(name="hold", duration_s=SECONDS, start_level=USERS, end_level=USERS),))
OMISSION, LITTLE = "coordinated omission", "Little's law"


def closed_loop(wait_s: Callable[[float], float], *, seed: int = 1) -> list[Cell]:
    """Users who wait `wait_s` of the time of sending, then pause for around PAUSE_S."""
    rng = np.random.default_rng(seed)
    starts: dict[int, list[float]] = defaultdict(list)
    for _ in range(USERS):
        now_s = float(rng.uniform(0, PAUSE_S))
        while now_s < SECONDS:
            starts[int(now_s)].append(wait_s(now_s))
            now_s += wait_s(now_s) + float(rng.uniform(0.5, 1.5)) * PAUSE_S
    return [cell(t_s, waits) for t_s, waits in sorted(starts.items())]


def stalled(now_s: float) -> float:
    """A server that answers at once, but not from 200 s to 220 s."""
    return 220 - now_s + FAST_S if 200 <= now_s < 220 else FAST_S


def judged(cells: list[Cell], name: str = OMISSION, **changes: object) -> Finding:
    return finding(verdict_of(cells, **({"schedule": HOLD} | changes)), name)


def recording_of(cells: list[Cell]) -> Recording:
    series = Series(cells=tuple(cells), seconds=tuple(healthy_seconds(HOLD)))
    return Recording(schedule=HOLD, series=series, ended_s=SECONDS)


def test_requests_that_a_stall_kept_from_being_sent_are_estimated() -> None:
    # each of 20 users waits for the rest of the stall, about 19.75 s, and not 0.55 s: 20 × 19.75 / 0.55 = 718
    recording = recording_of(closed_loop(stalled))
    calm = ClosedLoop.of(recording).calmest()
    assert calm is not None
    assert (calm.wait_s, calm.pause_s) == (pytest.approx(FAST_S, rel=0.01), pytest.approx(PAUSE_S, rel=0.03))
    found = unsent(recording, calm)
    sent, without = (sum(each.answered.total for each in cells) for cells in (closed_loop(stalled), _calm()))
    assert found.number == pytest.approx(718, rel=0.03)
    assert found.number == pytest.approx(without - sent, rel=0.1)


def _calm() -> list[Cell]:
    return closed_loop(lambda _: FAST_S)


def test_the_p99_with_what_was_not_sent_is_that_of_an_open_model() -> None:
    # 20/300 of all planned requests fall into the stall and wait for its rest, evenly from 0 to 20 s: the
    # worst 1 % are those of its first 3 s, so 17 s. The users themselves sent but 20 of 10,000 in it
    recording = recording_of(closed_loop(stalled))
    calm = ClosedLoop.of(recording).calmest()
    assert calm is not None
    assert recording.window(None, None).judged.quantile_s(0.99) == pytest.approx(FAST_S, rel=0.01)
    assert unsent(recording, calm).latencies.quantile_s(0.99) == pytest.approx(17, rel=0.03)


def test_a_stall_is_told_with_its_length() -> None:
    found = judged(closed_loop(stalled))
    assert found.status is Status.PASS
    assert found.measured == pytest.approx(0.066, abs=0.004)
    assert "for up to 20 s nobody got an answer" in found.sentence or "19 s nobody" in found.sentence
    assert "with those the P99 of all is" in found.sentence


def test_many_unsent_requests_are_a_warning() -> None:
    found = judged(closed_loop(lambda now_s: 1.0 if now_s > 100 else FAST_S))
    # from 100 s on one in 1.5 s instead of in 0.55 s: 364 of 545 a user
    assert found.status is Status.WARN
    assert found.measured == pytest.approx(200 * (1 - 0.55 / 1.5) / 300, abs=0.02)
    assert "constant request rate" in found.mend


def test_a_calm_run_hid_nothing() -> None:
    found = judged(_calm())
    assert found.status is Status.PASS
    assert "waiting hid none" in found.sentence
    assert "nobody" not in found.sentence


def test_an_endpoint_that_always_is_slow_hides_nothing() -> None:
    rng = np.random.default_rng(3)
    slow = [cell(t, [float(rng.uniform(4, 6))], endpoint=CLASSIFY) for t in range(SECONDS)]
    found = judged([*steady_cells(0.05, seconds=range(SECONDS)), *slow], endpoints=(SEARCH, CLASSIFY))
    assert found.measured == pytest.approx(0, abs=0.01)


def test_an_arrival_rate_never_waits() -> None:
    schedule = replace(HOLD, unit="arrivals_per_s")
    names = {each.name for each in verdict_of(_calm(), schedule=schedule).findings}
    assert not names & {OMISSION, LITTLE}


@pytest.mark.parametrize("name", [OMISSION, LITTLE])
def test_too_short_a_run_does_not_tell_the_pace(name: str) -> None:
    short = Schedule(stages=(Stage(name="hold", duration_s=20, start_level=10, end_level=10),))
    assert judged(steady_cells(seconds=range(20)), name, schedule=short).status is Status.NOT_JUDGED


@pytest.mark.parametrize("wait_s", [lambda _: FAST_S, stalled, lambda now_s: 1.0 if now_s > 100 else FAST_S])
def test_littles_law_holds_for_users_who_wait_and_pause(wait_s: Callable[[float], float]) -> None:
    found = judged(closed_loop(wait_s), LITTLE)
    assert found.status is Status.PASS
    assert "20.0 users ran" in found.sentence


def test_users_who_lose_time_elsewhere_are_noticed() -> None:
    # from 100 s on half of the requests are missing, and no wait explains it
    cells = [each for each in _calm() if each.t_s < 100 or each.t_s % 2]
    found = judged(cells, LITTLE)
    assert found.status is Status.WARN
    assert "neither waiting nor pausing" in found.sentence


def test_users_who_wait_for_longer_than_they_run_are_noticed() -> None:
    # 10 requests a second that take 5 s each keep 50 users waiting, and 20 ran
    found = judged(steady_cells(5.0, seconds=range(SECONDS)), LITTLE)
    assert found.status is Status.WARN
    assert "waited for longer than they ran" in found.sentence


def test_simulated_runs_never_break_littles_law_by_chance() -> None:
    for seed in range(10):
        assert judged(closed_loop(lambda _: 0.2, seed=seed), LITTLE).status is Status.PASS
