"""Closed loop: users who wait for an answer, pause, and send again; what their pace was. Pure.

A cycle of a user is a wait R and a pause Z, so N users send X = N / (R + Z) requests a second: J. D. C.
Little, *Operations Research* 9 (1961), 383-387, in the form for interactive users of P. J. Denning and J. P.
Buzen, *ACM Computing Surveys* 10 (1978), 225-261. N, X and R are measured. The pause is the user class's own
affair and not known to us; it is seen in the calmest stretch of the run, the one with the shortest waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from harness.model.buckets import value_of
from harness.model.histogram import Histogram
from harness.model.series import Cell
from harness.verdict.recording import Floats, Recording

CALM_SHARE = 0.25
"""Length of the calmest stretch, as a share of the judged seconds."""
SHORTEST_CALM_S = 15
FEWEST_REQUESTS = 30
"""Requests of the calmest stretch, below which they do not tell a pace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What users did over a stretch: seconds that they ran, requests that they sent, and seconds waited."""

    start_s: float
    end_s: float
    user_seconds: float
    requests: float
    waited_s: float

    @property
    def wait_s(self) -> float:
        """Mean wait for an answer, failed ones too."""
        return self.waited_s / self.requests

    @property
    def cycle_s(self) -> float:
        """Time from one request of a user to the next."""
        return self.user_seconds / self.requests

    @property
    def pause_s(self) -> float:
        """Time between an answer and the next request."""
        return self.cycle_s - self.wait_s


@dataclass(frozen=True, kw_only=True)
class ClosedLoop:
    """The users of the judged stages, second by second; only seconds in which users were counted."""

    recording: Recording = field(repr=False)
    seconds: tuple[int, ...]
    users: Floats
    requests: Floats
    waited_s: Floats

    @classmethod
    def of(cls, recording: Recording) -> ClosedLoop:
        """The judged stages of a recording under a schedule of users."""
        users = recording.users()
        seconds = tuple(second for second in recording.seconds_of(None) if second in users)
        place = {second: index for index, second in enumerate(seconds)}
        requests, waited_s = np.zeros(len(seconds)), np.zeros(len(seconds))
        for cell in recording.series.cells:
            if (index := place.get(cell.t_s)) is not None:
                for histogram in _all_of(cell):
                    requests[index] += histogram.total
                    waited_s[index] += waited(histogram)
        counts = np.array([users[second] for second in seconds], dtype=np.float64)
        return cls(recording=recording, seconds=seconds, users=counts, requests=requests, waited_s=waited_s)

    def pace(self, first: int, end: int) -> Pace:
        """The pace over the seconds number `first` (inclusive) to `end` (exclusive)."""
        return Pace(
            start_s=float(self.seconds[first]),
            end_s=float(self.seconds[end - 1] + 1),
            user_seconds=float(self.users[first:end].sum()),
            requests=float(self.requests[first:end].sum()),
            waited_s=float(self.waited_s[first:end].sum()),
        )

    def whole(self) -> Pace:
        """The pace over all of it."""
        return self.pace(0, len(self.seconds))

    def calmest(self) -> Pace | None:
        """The pace of the stretch with the shortest mean wait; None when too little was seen to tell."""
        length = max(SHORTEST_CALM_S, int(CALM_SHARE * len(self.seconds)))
        if len(self.seconds) < 2 * SHORTEST_CALM_S:
            return None
        paces = (self.pace(first, first + length) for first in range(len(self.seconds) - length + 1))
        known = [pace for pace in paces if pace.requests >= FEWEST_REQUESTS and pace.user_seconds]
        return min(known, key=lambda pace: pace.wait_s, default=None)

    def longest_stall_s(self) -> int:
        """The most seconds on end in which users waited for answers and none came; to the second."""
        if not self.seconds:
            return 0
        first, length = self.seconds[0], self.seconds[-1] - self.seconds[0] + 1
        answers, waiting = np.zeros(length), np.zeros(length + 1)
        for cell in self.recording.series.cells_of(None, first, first + length):
            for histogram in _all_of(cell):
                for bucket, count in histogram.counts.items():
                    start = cell.t_s - first
                    end = int(start + 0.5 + value_of(bucket) / 1e6)  # it began somewhere in its second
                    waiting[start] += count
                    waiting[min(end, length)] -= count
                    if end < length:
                        answers[end] += count
        stalled = (answers == 0) & (np.cumsum(waiting[:-1]) > 0)
        longest = run = 0
        for each in stalled:
            run = run + 1 if each else 0
            longest = max(longest, run)
        return longest


def waited(histogram: Histogram) -> float:
    """Sum of the latencies of a histogram, in seconds."""
    return sum(value_of(bucket) / 1e6 * count for bucket, count in histogram.counts.items())


def _all_of(cell: Cell) -> tuple[Histogram, Histogram, Histogram]:
    return cell.answered, cell.failed, cell.unanswered
