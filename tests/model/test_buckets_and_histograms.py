"""Buckets are at most 0.4 % wide, and quantiles of histograms are those of the exact samples."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.model.buckets import bucket_of, value_of
from harness.model.histogram import Histogram

MICROSECONDS = st.integers(0, 10**10)


def histogram(microseconds: list[int]) -> Histogram:
    counts: dict[int, int] = {}
    for us in microseconds:
        counts[bucket_of(us)] = counts.get(bucket_of(us), 0) + 1
    return Histogram(counts)


@given(MICROSECONDS)
def test_a_bucket_holds_its_latency_and_stands_for_it_within_a_fifth_of_a_percent(us: int) -> None:
    bucket = bucket_of(us)
    assert bucket <= us
    assert abs(value_of(bucket) - us) <= 0.002 * us


@given(MICROSECONDS)
def test_a_bucket_is_at_most_four_tenths_of_a_percent_wide_and_its_own_bucket(us: int) -> None:
    bucket = bucket_of(us)
    width = 2 * (value_of(bucket) - bucket) + 1
    assert width <= max(1, 0.004 * bucket)
    assert bucket_of(bucket) == bucket
    assert bucket_of(bucket + int(width) - 1) == bucket
    assert bucket_of(bucket + int(width)) != bucket


@given(MICROSECONDS, MICROSECONDS)
def test_buckets_keep_the_order(first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert bucket_of(low) <= bucket_of(high)
    assert value_of(bucket_of(low)) <= value_of(bucket_of(high))


def test_below_512_microseconds_buckets_are_exact() -> None:
    assert [bucket_of(us) for us in range(512)] == list(range(512))
    assert [value_of(us) for us in (0, 1, 511)] == [0.0, 1.0, 511.0]
    # from 512 on two values share a bucket, from 1024 on four
    assert (bucket_of(513), value_of(512)) == (512, 512.5)
    assert (bucket_of(1027), value_of(1024)) == (1024, 1025.5)


SHAPES: dict[str, Callable[[np.random.Generator], NDArray[np.float64]]] = {
    "uniform": lambda rng: rng.uniform(1e3, 1e5, 20_000),
    "exponential": lambda rng: rng.exponential(2e4, 20_000),
    "log-normal": lambda rng: np.exp(rng.normal(10, 1, 20_000)),
    "two peaks": lambda rng: np.where(rng.random(20_000) < 0.96, rng.normal(5e3, 100, 20_000), 2e6),
    "heavy tail": lambda rng: 1e3 * rng.pareto(1.2, 20_000),
    "constant": lambda _: np.full(20_000, 105_432.0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("q", [0.001, 0.5, 0.95, 0.99, 0.999, 1.0])
def test_quantiles_are_the_exact_ones(shape: str, q: float) -> None:
    microseconds = sorted(int(us) for us in SHAPES[shape](np.random.default_rng(1)))
    exact = microseconds[max(1, ceil(q * len(microseconds) - 1e-9)) - 1]
    found = histogram(microseconds).quantile_s(q)
    assert found is not None
    assert found * 1e6 == pytest.approx(exact, rel=0.002)


def test_a_small_change_is_seen_and_none_is_not() -> None:
    before, after, slow = (histogram([us] * 1000).quantile_s(0.95) for us in (105_000, 105_100, 125_000))
    assert before is not None
    assert after is not None
    assert slow is not None
    assert after / before - 1 < 0.004
    assert slow / after - 1 == pytest.approx(0.189, abs=0.004)


@pytest.mark.parametrize(
    ("q", "rank"), [(0.01, 1), (0.5, 50), (0.95, 95), (0.951, 96), (0.99, 99), (0.991, 100), (1.0, 100)]
)
def test_quantile_is_the_upper_nearest_rank(q: float, rank: int) -> None:
    assert histogram(list(range(1, 101))).quantile_s(q) == pytest.approx(rank / 1e6)


def test_an_empty_histogram_has_no_latency_rather_than_zero() -> None:
    empty = Histogram()
    assert (empty.total, empty.quantile_s(0.5), empty.mean_s, empty.max_s) == (0, None, None, None)
    assert empty.count_above(0.0) == 0


@given(st.lists(st.lists(st.integers(0, 10**8), max_size=30), max_size=6))
def test_merging_parts_equals_counting_all(parts: list[list[int]]) -> None:
    whole = histogram([us for part in parts for us in part])
    assert Histogram.merged(histogram(part) for part in parts) == whole


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=200), st.randoms(use_true_random=False))
def test_order_changes_nothing(microseconds: list[int], random: object) -> None:
    shuffled = list(microseconds)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for q in (0.5, 0.95, 0.99):
        assert histogram(shuffled).quantile_s(q) == histogram(microseconds).quantile_s(q)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=100))
def test_mean_and_max_are_within_a_fifth_of_a_percent(microseconds: list[int]) -> None:
    found = histogram(microseconds)
    assert found.mean_s == pytest.approx(sum(microseconds) / len(microseconds) / 1e6, rel=0.002)
    assert found.max_s == pytest.approx(max(microseconds) / 1e6, rel=0.002)


def test_count_above() -> None:
    found = histogram([100, 200, 200, 300])
    assert [found.count_above(limit_s) for limit_s in (0, 1e-4, 2e-4, 3e-4)] == [4, 3, 1, 0]
