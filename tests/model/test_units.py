"""Units as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import units


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500ms", 0.5),
        ("1s", 1),
        ("1.5s", 1.5),
        ("5m", 300),
        ("1h", 3600),
        ("1m30s", 90),
        ("1h 2m 3s", 3723),
        ("0s", 0),
    ],
)
def test_durations(text: str, value: float) -> None:
    assert units.seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "5", "s", "5 parsecs", "-5s", "5s5", "1s x", "5S", "1,5s", "nan", "5min"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 500ms, 30s, 5m or 1h"):
        units.seconds(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.1%", 0.001), ("50 %", 0.5), ("100%", 1.0), ("150%", 1.5), ("0%", 0)]
)
def test_percentages(text: str, value: float) -> None:
    assert units.ratio(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "0.1", "%", "1%%", "one%", "1 percent"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        units.ratio(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2GiB", 2**31), ("1.5 MiB", 1_572_864), ("500MB", 5 * 10**8), ("7B", 7), ("1kB", 1000)],
)
def test_sizes(text: str, value: int) -> None:
    assert units.size_bytes(text) == value


@pytest.mark.parametrize("text", ["", "2", "2G", "2gib", "GiB", "2 GiB/s"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        units.size_bytes(text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "s", "–"),
        (0.00712, "s", "7.12 ms"),
        (1.2399, "s", "1.24 s"),
        (320, "s", "5m 20s"),
        (0.001, "ratio", "0.1 %"),
        (0.5, "ratio", "50 %"),
        (1.5, "ratio", "150 %"),
        (2 * 2**30, "bytes", "2 GiB"),
        (512, "bytes", "512 B"),
        (118.44, "per_s", "118.4/s"),
        (3.0, "count", "3"),
        (1.5, "cores", "1.5 cores"),
    ],
)
def test_values_as_people_read_them(value: float | None, unit: str, text: str) -> None:
    assert units.show(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.99999, "s", "1 s"),
        (0.0000004, "s", "0.0004 ms"),
        (119.7, "s", "2m 00s"),
        (12_345.6, "per_s", "12,346/s"),
        (1023 * 1024, "bytes", "1,023 KiB"),
        (1e-8, "ratio", "0.000001 %"),
        (0, "ratio", "0 %"),
        (0.99999, "ratio", "100 %"),
    ],
)
def test_no_value_is_shown_with_an_exponent(value: float, unit: str, text: str) -> None:
    assert units.show(value, unit) == text


@given(st.floats(0.001, 86_400))
def test_a_shown_duration_is_close_to_the_value(value: float) -> None:
    shown = units.show_seconds(value).replace(" ", "")
    assert units.seconds(shown) == pytest.approx(value, rel=0.006, abs=0.51 if value > 119 else 0.0)
