"""Lines of a series add up to windows, and a line that is cut is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.histogram import Histogram
from harness.model.series import Cell, Series, Window

START = 1_763_877_600
LINE = (
    '{"t":1763877605,"endpoint":"POST /search","answered":{"10240":3},"failed":{"512":1},'
    '"unanswered":{"30000000":1},"service":{"10000":3},'
    '"causes":{"500 Internal Server Error":1,"timed out":1},'
    '"statuses":{"500":1,"0":1},"remarks":{"found no work":2}}'
)


def test_a_line_is_a_cell_on_the_runs_clock() -> None:
    cell = Cell.from_line(LINE, load_start_epoch_s=START)
    assert (cell.t_s, cell.endpoint) == (5, "POST /search")
    assert cell.answered == Histogram({10240: 3})
    assert cell.statuses == {500: 1, 0: 1}
    window = Window.of([cell], seconds=1)
    assert (window.requests, window.failures, window.error_ratio) == (5, 2, 0.4)
    assert window.judged == Histogram({10240: 3, 30000000: 1})


def test_parts_that_are_left_out_are_empty() -> None:
    cell = Cell.from_line('{"t":1763877600,"endpoint":"e","answered":{"1":1}}', load_start_epoch_s=START)
    assert (cell.failed.total, cell.unanswered.total, cell.causes, cell.remarks) == (0, 0, {}, {})


@given(st.integers(0, len(LINE) - 1))
def test_a_cut_line_is_refused(length: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of json or of ours
        Cell.from_line(LINE[:length], load_start_epoch_s=START)


@pytest.mark.parametrize(
    "line",
    ["[]", "3", '"x"', "{}", '{"t":1}', '{"t":null,"endpoint":"e"}', '{"t":1,"endpoint":"e","answered":3}'],
)
def test_a_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is of little use to a program
        Cell.from_line(line, load_start_epoch_s=START)


def cell(t_s: int, endpoint: str, us: int, count: int) -> Cell:
    return Cell(
        t_s=t_s, endpoint=endpoint, answered=Histogram({us: count}), causes={"x": count}, statuses={0: count}
    )


CELLS = st.lists(
    st.builds(cell, st.integers(-2, 30), st.sampled_from("ab"), st.integers(0, 511), st.integers(1, 5)),
    max_size=40,
)


@given(CELLS, st.integers(0, 28), st.integers(0, 28))
def test_merging_windows_equals_one_window(cells: list[Cell], first: int, second: int) -> None:
    series = Series(cells=tuple(cells))
    low, high = sorted((first, second))
    for endpoint in (None, "a"):
        parts = [(0.0, float(low)), (float(low), float(high)), (float(high), 28.0)]
        assert series.window(endpoint, parts) == series.window(endpoint, [(0, 28)])


@given(CELLS, st.randoms(use_true_random=False))
def test_order_of_lines_changes_nothing(cells: list[Cell], random: object) -> None:
    shuffled = list(cells)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = Series(cells=tuple(cells)), Series(cells=tuple(shuffled))
    assert first.endpoints == second.endpoints
    assert first.last_s == second.last_s
    assert first.window(None, [(0, 30)]) == second.window(None, [(0, 30)])


def test_a_window_holds_its_first_second_and_not_its_last() -> None:
    series = Series(cells=tuple(cell(t_s, "a", 100, 1) for t_s in range(10)))
    window = series.window(None, [(2, 5)])
    assert (window.requests, window.seconds, window.rate_per_s) == (3, 3, 1.0)


def test_a_late_answer_adds_to_its_start_second() -> None:
    line = json.loads(LINE)
    cells = [Cell.from_line(json.dumps(each), load_start_epoch_s=START) for each in (line, line)]
    assert Series(cells=tuple(cells)).window("POST /search", [(5, 6)]).requests == 10


def test_an_empty_window_has_no_error_ratio_rather_than_zero() -> None:
    window = Series().window(None, [(0, 10)])
    assert (window.requests, window.error_ratio, window.judged.quantile_s(0.95)) == (0, None, None)
    assert Series().last_s is None
