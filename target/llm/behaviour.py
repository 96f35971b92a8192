"""How the LLM double behaves: latency, its own rate limit, failures.

Pure: time and randomness are arguments.
"""

import dataclasses
from collections import deque
from random import Random
from typing import Any, Literal, Self

Mode = Literal["ok", "error", "hang"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The settable part.

    Latency is lognormal around `median_s`, cut at `min_s` and `max_s`; a mode hits `mode_ratio` of the
    calls.
    """

    median_s: float = 0.3
    sigma: float = 0.3
    min_s: float = 0.02
    max_s: float = 3.0
    limit_per_s: float = 60.0
    mode: Mode = "ok"
    mode_ratio: float = 1.0

    def __post_init__(self) -> None:
        if self.median_s <= 0 or self.sigma < 0 or not 0 <= self.min_s <= self.max_s:
            raise ValueError("latency needs median_s > 0, sigma >= 0 and 0 <= min_s <= max_s")
        if self.limit_per_s <= 0 or not 0 <= self.mode_ratio <= 1:
            raise ValueError("limit_per_s must be above 0, mode_ratio between 0 and 1")
        if self.mode not in ("ok", "error", "hang"):
            raise ValueError(f"unknown mode '{self.mode}' (known: ok, error, hang)")

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with some fields changed; ValueError names an unknown one."""
        known = {field.name for field in dataclasses.fields(self)}
        if unknown := set(changes) - known:
            raise ValueError(f"unknown setting '{min(unknown)}' (known: {', '.join(sorted(known))})")
        try:
            return dataclasses.replace(self, **changes)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def latency_s(self, random: Random) -> float:
        """How long the next answer takes."""
        drawn = self.median_s * random.lognormvariate(0.0, self.sigma)
        return min(max(drawn, self.min_s), self.max_s)

    def fails(self, random: Random) -> bool:
        """Whether the mode hits the next call."""
        return self.mode != "ok" and random.random() < self.mode_ratio


class Limit:
    """At most n calls in any one second, counted over a sliding window."""

    def __init__(self) -> None:
        self._started: deque[float] = deque()

    def admits(self, now_s: float, limit_per_s: float) -> bool:
        """Whether a call at `now_s` is within the limit; counts it if so."""
        while self._started and self._started[0] <= now_s - 1.0:
            self._started.popleft()
        if len(self._started) >= limit_per_s:
            return False
        self._started.append(now_s)
        return True
