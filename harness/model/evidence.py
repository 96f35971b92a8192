"""Evidence: what a collector saw, or why it could not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.model.value import Value


class Evidence(Value):
    """What one collector returned (`evidence/<collector>.json`; samples in `evidence/<collector>.jsonl`).

    Either it is available, or `unavailable` says why and `mend` how to get it. A missing measurement is None.
    """

    collector: str
    unavailable: str | None = None
    mend: str | None = None
    facts: dict[str, Any] = {}
    """Plain JSON values that are not a time series; each collector's module documents its own."""
    samples: tuple[Mapping[str, float | None], ...] = ()
    """One mapping a sample, each with `t_s` (seconds since the load began)."""
    units: dict[str, str] = {}
    """Unit of each sample column and numeric fact: `s`, `ratio`, `bytes`, `per_s`, `count`."""

    @property
    def available(self) -> bool:
        """Whether there is anything to judge."""
        return self.unavailable is None

    def column(self, name: str, start_s: float, end_s: float) -> list[float]:
        """Values of one column with start_s <= t_s < end_s, without the missing ones."""
        return [
            value
            for sample in self.samples
            if (t_s := sample.get("t_s")) is not None
            and start_s <= t_s < end_s
            and (value := sample.get(name)) is not None
        ]
