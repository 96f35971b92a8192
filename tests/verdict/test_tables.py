"""Tables, timeline and charts add up to the run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdict_builders import CLASSIFY, SEARCH, STEADY, cell, healthy_seconds, steady_cells, verdict_of

from harness.model.evidence import Evidence
from harness.model.series import Series
from harness.model.sla import Objective
from harness.model.stage import Schedule, Stage
from harness.verdict.recording import Recording
from harness.verdict.tables import ALL_JUDGED, endpoint_rows, failure_rows, headline
from harness.verdict.timeline import step_for


def recording(cells: list[object], schedule: Schedule = STEADY) -> Recording:
    series = Series(cells=tuple(cells), seconds=tuple(healthy_seconds(schedule)))  # type: ignore[arg-type]
    return Recording(schedule=schedule, series=series, ended_s=schedule.duration_s)


def test_rows_of_every_stage_and_endpoint() -> None:
    cells = [*steady_cells(0.1), *steady_cells(0.3, rate=5, endpoint=CLASSIFY), cell(50, unanswered=[9.0])]
    rows = endpoint_rows(recording(cells), (SEARCH, CLASSIFY))
    found = {(row.stage, row.endpoint): row for row in rows}
    assert list(found) == [
        (stage, endpoint)
        for stage in (ALL_JUDGED, "warm-up", "hold")
        for endpoint in (None, SEARCH, CLASSIFY)
    ]
    judged = found[ALL_JUDGED, SEARCH]
    assert (judged.requests, judged.failures, judged.unanswered) == (1001, 1, 1)
    assert judged.rate_per_s == pytest.approx(10.01)
    assert judged.error_ratio == pytest.approx(1 / 1001)
    assert judged.max_s == pytest.approx(9.0, rel=0.002)
    assert found["hold", None].requests == 1501
    assert [row.judged for row in rows] == [True] * 3 + [False] * 3 + [True] * 3


def test_an_endpoint_without_requests_has_no_latencies() -> None:
    row = endpoint_rows(recording(steady_cells()), (CLASSIFY,))[1]
    assert (row.endpoint, row.requests, row.error_ratio, row.p95_s, row.mean_s) == (
        CLASSIFY,
        0,
        None,
        None,
        None,
    )


def test_failures_by_endpoint_and_cause_with_first_and_last_second() -> None:
    cells = [
        cell(5, failed=[0.1] * 2),
        cell(90, failed=[0.1] * 3),
        cell(40, failed=[0.1], cause="timeout"),
        cell(7, failed=[0.1] * 9, endpoint=CLASSIFY),
    ]
    found = [
        (row.endpoint, row.cause, row.count, row.first_s, row.last_s)
        for row in failure_rows(recording(cells))
    ]
    assert found == [
        (CLASSIFY, "500 Internal Server Error", 9, 7, 7),
        (SEARCH, "500 Internal Server Error", 5, 5, 90),
        (SEARCH, "timeout", 1, 40, 40),
    ]


def test_at_most_fifty_failure_rows() -> None:
    cells = [cell(n, failed=[0.1], cause=f"cause {n}") for n in range(80)]
    assert len(failure_rows(recording(cells))) == 50


def test_headline() -> None:
    found = headline(recording([*steady_cells(0.1), cell(50, failed=[0.1] * 10)]))
    assert found == {
        "requests": 1010.0,
        "rate_per_s": pytest.approx(10.1),
        "error_ratio": pytest.approx(10 / 1010),
        "p95_s": pytest.approx(0.1, rel=0.002),
        "peak_users": 10.0,
        "judged_s": 100.0,
    }


@pytest.mark.parametrize(
    ("duration_s", "step_s"), [(10, 1), (600, 1), (601, 2), (3000, 5), (3660, 10), (86_400, 300)]
)
def test_steps_keep_the_timeline_at_600_points(duration_s: float, step_s: int) -> None:
    assert step_for(duration_s, requests=round(1000 * duration_s)) == step_s


@pytest.mark.parametrize(
    ("rate_per_s", "step_s"), [(120, 1), (20, 1), (10, 2), (5, 5), (0.5, 5)], ids=lambda value: f"{value:g}"
)
def test_steps_hold_twenty_requests_but_last_five_seconds_at_most(rate_per_s: float, step_s: int) -> None:
    assert step_for(300, requests=round(rate_per_s * 300)) == step_s


@pytest.mark.parametrize("hold_s", [100, 1000])
def test_timeline_adds_up_to_the_run(hold_s: int) -> None:
    ramp = Stage(name="ramp", duration_s=20, start_level=0, end_level=10, judged=False)
    schedule = Schedule(stages=(ramp, Stage(name="hold", duration_s=hold_s, start_level=10, end_level=10)))
    cells = [
        *steady_cells(rate=30, seconds=range(hold_s + 20)),
        cell(hold_s + 23, [0.1]),
        cell(7, failed=[0.1] * 4),
    ]
    verdict = verdict_of(cells, schedule=schedule)
    step_s = verdict.step_s
    assert step_s == (1 if hold_s == 100 else 2)
    lengths = [min(step_s, hold_s + 24 - point.t_s) for point in verdict.timeline]
    requests = sum(p.rate_per_s * s for p, s in zip(verdict.timeline, lengths, strict=True))
    assert requests == pytest.approx(30 * (hold_s + 20) + 5)
    assert sum(p.failures_per_s * s for p, s in zip(verdict.timeline, lengths, strict=True)) == pytest.approx(
        4
    )
    assert len(verdict.endpoint_p95_s[SEARCH]) == len(verdict.timeline)
    assert verdict.timeline[0].planned == pytest.approx(10 * (step_s / 2) / 20)  # the middle of the step
    assert verdict.timeline[30].users == 10
    assert [(m.name, m.start_s, m.end_s, m.judged) for m in verdict.stages] == [
        ("ramp", 0, 20, False),
        ("hold", 20, hold_s + 20, True),
        ("drain", hold_s + 20, hold_s + 24, False),
    ]


def test_a_second_without_requests_has_no_latency_rather_than_zero() -> None:
    point = verdict_of(steady_cells(rate=30, seconds=[n for n in range(120) if n != 60])).timeline[60]
    assert (point.p95_s, point.rate_per_s) == (None, 0.0)


def test_charts_of_what_was_collected() -> None:
    samples = tuple(
        {"t_s": n / 2, "target_cpu_cores": 0.5 + n % 2, "target_rss_bytes": 1e9 + n} for n in range(240)
    )
    pool = tuple({"t_s": float(n), "in_use": 3.0, "size": 10.0, "waiting": None} for n in range(120))
    verdict = verdict_of(
        steady_cells(rate=30),
        Objective(metric="memory", at_most=2e9),
        evidence=(
            Evidence(collector="resources", samples=samples, facts={"cpu_count": 2}),
            Evidence(collector="pool", samples=pool),
        ),
    )
    charts = {chart.title: chart for chart in verdict.charts}
    assert set(charts) == {
        "CPU by process group",
        "Memory",
        "Connection pool",
        "Generator: CPU by process",
        "Generator: event loop lag",
    }
    cpu = charts["CPU by process group"]
    assert cpu.lines["target"][60] == pytest.approx(1.0)  # the mean of 0.5 and 1.5
    assert len(cpu.t_s) == len(cpu.lines["target"]) == len(verdict.timeline)
    assert charts["Memory"].limit == 2e9
    assert charts["Memory"].lines["target (largest worker)"][0] == 1e9 + 1  # the most of two samples
    assert set(charts["Connection pool"].lines) == {"in use", "size"}


def test_no_charts_without_evidence() -> None:
    assert verdict_of(steady_cells(), seconds=[]).charts == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 119), st.floats(0.001, 5)), min_size=1, max_size=80))
def test_merging_windows_equals_one_window(requests: list[tuple[int, float]]) -> None:
    found = recording([cell(t_s, [latency_s]) for t_s, latency_s in requests])
    whole = found.series.window(None, [(0, 120)])
    parts = found.series.window(None, [(0, 33), (33, 70), (70, 120)])
    assert parts == whole
    blocks = found.blocks(None, None)
    judged = found.window(None, None).judged
    assert blocks.judged().sum() == judged.total
    for limit_s in (0.01, 0.5, 2.0):
        assert blocks.above(limit_s).sum() == judged.count_above(limit_s)


def test_judged_stages_that_are_apart_make_one_window() -> None:
    schedule = Schedule(
        stages=(
            Stage(name="first", duration_s=15, start_level=1, end_level=1),
            Stage(name="pause", duration_s=10, start_level=1, end_level=1, judged=False),
            Stage(name="second", duration_s=15, start_level=1, end_level=1),
        )
    )
    found = recording(steady_cells(rate=2, seconds=range(40)), schedule)
    assert found.window(None, None).requests == 60
    blocks = found.blocks(None, None)  # 30 s are three blocks of 10 s
    assert list(blocks.requests) == [20, 20, 20]
    assert found.seconds_of(None) == [*range(15), *range(25, 40)]
