"""Schedules: levels by second, spans, and stages that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.stage import Schedule, Stage

RAMP = Stage(name="ramp", duration_s=10, start_level=0, end_level=100, judged=False)
HOLD = Stage(name="hold", duration_s=20.5, start_level=100, end_level=100)
SCHEDULE = Schedule(stages=(RAMP, HOLD))


@pytest.mark.parametrize(
    ("t_s", "level"),
    [(-1, 0), (0, 0), (2.5, 25), (9.99, 99.9), (10, 100), (30.49, 100), (30.5, 0), (99, 0)],
)
def test_level_by_second(t_s: float, level: float) -> None:
    assert SCHEDULE.level_at(t_s) == pytest.approx(level)


def test_spans_follow_each_other() -> None:
    assert [(span.stage.name, span.start_s, span.end_s) for span in SCHEDULE.spans] == [
        ("ramp", 0.0, 10.0),
        ("hold", 10.0, 30.5),
    ]
    assert [span.stage.name for span in SCHEDULE.judged_spans()] == ["hold"]
    assert (SCHEDULE.duration_s, SCHEDULE.peak_level) == (30.5, 100)
    hold = SCHEDULE.span_named("hold")
    assert hold is not None
    assert SCHEDULE.span_at(10.0) == hold
    assert SCHEDULE.span_named("nope") is None
    assert SCHEDULE.span_at(31.0) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"duration_s": 0}, "must last more than 0 s"),
        ({"duration_s": -5}, "must last more than 0 s"),
        ({"duration_s": float("nan")}, "must last more than 0 s"),
        ({"start_level": -1}, "level below 0"),
        ({"end_level": -1}, "level below 0"),
    ],
)
def test_an_impossible_stage_is_refused(changes: dict[str, float], words: str) -> None:
    usual: dict[str, float] = {"duration_s": 1, "start_level": 1, "end_level": 1}
    with pytest.raises(ValueError, match=words):
        Stage(name="x", **(usual | changes))  # type: ignore[arg-type]


def test_a_schedule_without_stages_or_with_one_name_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        Schedule(stages=())
    with pytest.raises(ValueError, match="repeated: hold"):
        Schedule(stages=(HOLD, RAMP, HOLD))


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=6),
    st.floats(-10, 400),
)
def test_a_level_is_between_those_of_its_stage(shape: list[tuple[float, float, float]], t_s: float) -> None:
    stages = tuple(
        Stage(name=str(n), duration_s=length_s, start_level=low, end_level=high)
        for n, (length_s, low, high) in enumerate(shape)
    )
    schedule = Schedule(stages=stages)
    span = schedule.span_at(t_s)
    level = schedule.level_at(t_s)
    if span is None:
        assert level == 0
    else:
        ends = (span.stage.start_level, span.stage.end_level)
        assert min(ends) - 1e-9 <= level <= max(ends) + 1e-9
