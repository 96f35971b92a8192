"""Wrong verdicts are as rare as promised on simulated runs; `benchmarks/error_rates.py` runs many more."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def simulation() -> ModuleType:
    """`benchmarks/error_rates.py`, a script outside the packages."""
    path = Path(__file__).parents[2] / "benchmarks" / "error_rates.py"
    spec = importlib.util.spec_from_file_location("error_rates", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["error_rates"] = module
    spec.loader.exec_module(module)
    return module


rates = simulation()
P95, ERRORS = rates.CASES[1], rates.CASES[3]


@pytest.mark.parametrize("noise", rates.NOISES, ids=lambda noise: noise.name)
def test_truth_ten_percent_below_the_limit_fails_in_one_percent_of_the_runs_at_most(noise) -> None:
    stated = P95.stated(np.random.default_rng(0), rates.BELOW, noise, 20_000)
    found = rates.absolute(P95, noise, runs=1000, share=1.0, truth=rates.BELOW, stated=stated, seed=1)
    assert found.failed <= 0.01
    below = rates.absolute(P95, noise, runs=200, share=0.25, truth=rates.BELOW, stated=stated, seed=1)
    assert below.failed > found.failed, "so many requests are needed"


@pytest.mark.parametrize("noise", rates.NOISES, ids=lambda noise: noise.name)
def test_truth_on_the_limit_is_proven_in_five_percent_of_the_runs_at_most(noise) -> None:
    found = rates.absolute(P95, noise, runs=300, share=1.0, truth=1.0, stated=1500, seed=2)
    assert found.proven_kept + found.proven_broken <= 0.05 + 0.03  # three standard errors of 300 runs
    assert 0.4 < found.failed < 0.6


def test_error_rate_ten_percent_below_the_limit() -> None:
    stated = ERRORS.stated(np.random.default_rng(0), rates.BELOW, rates.INDEPENDENT, 20_000)
    found = rates.absolute(
        ERRORS, rates.INDEPENDENT, runs=100, share=1.0, truth=rates.BELOW, stated=stated, seed=1
    )
    assert found.failed <= 0.01


@pytest.mark.parametrize("noise", rates.NOISES, ids=lambda noise: noise.name)
def test_relative_promises(noise) -> None:
    alike, below, limit = (
        rates.relative(noise, runs=100, above=above, requests=3000, seed=3) for above in (0.0, 0.35, 0.5)
    )
    assert alike.failed == 0
    assert below.failed <= 0.03
    assert limit.proven_kept + limit.proven_broken <= 0.05 + 0.06  # three standard errors of 100 runs
