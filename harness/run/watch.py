"""What the run looks like while it runs, read from the ends of its growing files."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.model.plan import Plan
from harness.model.series import Cell, Second, Series, Window
from harness.run.folder import RunFolder, second_from

RECENT_S = 10
"""The live percentiles look at the last so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The run at one moment."""

    t_s: float | None
    """Seconds since the load began; None before."""
    stage: str
    left_s: float
    """Until the schedule ends."""
    users: int | None
    planned: float
    unit: str
    rate_per_s: float | None
    p95_s: float | None
    """Of the answers of the last ten seconds."""
    requests: int
    failures: int


class Watch:
    """Follows the files of a run folder. Keeps the last seconds, and all before them in blocks of ten."""

    def __init__(self, plan: Plan, folder: RunFolder, *, clock: Callable[[], float] = time.time) -> None:
        self._plan = plan
        self._folder = folder
        self._clock = clock
        self._cells = _Tail(folder.file("series.jsonl"))
        self._seconds = _Tail(folder.file("generator.jsonl"))
        self._recent: deque[Cell] = deque()
        self._last_seconds: dict[str, Second] = {}
        self._requests = 0
        self._failures = 0
        self._blocks: dict[tuple[str, int], Cell] = {}

    def look(self) -> Live:
        """Read what was added since the last look."""
        start = self._folder.load_start_epoch_s()
        if start is None or self._clock() < start:
            return self._waiting()
        t_s = self._clock() - start
        self._follow(start, t_s)
        schedule = self._plan.schedule
        span = schedule.span_at(t_s)
        window = Window.of(self._recent, seconds=min(RECENT_S, max(t_s, 1.0)))
        return Live(
            t_s=t_s,
            stage=span.stage.name if span else "drain",
            left_s=max(0.0, schedule.duration_s - t_s),
            users=self._users(),
            planned=schedule.level_at(t_s),
            unit=schedule.unit,
            rate_per_s=window.rate_per_s,
            p95_s=window.judged.quantile_s(0.95),
            requests=self._requests,
            failures=self._failures,
        )

    def _waiting(self) -> Live:
        return Live(
            t_s=None,
            stage="starting",
            left_s=self._plan.schedule.duration_s,
            users=None,
            planned=0.0,
            unit=self._plan.schedule.unit,
            rate_per_s=None,
            p95_s=None,
            requests=0,
            failures=0,
        )

    def _follow(self, start: int, t_s: float) -> None:
        for line in self._cells.new_lines():
            cell = Cell.from_line(line, load_start_epoch_s=start)
            window = Window.of([cell], seconds=1)
            self._requests += window.requests
            self._failures += window.failures
            self._recent.append(cell)
            self._add_to_block(cell)
        self._recent = deque(cell for cell in self._recent if cell.t_s >= t_s - RECENT_S - 1)
        for line in self._seconds.new_lines():
            second = second_from(json.loads(line), start)
            self._last_seconds[second.process] = second

    def _users(self) -> int | None:
        """Users now: those of a single process, or of all workers (their master has none)."""
        if not self._last_seconds:
            return None
        newest = max(second.t_s for second in self._last_seconds.values())
        return sum(second.users for second in self._last_seconds.values() if second.t_s >= newest - 2)

    def _add_to_block(self, cell: Cell) -> None:
        key = (cell.endpoint, cell.t_s // RECENT_S)
        known = self._blocks.get(key)
        self._blocks[key] = known.merged_with(cell) if known else cell

    def so_far(self) -> Series:
        """All of the run so far, ten seconds to a cell, so that it stays small however long the run."""
        return Series(cells=tuple(self._blocks.values()))


class _Tail:
    """The lines that were added to a growing file since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new_lines(self) -> list[str]:
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                added = stream.read()
        except FileNotFoundError:
            return []
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.decode().splitlines()
