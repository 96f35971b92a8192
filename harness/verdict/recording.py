"""The recording: a schedule and the series recorded under it, asked for windows and time blocks. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.model.buckets import value_of
from harness.model.series import Cell, Series, Window
from harness.model.stage import Schedule

BLOCK_S = 10.0
"""Requests of one slow second are not independent, so intervals rest on time blocks at least this long."""

MAIN = "main"
"""The single process, or the master, in `generator.jsonl`."""

Floats = NDArray[np.float64]
Spans = tuple[tuple[float, float], ...]
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """One endpoint's requests over time blocks; each array has one value a block, but for the last three.

    Latency number i is `values_s[i]`, was judged `counts[i]` times, and belongs to block `block_of[i]`.
    """

    seconds: Floats
    requests: Floats
    failures: Floats
    answered: Floats
    values_s: Floats
    counts: Floats
    block_of: NDArray[np.intp]

    def judged(self) -> Floats:
        """Judged latencies in each block."""
        return self._per_block(self.counts)

    def above(self, limit_s: float) -> Floats:
        """Judged latencies above `limit_s` seconds in each block."""
        return self._per_block(self.counts * (self.values_s > limit_s))

    def latency_sums_s(self) -> Floats:
        """Sum of the judged latencies in each block, in seconds."""
        return self._per_block(self.counts * self.values_s)

    def _per_block(self, weights: Floats) -> Floats:
        return np.bincount(self.block_of, weights, len(self.seconds)).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What was sent and answered under a schedule, up to second `ended_s` of the load."""

    schedule: Schedule
    series: Series
    ended_s: float
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def spans(self, stage: str | None) -> Spans:
        """Spans of seconds of one stage (None: all judged ones), as far as the load went; may be empty."""
        chosen = (
            span
            for span in self.schedule.spans
            if (span.stage.judged if stage is None else span.stage.name == stage)
        )
        cut = ((span.start_s, min(span.end_s, self.ended_s)) for span in chosen)
        return tuple((start_s, end_s) for start_s, end_s in cut if end_s > start_s)

    def seconds_of(self, stage: str | None) -> list[int]:
        """The whole seconds of the spans of one stage (None: of all judged stages)."""
        return [
            second
            for start_s, end_s in self.spans(stage)
            for second in range(int(np.ceil(start_s)), int(np.ceil(end_s)))
        ]

    def window(self, endpoint: str | None, stage: str | None) -> Window:
        """One endpoint (None: all pooled) in one stage (None: all judged stages), merged."""
        key = ("window", endpoint, stage)
        return self.once(key, lambda: self.series.window(endpoint, self.spans(stage)))

    def whole(self, endpoint: str | None) -> Window:
        """One endpoint (None: all pooled) over the whole run with warm-up and drain."""
        return self.once(
            ("whole", endpoint),
            lambda: Window.of(
                (cell for cell in self.series.cells if endpoint in (None, cell.endpoint)),
                seconds=self.ended_s,
            ),
        )

    def blocks(self, endpoint: str | None, stage: str | None) -> Blocks:
        """The same requests as `window`, cut into time blocks of at least BLOCK_S seconds of the spans."""
        return self.once(("blocks", endpoint, stage), lambda: _cut(self, endpoint, stage))

    def users(self) -> dict[int, int]:
        """Users by second: the main process's, or the sum of the workers', whichever of the two is told."""
        main: dict[int, int] = {}
        workers: dict[int, int] = {}
        for second in self.series.seconds:
            found = main if second.process == MAIN else workers
            found[second.t_s] = found.get(second.t_s, 0) + second.users
        return {t_s: max(main.get(t_s, 0), workers.get(t_s, 0)) for t_s in sorted({*main, *workers})}

    def once(self, key: object, make: Callable[[], V]) -> V:
        """What `make` makes, which is kept under `key` for the next who asks."""
        if key not in self._kept:
            self._kept[key] = make()
        found: V = self._kept[key]
        return found


def _cut(recording: Recording, endpoint: str | None, stage: str | None) -> Blocks:
    spans = recording.spans(stage)
    total_s = sum(end_s - start_s for start_s, end_s in spans)
    number = max(1, int(total_s / BLOCK_S + 1e-9))
    length_s = total_s / number if total_s else BLOCK_S
    requests, failures, answered = (np.zeros(number) for _ in range(3))
    latencies: list[tuple[int, int, int]] = []
    passed_s = 0.0
    for start_s, end_s in spans:
        for cell in recording.series.cells_of(endpoint, start_s, end_s):
            block = min(number - 1, int((passed_s + cell.t_s - start_s) / length_s))
            wrong = cell.failed.total + cell.unanswered.total
            answered[block] += cell.answered.total
            failures[block] += wrong
            requests[block] += cell.answered.total + wrong
            latencies.extend(_judged(cell, block))
        passed_s += end_s - start_s
    table = np.array(latencies, dtype=np.int64).reshape(-1, 3)
    distinct, inverse = np.unique(table[:, 1], return_inverse=True)
    values_s = np.array([value_of(int(bucket)) / 1e6 for bucket in distinct], dtype=np.float64)
    return Blocks(
        seconds=np.full(number, length_s),
        requests=requests,
        failures=failures,
        answered=answered,
        values_s=values_s[inverse.reshape(-1)] if len(values_s) else values_s,
        counts=table[:, 2].astype(np.float64),
        block_of=table[:, 0].astype(np.intp),
    )


def _judged(cell: Cell, block: int) -> list[tuple[int, int, int]]:
    return [
        (block, bucket, count)
        for histogram in (cell.answered, cell.unanswered)
        for bucket, count in histogram.counts.items()
    ]
