"""The target's connection pool as its own gauge tells it (`/metrics`), ten times a second.

Columns: `in_use`, `size`, `waiting` (requests that wait for a connection), `timeouts` (count since the target
started; None where the target does not tell). The gauge's name comes from the readiness line or is
`target_pool_checked_out`; its siblings end in `_size`, `_waiting` and `_timeouts_total`.
"""

from __future__ import annotations

import re

from harness.drivers import web
from harness.errors import HarnessError
from harness.evidence.collector import Context, Sample, Sampler
from harness.model.evidence import Evidence

EVERY_S = 0.25
GAUGE = "target_pool_checked_out"
UNITS = {"in_use": "count", "size": "count", "waiting": "count", "timeouts": "count"}
MEND = (
    "let the target export a gauge of connections in use on its /metrics, and name it in the readiness line"
)
LINE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})?\s+([-+\d.eE]+)", re.MULTILINE)


class Pool:
    """The running collector."""

    def __init__(self, context: Context, url: str) -> None:
        self._gauge = context.target.pool_gauge or GAUGE
        self._size = context.target.pool_size
        self._url = url
        self.sample()  # fails here and now where there is no such gauge
        self._sampler = Sampler("pool", context.folder, every_s=EVERY_S, sample=self.sample)

    def sample(self) -> Sample:
        """The gauges now, summed over the target's processes; HarnessError when they cannot be read."""
        try:
            status, text = web.get(self._url, timeout_s=2)
        except web.Unreachable as error:
            raise HarnessError(str(error), where=self._url, mend=MEND) from error
        found = totals(text)
        if status != 200 or self._gauge not in found:
            raise HarnessError(f"has no gauge {self._gauge}", where=self._url, mend=MEND)
        prefix = self._gauge.rpartition("_checked_out")[0] or self._gauge
        return {
            "in_use": found[self._gauge],
            "size": found.get(f"{prefix}_size", self._size),
            "waiting": found.get(f"{prefix}_waiting"),
            "timeouts": found.get(f"{prefix}_timeouts_total"),
        }

    def stop(self, load_start_epoch_s: int | None) -> Evidence:
        """All samples."""
        samples = self._sampler.stop(load_start_epoch_s)
        return Evidence(
            collector="pool",
            unavailable=None if samples else self._sampler.error or "no sample was taken",
            mend=None if samples else MEND,
            facts={"gauge": self._gauge},
            samples=samples,
            units=UNITS,
        )


def totals(text: str) -> dict[str, float]:
    """Sum by metric name of a page in the Prometheus text format."""
    found: dict[str, float] = {}
    for name, value in LINE.findall(text):
        found[name] = found.get(name, 0.0) + float(value)
    return found


def start(context: Context) -> Pool:
    """Begin to sample; HarnessError when the target has no metrics page or no such gauge."""
    if context.metrics_url is None:
        raise HarnessError("tells no metrics page", where=f"target '{context.target.name}'", mend=MEND)
    return Pool(context, context.metrics_url)
