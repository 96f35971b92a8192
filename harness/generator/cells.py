"""Cells: records of all processes, folded into the lines of `series.jsonl`, and counted. No I/O."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness.generator.causes import UNFINISHED, CauseLimit
from harness.generator.recorder import ARRAYS, COUNTS, Record
from harness.model.buckets import bucket_of


class Cells:
    """What is known and not yet written, and the totals of what was ever added."""

    def __init__(self) -> None:
        self._pending: dict[tuple[int, str], dict[str, Counter[Any]]] = {}
        self._limits = {name: CauseLimit() for name in ("causes", "remarks")}
        self.requests: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.unfinished = 0

    def add(self, records: Iterable[Record]) -> None:
        """Add what one process recorded."""
        for record in records:
            endpoint = record["endpoint"]
            cell = self._pending.setdefault((record["t"], endpoint), {})
            for name in ARRAYS:
                if name in record:
                    self._add_samples(cell.setdefault(name, Counter()), name, endpoint, record[name])
            for name in COUNTS:
                if name in record:
                    self._add_counts(cell.setdefault(name, Counter()), name, endpoint, record[name])

    def _add_samples(self, histogram: Counter[int], name: str, endpoint: str, packed: bytes) -> None:
        samples = array("I")
        samples.frombytes(packed)
        for us, count in Counter(samples).items():
            histogram[bucket_of(us)] += count
        if name != "service":
            self.requests[endpoint] += len(samples)
        if name in ("failed", "unanswered"):
            self.failures[endpoint] += len(samples)

    def _add_counts(self, counts: Counter[Any], name: str, endpoint: str, found: dict[Any, int]) -> None:
        limit = self._limits.get(name)
        for what, count in found.items():
            counts[limit.admit(endpoint, what) if limit else what] += count
        if name == "causes":
            self.unfinished += found.get(UNFINISHED, 0)

    def take_lines(self) -> str:
        """The lines of everything not yet written, in the order of their seconds; empty without anything."""
        pending, self._pending = self._pending, {}
        return "".join(_line(t, endpoint, cell) for (t, endpoint), cell in sorted(pending.items()))


def _line(t: int, endpoint: str, cell: dict[str, Counter[Any]]) -> str:
    parts = {
        name: {str(key): cell[name][key] for key in sorted(cell[name])}
        for name in (*ARRAYS, *COUNTS)
        if cell.get(name)
    }
    return json.dumps({"t": t, "endpoint": endpoint, **parts}, separators=(",", ":")) + "\n"
