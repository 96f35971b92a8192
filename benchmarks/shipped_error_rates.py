"""The chance of a wrong FAIL over all objectives of a shipped scenario together, on simulated runs.

Every endpoint keeps each of its promises, and its true figures are a stated share of their limits. Prints the
second part of the record:

    .venv/bin/python benchmarks/shipped_error_rates.py >> benchmarks/error_rates.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from error_rates import INDEPENDENT, Floats, Latencies, judged, log_normal, recorded
from scipy.special import ndtri

from harness.model.series import Series
from harness.model.sla import Objective
from harness.model.units import ratio, seconds
from harness.model.verdict import Status
from harness.verdict.promises import expand
from harness.verdict.recording import Recording

ROOT = Path(__file__).parent.parent
CYCLE_S = 2.05
"""A user of the shipped classes waits for 1 to 3 s, and a little for the answer."""
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
DRIFTS = ("latency_drift", "tail_drift", "error_drift")
REFERENCE_P95_S = 0.2
ENDPOINTS = {
    "reflection_analyze": "POST /reflection/analyze",
    "reflection_batch": "POST /reflection/batch",
    "consolidation_run": "POST /consolidation/run",
    "consolidation_dry_run": "POST /consolidation/dry-run",
    "classify": "POST /classify",
    "search": "POST /search",
    "taxonomy_tree": "GET /taxonomy/{version}/tree",
}


@dataclass(frozen=True)
class Scenario:
    """What a shipped scenario sends, and which of its promises are about the traffic."""

    name: str
    rates: dict[str, float]
    """Requests per second by endpoint."""
    duration_s: float
    objectives: tuple[Objective, ...]


def read(name: str) -> Scenario:
    text = yaml.safe_load((ROOT / "scenarios" / f"{name}.yaml").read_text())
    shape, weights = text["shape"], text["traffic"]
    arrivals = str(shape.get("arrivals", "")).removesuffix("/s")
    total = float(arrivals) if arrivals else shape["users"] / CYCLE_S
    shares = {ENDPOINTS[key]: weight / sum(weights.values()) for key, weight in weights.items()}
    promised = [_objective(entry) for entry in text["objectives"]]
    if "sla" in text:
        limits = yaml.safe_load((ROOT / "scenarios/sla" / f"{text['sla']}.yaml").read_text())["endpoints"]
        shared = [
            _objective({"endpoint": endpoint, "metric": metric, "max": limit})
            for endpoint, metrics in limits.items()
            for metric, limit in metrics.items()
            if endpoint in {"*", *shares}
        ]
        promised = [*shared, *promised]
    return Scenario(
        name=name,
        rates={endpoint: share * total for endpoint, share in shares.items()},
        duration_s=seconds(shape["duration"]),
        objectives=tuple(expand([each for each in promised if each], list(shares))),
    )


def _objective(entry: dict[str, Any]) -> Objective | None:
    metric, endpoint = entry["metric"], entry.get("endpoint", "*")
    if metric in QUANTILES and "relative_to" in entry:
        return Objective(
            metric=metric,
            endpoint=endpoint,
            relative_to=entry["relative_to"],
            max_increase=ratio(entry["max_increase"]),
            floor=seconds(entry["floor"]),
        )
    if metric in QUANTILES:
        return Objective(metric=metric, endpoint=endpoint, at_most=seconds(entry["max"]))
    if metric in ("error_rate", *DRIFTS):
        return Objective(metric=metric, endpoint=endpoint, at_most=ratio(entry["max"]))
    return None


def wrongly_failed(scenario: Scenario, truth: float, *, runs: int, seed: int) -> dict[str, float]:
    """Share of runs with a wrong FAIL, by kind of promise, and of any kind; figures at `truth` × limit."""
    rng = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    for _ in range(runs):
        wrong = set(_wrong_kinds(rng, scenario, truth))
        counts.update(wrong)
        counts["any"] += bool(wrong)
        counts["any but errors"] += bool(wrong - {"errors"})
    kinds = ("latency", "relative", "errors", "drift", "any", "any but errors")
    return {kind: counts[kind] / runs for kind in kinds}


def _wrong_kinds(rng: np.random.Generator, scenario: Scenario, truth: float) -> Iterator[str]:
    absolute = run_of(rng, scenario, truth)
    compared = any(each.relative_to for each in scenario.objectives)
    slower = run_of(rng, scenario, truth, relative=True) if compared else absolute
    reference = run_of(rng, reference_of(scenario), 1.0, relative=True) if compared else None
    for objective in scenario.objectives:
        recording = slower if objective.relative_to else absolute
        if judged(recording, objective, reference).status is Status.FAIL:
            yield kind_of(objective)


def kind_of(objective: Objective) -> str:
    if objective.relative_to:
        return "relative"
    return (
        "latency"
        if objective.metric in QUANTILES
        else "errors"
        if objective.metric == "error_rate"
        else "drift"
    )


def reference_of(scenario: Scenario) -> Scenario:
    """Ten users with the same traffic, whose truth is a P95 of REFERENCE_P95_S."""
    total = sum(scenario.rates.values())
    rates = {name: rate / total * 10 / CYCLE_S for name, rate in scenario.rates.items()}
    return replace(scenario, rates=rates, duration_s=300.0, objectives=())


def run_of(
    rng: np.random.Generator, scenario: Scenario, truth: float, *, relative: bool = False
) -> Recording:
    """One run; `relative`: latencies whose P95 is `truth` × what the relative promise allows."""
    cells = []
    recording = None
    for endpoint, rate in scenario.rates.items():
        own = [each for each in scenario.objectives if each.endpoint in (endpoint, "*")]
        recording = recorded(
            rng,
            _compared(own, truth) if relative else _latencies(own, truth),
            requests=rate * scenario.duration_s,
            rate=rate,
            noise=INDEPENDENT,
            error_ratio=_error_ratio(own, truth),
            endpoint=endpoint,
        )
        cells.extend(recording.series.cells)
    if recording is None:
        raise ValueError(f"{scenario.name} sends nothing")
    return replace(recording, series=Series(cells=tuple(cells)), _kept={})


def _compared(own: list[Objective], truth: float) -> Latencies:
    increases = [each.max_increase for each in own if each.relative_to]
    p95_s = REFERENCE_P95_S * (truth * (1 + (increases[0] or 0.0)) if increases else 1.0)
    return log_normal(p95_s * float(np.exp(-0.5 * ndtri(0.95))))


def _latencies(own: list[Objective], truth: float) -> Latencies:
    """Latencies whose promised quantiles are `truth` × their limits, log-normal between them and beyond."""
    limits = {
        QUANTILES[each.metric]: each.at_most for each in own if each.metric in QUANTILES and each.at_most
    }
    if len(limits) < 2:
        only = next(iter(limits.items()), (0.95, 1.0))
        return log_normal(truth * only[1] * float(np.exp(-0.5 * ndtri(only[0]))))
    z = ndtri(np.array(sorted(limits)))
    logs = np.log(truth * np.array([limits[q] for q in sorted(limits)]))
    slopes = np.diff(logs) / np.diff(z)

    def latencies(at: Floats) -> Floats:
        inner = np.interp(at, z, logs)
        below, above = np.minimum(at - z[0], 0) * slopes[0], np.maximum(at - z[-1], 0) * slopes[-1]
        return np.exp(inner + below + above)

    return latencies


def _error_ratio(own: list[Objective], truth: float) -> float:
    limits = [each.at_most for each in own if each.metric == "error_rate" and each.at_most is not None]
    return truth * min(limits, default=0.0)


SHIPPED = ("load-10", "load-50", "load-100", "throughput")


HEADING = """
## A wrong FAIL among all objectives of a shipped scenario

{runs} simulated runs each, policy `point`. Every endpoint keeps its promises: its true P50, P95 and P99, its
true P95 against the reference, and its true error rate are the stated share of their limits; nothing drifts.
The share of the runs in which a promise of the kind failed, any did, and any but errors did.
An error rate of 0.1 % on an endpoint with 113 requests is broken by one failure.

| scenario | truth | latency | relative | errors | drift | any | any but errors |
| :-- | --: | --: | --: | --: | --: | --: | --: |"""


def main() -> None:
    """The record of the shipped scenarios; an hour of soak 300 times would take too long."""
    runs = 100
    print(HEADING.format(runs=runs))
    for name in SHIPPED:
        scenario = read(name)
        for truth in (0.5, 0.75, 0.9):
            found = wrongly_failed(scenario, truth, runs=runs, seed=round(truth * 100))
            columns = " | ".join(f"{value * 100:.1f} %" for value in found.values())
            print(f"| {name} | {truth:.0%} of the limit | {columns} |", flush=True)


if __name__ == "__main__":
    main()
