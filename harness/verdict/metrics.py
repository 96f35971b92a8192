"""The metrics that an objective can promise: one entry each. `harness list metrics` prints them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from harness.model.sla import ALL, Objective
from harness.verdict import drift, system, traffic
from harness.verdict.growth import memory_growth
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.recording import Recording
from harness.verdict.recovery import recovery

OfTraffic = Callable[[Recording, str | None, str | None], Measurement]
OfRun = Callable[[Material, Objective], Measurement]
Direction = Literal["at_most", "at_least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: its name, its meaning, and how it is measured (by exactly one of the last two)."""

    name: str
    label: str
    """How a sentence calls it; the endpoint follows after `of`."""
    doc: str
    unit: str
    direction: Direction = "at_most"
    """Which side of a limit can be promised."""
    steady: bool = False
    """Compares end and begin of a stretch: the load must not change in it, and it refers to no other run."""
    needs: tuple[str, ...] = ()
    """Collectors whose evidence it is measured from; the series is always there."""
    of_traffic: OfTraffic | None = None
    """Measured from the series, so of an endpoint, and also of the reference of a relative objective."""
    of_run: OfRun | None = None
    """Measured from the whole run, so of no endpoint."""

    def measure(self, material: Material, objective: Objective) -> Measurement:
        """The metric of an objective whose endpoint is a name or `*`."""
        if self.of_traffic is not None:
            endpoint = None if objective.endpoint == ALL else objective.endpoint
            return self.of_traffic(material.recording, endpoint, objective.stage)
        if self.of_run is None:
            raise TypeError(f"metric {self.name} has nothing that measures it")
        return self.of_run(material, objective)


def _quantile(name: str, q: float) -> Metric:
    return Metric(
        name=name,
        label=name.upper(),
        doc=f"latency of {q * 100:g} % of requests at most; needs {traffic.samples_needed(q)} requests",
        unit="s",
        of_traffic=partial(traffic.quantile, q),
    )


def _drift(name: str, q: float) -> Metric:
    quantile = f"P{q * 100:g}"
    return Metric(
        name=name,
        label=f"drift of the {quantile}",
        doc=f"relative change of the {quantile} from begin to end of a steady load; fails where it is proven",
        unit="ratio",
        steady=True,
        of_traffic=partial(drift.latency_drift, q),
    )


_ALL_METRICS = (
    _quantile("p50", 0.5),
    _quantile("p90", 0.9),
    _quantile("p95", 0.95),
    _quantile("p99", 0.99),
    _quantile("p99.9", 0.999),
    Metric(name="mean", label="mean latency", doc="mean latency", unit="s", of_traffic=traffic.mean),
    Metric(name="max", label="longest latency", doc="longest latency", unit="s", of_traffic=traffic.maximum),
    Metric(
        name="error_rate",
        label="error rate",
        doc="share of requests that failed, timed out or were unfinished at the end",
        unit="ratio",
        of_traffic=traffic.error_rate,
    ),
    Metric(
        name="throughput",
        label="throughput",
        doc="requests answered right, per second of the planned stage",
        unit="per_s",
        direction="at_least",
        of_traffic=traffic.throughput,
    ),
    Metric(
        name="requests",
        label="number of requests",
        doc="requests that were sent, failed ones too",
        unit="count",
        direction="at_least",
        of_traffic=traffic.requests,
    ),
    Metric(
        name="no_work",
        label="share of right answers without work",
        doc="share of right answers that the user class remarked 'found no work'",
        unit="ratio",
        of_traffic=traffic.no_work,
    ),
    _drift("latency_drift", 0.5),
    _drift("tail_drift", 0.95),
    Metric(
        name="error_drift",
        label="drift of the error rate",
        doc="points that the error rate gained from begin to end of a steady load; fails where it is proven",
        unit="ratio",
        steady=True,
        of_traffic=drift.error_drift,
    ),
    Metric(
        name="recovery",
        label="time to recover from the spike",
        doc="time from the drop back to calm until latencies are as before (stages calm, surge, recovery)",
        unit="s",
        of_run=recovery,
    ),
    Metric(
        name="cpu",
        label="CPU without the generator's and the harness's share",
        doc="mean CPU of the host as a share of all cores, without the generator's and the harness's own",
        unit="ratio",
        needs=("resources",),
        of_run=system.cpu,
    ),
    Metric(
        name="memory",
        label="memory of the largest worker",
        doc="most memory (RSS) that one worker of the target held",
        unit="bytes",
        needs=("resources",),
        of_run=system.memory,
    ),
    Metric(
        name="memory_growth",
        label="growth of the memory of the largest worker",
        doc="growth of that memory over a steady load, as far as it goes on; fails if it is proven",
        steady=True,
        unit="ratio",
        needs=("resources",),
        of_run=memory_growth,
    ),
    Metric(
        name="pool_use",
        label="use of the connection pool (P95)",
        doc="95th percentile of the share of connections in use; broken too when requests wait for one",
        unit="ratio",
        needs=("pool",),
        of_run=system.pool_use,
    ),
    Metric(
        name="deadlocks",
        label="number of deadlocks",
        doc="deadlocks that the database counted during the load",
        unit="count",
        needs=("locks",),
        of_run=system.deadlocks,
    ),
    Metric(
        name="alive",
        label="survival of the target",
        doc="1 when the target neither died nor restarted and answers its health check after, else 0",
        unit="count",
        direction="at_least",
        of_run=system.alive,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL_METRICS}
"""By name, in the order in which they are listed."""

UNITS: dict[str, str] = {metric.name: metric.unit for metric in _ALL_METRICS}
"""Base unit by metric: what the plan needs to read limits."""
