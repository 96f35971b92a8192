"""Faults that show over time: a leak of memory, and slowness that outlasts a crowd."""

from pathlib import Path

import psutil
import pytest
from target_running import Target, started, together

from target import faults
from target.errors import TargetError
from target.faults.memory_leak import MemoryLeak
from target.faults.slow_after_spike import SlowAfterSpike

TREE = ("GET", "/taxonomy/2025.1/tree", None)
MB = 1e6


def rss_bytes(target: Target) -> int:
    return sum(psutil.Process(pid).memory_info().rss for pid in target.ready["pids"]["api"])


def test_memory_leak(tmp_path: Path) -> None:
    with started("--faults", "memory_leak:500", log=tmp_path / "stderr") as broken:
        together(broken, [TREE] * 5)  # what is needed once is there
        before = rss_bytes(broken)
        for _ in range(100):
            assert broken.http.request(*TREE[:2]).status_code == 200
        # 100 requests × 500 kB
        assert rss_bytes(broken) - before == pytest.approx(50 * MB, rel=0.2)
        before = rss_bytes(broken)
        for _ in range(100):
            broken.http.get("/healthz")
        assert rss_bytes(broken) - before < 5 * MB, "health checks leak nothing"


def crowd(fault: SlowAfterSpike, start_s: float, end_s: float, *, rate: float) -> list[bool]:
    """Whether each of the requests at a steady rate is slow."""
    return [fault.is_slow(start_s + n / rate) for n in range(round((end_s - start_s) * rate))]


def test_few_requests_are_never_slow() -> None:
    fault = SlowAfterSpike(20)
    assert not any(crowd(fault, 0, 100, rate=10))


def test_slowness_ends_the_set_time_after_the_crowd() -> None:
    fault = SlowAfterSpike(20)
    crowd(fault, 0, 60, rate=5)
    surge = crowd(fault, 60, 90, rate=50)
    # 30 requests in 2 s make a crowd: at 50/s after less than a second
    assert not surge[0]
    assert all(surge[50:])
    after = crowd(fault, 90, 130, rate=5)
    # the crowd leaves at 90 s, but its requests are among those of the last 2 s for a while
    assert 20 <= sum(after) / 5 <= 22
    assert after == sorted(after, reverse=True), "first slow, then fast"


def test_slow_after_spike_on_a_real_target(tmp_path: Path) -> None:
    def slowest_s(running: Target) -> float:
        return max(answer.elapsed.total_seconds() for answer in together(running, [TREE] * 2))

    with started("--faults", "slow_after_spike:60", log=tmp_path / "stderr") as broken:
        assert slowest_s(broken) < 0.4
        for _ in range(4):
            together(broken, [TREE] * 10)
        assert slowest_s(broken) >= 0.4


@pytest.mark.parametrize(
    ("word", "part"),
    [("memory_leak:0", "more than 0"), ("slow_after_spike:-1", "more than 0"), ("memory_leak:much", "much")],
)
def test_wrong_values_are_refused_with_help(word: str, part: str) -> None:
    with pytest.raises(TargetError, match=part):
        faults.parse([word])


def test_defaults() -> None:
    assert isinstance(faults.parse(["memory_leak"])[0], MemoryLeak)
    assert isinstance(faults.parse(["slow_after_spike"])[0], SlowAfterSpike)
