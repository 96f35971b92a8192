"""Vital signs: how this Locust process itself was, second by second.

A generator that is short of a core measures its own waiting. Everything here comes from the standard library
and /proc; what the system does not tell is None.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import gevent

LAG_STEP_S = 0.02
_PROC = Path("/proc/self")


class VitalSigns:
    """Measures one process; `take` gives the signs since the last call."""

    def __init__(self) -> None:
        self._lag_s = 0.0
        self._wall = time.perf_counter()
        self._cpu = time.process_time()
        self._delay_ns = _run_delay_ns()

    def watch(self) -> None:
        """Measure how late the event loop comes to a timer, for ever: runs in a greenlet of its own."""
        while True:
            due = time.perf_counter() + LAG_STEP_S
            gevent.sleep(LAG_STEP_S)
            self._lag_s = max(self._lag_s, time.perf_counter() - due)

    def take(self) -> dict[str, float | int | None]:
        """CPU, run delay, loop lag and memory since the last call (fields of `model.series.Second`)."""
        wall, cpu, delay_ns = time.perf_counter(), time.process_time(), _run_delay_ns()
        passed_s = max(wall - self._wall, 1e-9)
        known = delay_ns is not None and self._delay_ns is not None
        signs = {
            "cpu_ratio": round((cpu - self._cpu) / passed_s, 4),
            "run_delay_ratio": round((delay_ns - self._delay_ns) / passed_s / 1e9, 5) if known else None,  # type: ignore[operator]
            "loop_lag_s": round(self._lag_s, 5),
            "rss_bytes": _rss_bytes(),
        }
        self._wall, self._cpu, self._delay_ns, self._lag_s = wall, cpu, delay_ns, 0.0
        return signs


def _run_delay_ns() -> int | None:
    """Nanoseconds that the main thread was ready to run and waited for a core; None off Linux."""
    return _read_number("schedstat", 1)


def _rss_bytes() -> int | None:
    pages = _read_number("statm", 1)
    return None if pages is None else pages * os.sysconf("SC_PAGE_SIZE")


def _read_number(name: str, column: int) -> int | None:
    try:
        return int((_PROC / name).read_text().split()[column])
    except (OSError, IndexError, ValueError):
        return None


def each_second(act: Callable[[int], Any], *, offset_s: float = 0.0) -> None:
    """Call `act(t)` for ever, `offset_s` after each whole second t of the wall clock."""
    while True:
        now = time.time() - offset_s
        gevent.sleep(1 - now % 1)
        # The timer may come a hair early; the second that is meant is the nearest one.
        act(round(time.time() - offset_s))


def percentile(samples: list[float], q: float) -> float | None:
    """The smallest sample that a share `q` of the samples does not exceed; None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    return ordered[max(ceil(q * len(ordered)) - 1, 0)]
