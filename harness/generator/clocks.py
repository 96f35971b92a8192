"""Clocks: how far the workers' wall clocks are off the master's, from the stamps of their messages. Pure.

Requests are counted in the second in which they started by the clock of their worker, so a clock that is off
puts them into another second, or another stage.
"""

from __future__ import annotations

from collections import deque

SAMPLES = 5


class Clocks:
    """Compares every stamp that a worker sends with the moment at which it is read here.

    A stamp tells the difference of the clocks less the time that the message took, which is unknown but never
    negative: of `SAMPLES` messages in a row the largest difference is nearest to the truth. Messages that all
    waited (a saturated master) would look like a clock that is behind by as much.
    """

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}
        self._largest: dict[str, float] = {}

    def compare(self, name: str, *, theirs_epoch_s: float, mine_epoch_s: float) -> None:
        """Note one message of a worker: its stamp, and when it was read."""
        recent = self._recent.setdefault(name, deque(maxlen=SAMPLES))
        recent.append(theirs_epoch_s - mine_epoch_s)
        if len(recent) == SAMPLES:
            self._largest[name] = max(self._largest.get(name, 0.0), max(recent), key=abs)

    @property
    def skews_s(self) -> dict[str, float]:
        """By worker the largest difference of its clock from the master's, in seconds; positive is ahead."""
        return {name: round(self._largest.get(name, max(recent)), 3) for name, recent in self._recent.items()}
