"""Growth of the target's memory: a leak is found; caches that fill, steps and sawteeth are not accused."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from verdict_builders import STEADY, finding, steady_cells, verdict_of

from harness.model.evidence import Evidence
from harness.model.sla import Objective
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Status

MIB = 2.0**20
GROWTH = Objective(metric="memory_growth", at_most=0.1, requirement="LOAD-012")


def hold_of(seconds: int) -> Schedule:
    return Schedule(stages=(Stage(name="hold", duration_s=seconds, start_level=10, end_level=10),))


def judged(size_mib: Callable[[float], float], *, seconds: int = 300, **changes: object) -> Finding:
    """The finding on memory that is a function of the share of the stage that passed."""
    samples = tuple({"t_s": t + 0.5, "target_rss_bytes": MIB * size_mib(t / seconds)} for t in range(seconds))
    evidence = [Evidence(collector="resources", samples=samples)]
    cells = steady_cells(rate=1, seconds=range(seconds))
    verdict = verdict_of(cells, GROWTH, evidence=evidence, schedule=hold_of(seconds), **changes)
    return finding(verdict, "memory_growth")


@pytest.mark.parametrize("seconds", [60, 300, 1000])
def test_a_leak_is_found(seconds: int) -> None:
    found = judged(lambda share: 100 + 30 * share, seconds=seconds)
    assert found.status is Status.FAIL
    # 100 MiB to 130 MiB; the trend is taken of the logarithm, which bends by some percent
    assert found.measured == pytest.approx(0.3, abs=0.05)
    assert "MiB in the first quarter" in found.sentence
    assert found.evidence == ("evidence/resources.json", "evidence/resources.jsonl")


def test_a_leak_under_a_sawtooth_is_found() -> None:
    rng = np.random.default_rng(1)
    found = judged(lambda share: 100 + 30 * share + 10 * (share * 20 % 1) + rng.normal())
    assert found.status is Status.FAIL


@pytest.mark.parametrize(
    "size_mib",
    [
        lambda _: 100,
        lambda share: 100 + 40 * (1 - exp(-8 * share)),
        lambda share: 100 if share < 0.3 else 140,
        lambda share: 100 if share < 0.7 else 140,
        lambda share: 100 + 40 * (share * 10 % 1),
        lambda share: 140 - 40 * share,
        lambda share: 100 + 5 * share,
    ],
    ids=["flat", "caches fill", "early step", "late step", "sawtooth", "shrinks", "less than the limit"],
)
def test_what_does_not_leak_is_not_accused(size_mib: Callable[[float], float]) -> None:
    assert judged(size_mib).status is Status.PASS


def test_flat_noisy_memory_is_seldom_accused() -> None:
    """Autocorrelated noise with a standard deviation of 10 %: at most 1 % of 200 flat runs fail."""
    rng, runs, accused = np.random.default_rng(23), 200, 0
    for _ in range(runs):
        level, sizes = 0.0, []
        for each in rng.standard_normal(300):
            level = 0.9 * level + 0.19**0.5 * float(each)
            sizes.append(100 * exp(0.1 * level))
        accused += judged(lambda share, s=sizes: s[round(share * 300)]).status is Status.FAIL  # type: ignore[misc]
    assert accused / runs <= 0.01


@pytest.mark.parametrize(("shortened", "status"), [(False, Status.INCONCLUSIVE), (True, Status.NOT_JUDGED)])
def test_too_short_a_run_is_not_judged(shortened: bool, status: Status) -> None:
    found = judged(lambda share: 100 + 100 * share, seconds=59, shortened=shortened)
    assert (found.status, found.measured) == (status, None)
    assert "needs 60 s" in found.sentence


def test_samples_that_are_missing_are_not_made_up() -> None:
    samples = tuple({"t_s": t + 0.5, "target_rss_bytes": 1e8} for t in range(20, 50))
    evidence = [Evidence(collector="resources", samples=samples)]
    found = finding(verdict_of(steady_cells(), GROWTH, evidence=evidence), "memory_growth")
    assert STEADY.duration_s == 120
    assert found.status is Status.INCONCLUSIVE


def test_without_evidence_it_is_inconclusive() -> None:
    found = finding(verdict_of(steady_cells(), GROWTH), "memory_growth")
    assert (found.status, found.measured) == (Status.INCONCLUSIVE, None)
