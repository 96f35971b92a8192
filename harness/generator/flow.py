"""The flow of arrivals: how many are due by second t, and when arrival n is due. Pure.

Level l(t) in arrivals per second gives F(t) = ∫ l, the arrivals due before t; arrival n (from 0) is due when
F(t) = n. On a straight line from a with slope s, m arrivals take x = 2m / (a + √(a² + 2sm)) seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import ceil, sqrt

from harness.model.stage import Schedule

_ROUNDING = 1e-9


class Flow:
    """The arrivals of a schedule whose levels are arrivals per second."""

    def __init__(self, schedule: Schedule) -> None:
        self._spans = schedule.spans
        amounts = [
            span.stage.duration_s * (span.stage.start_level + span.stage.end_level) / 2
            for span in self._spans
        ]
        self._before = [0.0, *accumulate(amounts)]
        """Arrivals due before each stage; the last entry is the total."""

    @property
    def total(self) -> float:
        """Arrivals of the whole schedule."""
        return self._before[-1]

    def is_over(self, t_s: float) -> bool:
        """Whether the schedule has ended by second `t_s`."""
        return t_s >= self._spans[-1].end_s

    def due_before(self, t_s: float) -> float:
        """F(t): arrivals due before second `t_s`, as a real number."""
        for span, before in zip(self._spans, self._before, strict=False):
            if t_s < span.end_s:
                x = max(t_s - span.start_s, 0.0)
                return before + x * (span.stage.start_level + span.stage.level_at(x)) / 2
        return self.total

    def count(self, start_s: float, end_s: float) -> int:
        """How many evenly spread arrivals are due in [start_s, end_s)."""
        return ceil(self.due_before(end_s) - _ROUNDING) - ceil(self.due_before(start_s) - _ROUNDING)

    def due_s(self, n: float) -> float | None:
        """The second of the load at which arrival `n` is due; None when the schedule has no such arrival."""
        if n >= self.total - _ROUNDING:
            return None
        index = min(bisect_right(self._before, n) - 1, len(self._spans) - 1)
        span, m = self._spans[index], n - self._before[index]
        level = span.stage.start_level
        slope = (span.stage.end_level - level) / span.stage.duration_s
        root = level + sqrt(max(level * level + 2 * slope * m, 0.0))
        return span.start_s + (2 * m / root if root else 0.0)
