"""The skew of a clock is told from stamps that took an unknown time to arrive."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.generator.clocks import SAMPLES, Clocks

CASES = {
    # stamp less reading = skew less delay; the largest of five in a row is nearest to the truth
    "in step": ([-0.001, -0.002, -0.001, -0.3, -0.001], -0.001),
    "ahead": ([1.999, 1.9, 1.998, 1.999, 1.2], 1.999),
    "behind, and one message waited": ([-2.001, -2.5, -2.001, -2.001, -2.001], -2.001),
    "set forward in the middle": ([-0.001] * 9 + [2.999], 2.999),
    "set back in the middle": ([-0.001] * 9 + [-3.001] * SAMPLES, -3.001),
    "four late messages are no skew": ([-0.001] + [-1.5] * 4 + [-0.002] * 5, -0.002),
    "fewer messages than wanted": ([0.7, 0.9], 0.9),
}


@pytest.mark.parametrize(("differences", "skew_s"), CASES.values(), ids=CASES)
def test_skew(differences: Sequence[float], skew_s: float) -> None:
    clocks = Clocks()
    for second, difference in enumerate(differences):
        clocks.compare("worker-1", theirs_epoch_s=1000 + second + difference, mine_epoch_s=1000 + second)
    assert clocks.skews_s == {"worker-1": pytest.approx(skew_s)}


def test_workers_are_told_apart_and_nobody_is_nothing() -> None:
    clocks = Clocks()
    assert clocks.skews_s == {}
    clocks.compare("worker-1", theirs_epoch_s=10.0, mine_epoch_s=10.0)
    clocks.compare("worker-2", theirs_epoch_s=13.0, mine_epoch_s=10.0)
    assert clocks.skews_s == {"worker-1": 0.0, "worker-2": 3.0}
