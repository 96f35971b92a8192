"""The statistics kernel against known values, laws, and simulations of which the truth is known."""

from __future__ import annotations

from math import erf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from verdict_builders import steady_cells

from harness.model.series import Cell, Series
from harness.model.stage import Schedule, Stage
from harness.verdict import confidence, power
from harness.verdict.recording import Recording
from harness.verdict.traffic import quantile, samples_needed

Floats = NDArray[np.float64]


@pytest.mark.parametrize(
    ("hits", "size", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),  # 1 - 0.025^(1/10)
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),  # Clopper and Pearson's table
        (1, 100, 0.000253, 0.05446),
    ],
)
def test_exact_bounds_of_a_share(hits: int, size: int, low: float, high: float) -> None:
    assert confidence.share_bounds(hits, size) == (
        pytest.approx(low, rel=2e-3),
        pytest.approx(high, rel=2e-3),
    )


@pytest.mark.parametrize(("q", "needed"), [(0.5, 2), (0.9, 10), (0.95, 20), (0.99, 100), (0.999, 1000)])
def test_samples_needed_by_a_quantile(q: float, needed: int) -> None:
    assert samples_needed(q) == needed


def test_no_upper_bound_of_a_quantile_where_even_the_maximum_is_none() -> None:
    # the maximum of n exceeds the P95 with certainty 1 - 0.95^n: 0.975 needs n = log(0.025)/log(0.95) = 71.9
    assert confidence.quantile_levels(0.95, 71)[1] is None
    assert confidence.quantile_levels(0.95, 73)[1] == pytest.approx(1.0, abs=0.002)


def test_quantile_levels_are_those_of_order_statistics() -> None:
    # median of 100: ranks 40 and 61 (Conover, Practical Nonparametric Statistics): levels near 0.40 and 0.60
    low, high = confidence.quantile_levels(0.5, 100)
    assert low == pytest.approx(0.40, abs=0.012)
    assert high == pytest.approx(0.60, abs=0.012)


def test_requests_that_come_in_alike_blocks_have_no_design_effect() -> None:
    assert confidence.design_effect(np.full(10, 5.0), np.full(10, 100.0)) == 1.0


def test_one_bad_block_has_the_design_effect_of_the_ratio_estimator() -> None:
    # share 0.05; one block deviates by 45, nine by -5: squares 2025 + 225 = 2250; × 10/9 / 1000² = 0.0025;
    # of independent ones 0.05 × 0.95 / 1000 = 4.75e-5: 52.6 times (ten blocks are too few to merge)
    hits = np.array([50.0] + [0.0] * 9)
    assert confidence.design_effect(hits, np.full(10, 100.0)) == pytest.approx(52.63, rel=1e-3)


def test_one_block_gives_no_interval() -> None:
    assert confidence.share_interval(np.array([1.0]), np.array([100.0])) is None
    assert confidence.mean_interval(np.array([1.0]), np.array([10.0])) is None


def test_two_blocks_are_worth_little() -> None:
    # t of 1 is 12.7: effective n is 200 × (1.97/12.7)² = 4.8
    sample = confidence.sample_of(np.array([5.0, 5.0]), np.array([100.0, 100.0]))
    assert sample is not None
    assert sample.effective == pytest.approx(4.8, abs=0.1)


def test_zero_errors_need_the_known_number_of_requests() -> None:
    expected = log(0.025) / log(1 - 0.001)  # 3,687
    assert power.size_to_prove(0.0, 0.001) == pytest.approx(expected, rel=2e-3)


def test_a_share_at_the_limit_can_never_be_proven() -> None:
    assert power.size_to_prove(0.05, 0.05) is None
    assert power.size_to_prove(0.05, 0.05001) is None


def test_rate_interval_is_the_t_interval_of_blocks() -> None:
    # rates 9, 10, 11: mean 10, s = 1, t of 2 is 4.303: 10 ± 4.303/√3 = 2.484
    found = confidence.mean_interval(np.array([90.0, 100.0, 110.0]), np.full(3, 10.0))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(7.516, abs=1e-3), pytest.approx(12.484, abs=1e-3))


@given(hits=st.floats(0, 100), size=st.floats(100, 1e5))
def test_bounds_hold_the_estimate(hits: float, size: float) -> None:
    low, high = confidence.share_bounds(hits, size)
    assert 0 <= low <= hits / size + 1e-12
    assert hits / size - 1e-12 <= high <= 1


@given(st.floats(0, 0.2), st.floats(0.001, 0.3))
def test_stated_size_proves_what_it_says(share: float, limit: float) -> None:
    size = power.size_to_prove(share, limit)
    if size is not None:
        low, high = confidence.share_bounds(share * size, size)
        assert high <= limit if share < limit else low > limit


@given(st.sampled_from([0.5, 0.9, 0.95, 0.99]), st.floats(2, 1e5))
def test_levels_enclose_the_quantile(q: float, effective: float) -> None:
    low, high = confidence.quantile_levels(q, effective)
    assert low is None or low <= q
    assert high is None or high >= q - 1 / effective


def simulated_seconds(rng: np.random.Generator, runs: int, seconds: int, rho: float) -> Floats:
    """Standard normal AR(1) noise by run and second."""
    noise = rng.standard_normal((runs, seconds))
    for second in range(1, seconds):
        noise[:, second] = rho * noise[:, second - 1] + sqrt(1 - rho**2) * noise[:, second]
    return noise


@pytest.mark.parametrize(("rho", "weight"), [(0.0, 0.0), (0.8, 0.5)], ids=["independent", "autocorrelated"])
def test_share_interval_covers_the_truth(rho: float, weight: float) -> None:
    # latency z = weight·(noise of its second) + rest is standard normal; the share above 1.2816 is 10 %
    rng, runs, seconds, rate = np.random.default_rng(7), 400, 300, 10
    noise = simulated_seconds(rng, runs, seconds, rho)
    rest = rng.standard_normal((runs, seconds, rate))
    latencies = weight * noise[:, :, None] + sqrt(1 - weight**2) * rest
    hits = (latencies > 1.2816).sum(axis=2).reshape(runs, 30, 10).sum(axis=2).astype(float)
    covered = naive = wrongly = 0
    for row in hits:
        interval = confidence.share_interval(row, np.full(30, 100.0))
        assert interval is not None
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= 0.1 <= interval.high
        wrongly += interval.high < 0.1
        low, high = confidence.share_bounds(row.sum(), 3000)
        naive += low <= 0.1 <= high
    # 95 % promised; three standard errors of 400 runs are 3.3 %
    assert covered / runs >= 0.92
    if weight:
        assert wrongly / runs <= 0.05, "wrongly proven to be below the truth"
        assert naive / runs < 0.9, "the case is autocorrelated enough to matter"


def recording_of(latencies_s: Floats) -> Recording:
    """A recording with one row of latencies a second."""
    rate = latencies_s.shape[1]
    cells: list[Cell] = steady_cells(
        lambda n: float(latencies_s[n // rate, n % rate]), rate=rate, seconds=range(len(latencies_s))
    )
    stage = Stage(name="hold", duration_s=len(latencies_s), start_level=1, end_level=1)
    return Recording(
        schedule=Schedule(stages=(stage,)), series=Series(cells=tuple(cells)), ended_s=float(len(latencies_s))
    )


@pytest.mark.parametrize(("rho", "weight"), [(0.0, 0.0), (0.8, 0.5)], ids=["independent", "autocorrelated"])
def test_p95_interval_covers_the_truth(rho: float, weight: float) -> None:
    rng, runs, seconds = np.random.default_rng(11), 120, 150
    noise = simulated_seconds(rng, runs, seconds, rho)
    truth = 0.1 * np.exp(0.5 * 1.6449)  # P95 of a log-normal
    covered = 0
    for row in noise:
        z = weight * row[:, None] + sqrt(1 - weight**2) * rng.standard_normal((seconds, 4))
        interval = quantile(0.95, recording_of(0.1 * np.exp(0.5 * z)), None, None).interval
        assert interval is not None
        covered += (interval.low or 0.0) <= truth <= (interval.high or np.inf)
    assert covered / runs >= 0.89  # 95 % less three standard errors of 120 runs


def test_truth_ten_percent_below_the_limit_seldom_fails_at_the_stated_number() -> None:
    # log-normal latencies of sigma 0.5; the limit is 10 % above the true P95. Share above the limit:
    # 1 - Phi(1.6449 + ln(1.1)/0.5) = 1 - Phi(1.8355) = 3.32 %
    beyond = 1.6449 + log(1.1) / 0.5
    share = 0.5 * (1 - erf(beyond / sqrt(2)))
    stated = power.size_to_prove(share, 0.05)
    assert stated is not None
    rng, runs = np.random.default_rng(3), 1000
    above = rng.binomial(int(stated), share, size=runs)
    wrong = (above > 0.05 * int(stated)).mean()
    assert 500 < stated < 1500
    assert wrong <= 0.03  # measured 1.9 %; a P95 fails when more than 5 % are above its limit


def test_proven_is_seldom_wrong() -> None:
    # truth exactly at the limit: "proven to keep it" is wrong; it must happen in at most 2.5 % of the runs
    rng, runs, size = np.random.default_rng(5), 1000, 1000
    wrong = 0
    for above in rng.binomial(size // 20, 0.05, size=(runs, 20)).astype(float):
        interval = confidence.share_interval(above, np.full(20, size / 20))
        assert interval is not None
        assert interval.high is not None
        wrong += interval.high <= 0.05
    assert wrong / runs <= 0.04  # 2.5 % and three standard errors
