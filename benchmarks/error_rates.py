"""How often a verdict is wrong, on simulated runs of which the truth is known; prints a record in Markdown.

    .venv/bin/python benchmarks/error_rates.py > benchmarks/error_rates.md
    .venv/bin/python benchmarks/shipped_error_rates.py >> benchmarks/error_rates.md

Every run goes through the code that judges a real one. `tests/verdict/test_error_rates.py` runs a short part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtri

from harness.model.histogram import Histogram
from harness.model.series import Cell, Series
from harness.model.sla import Objective
from harness.model.stage import Schedule, Stage
from harness.model.verdict import Finding, Status
from harness.verdict import power
from harness.verdict.drift import latency_drift
from harness.verdict.material import Material, ReferenceStretch
from harness.verdict.objectives import PROVEN, judge_objective
from harness.verdict.recording import Recording

Floats = NDArray[np.float64]
Latencies = Callable[[Floats], Floats]
"""Latencies in seconds of standard normal numbers."""
BLOCK_S = 10
ENDPOINT = "POST /search"
SIGMA = 0.5


@dataclass(frozen=True)
class Noise:
    """How alike requests of neighbouring seconds are: correlation from second to second, and its weight."""

    name: str
    rho: float = 0.0
    weight: float = 0.0


INDEPENDENT = Noise("independent")
ALIKE = Noise("autocorrelated", rho=0.8, weight=0.5)
NOISES = (INDEPENDENT, ALIKE)


def log_normal(median_s: float, sigma: float = SIGMA) -> Latencies:
    return lambda z: median_s * np.exp(sigma * z)


def recorded(
    rng: np.random.Generator,
    latencies: Latencies,
    *,
    requests: float,
    rate: float,
    noise: Noise = INDEPENDENT,
    error_ratio: float = 0.0,
    endpoint: str = ENDPOINT,
) -> Recording:
    """A run of about so many requests at a steady rate, with a steady truth; the slowest fail.

    A cell is a time block long, which is all that judging looks at.
    """
    seconds = max(1, round(requests / rate / BLOCK_S)) * BLOCK_S
    per_second = np.diff(np.floor(np.arange(seconds + 1) * rate)).astype(int)
    fresh = rng.standard_normal(seconds) * sqrt(1 - noise.rho**2)
    fresh[0] /= sqrt(1 - noise.rho**2)
    slow = lfilter([1.0], [1.0, -noise.rho], fresh)
    of_second = np.repeat(np.arange(seconds), per_second)
    own = rng.standard_normal(len(of_second))
    z = noise.weight * slow[of_second] + sqrt(1 - noise.weight**2) * own
    values_s, wrong = latencies(z), z > float(ndtri(1 - error_ratio))
    cells = tuple(_cells(endpoint, of_second // BLOCK_S * BLOCK_S, buckets_of(values_s), wrong))
    hold = Stage(name="hold", duration_s=seconds, start_level=rate, end_level=rate)
    return Recording(schedule=Schedule(stages=(hold,)), series=Series(cells=cells), ended_s=float(seconds))


def buckets_of(values_s: Floats) -> NDArray[np.int64]:
    """`model.buckets.bucket_of` of many."""
    us = np.round(values_s * 1e6).astype(np.int64)
    shift = np.maximum(0, np.frexp(us.astype(np.float64))[1] - 9)
    return us >> shift << shift


def _cells(
    endpoint: str, of_second: NDArray[np.int64], buckets: NDArray[np.int64], wrong: NDArray[np.bool_]
) -> Iterator[Cell]:
    edges = np.flatnonzero(np.diff(of_second)) + 1
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(of_second)], strict=True):
        chosen, failed = buckets[start:end], wrong[start:end]
        good, bad = (Histogram(Counter(part.tolist())) for part in (chosen[~failed], chosen[failed]))
        causes = {"500": bad.total} if bad.total else {}
        yield Cell(t_s=int(of_second[start]), endpoint=endpoint, answered=good, failed=bad, causes=causes)


def judged(recording: Recording, objective: Objective, reference: Recording | None = None) -> Finding:
    """The finding of one promise, as in a verdict."""
    stretch = reference and ReferenceStretch(
        scenario="load-10", recording=reference, stage=None, files=("../load-10/series.jsonl",)
    )
    nothing: Any = None
    return judge_objective(
        Material(plan=nothing, run=nothing, recording=recording, evidence={}, reference=stretch), objective
    )


@dataclass(frozen=True)
class Rates:
    """What share of the runs was wrong or right."""

    failed: float
    proven_kept: float
    proven_broken: float


def rates(findings: Iterator[Finding]) -> Rates:
    found = list(findings)
    proven = [each for each in found if each.confidence == PROVEN]
    return Rates(
        failed=sum(each.status is Status.FAIL for each in found) / len(found),
        proven_kept=sum(each.status is not Status.FAIL for each in proven) / len(found),
        proven_broken=sum(each.status is Status.FAIL for each in proven) / len(found),
    )


@dataclass(frozen=True)
class Case:
    """One absolute promise: its truth in runs, and how many requests are stated as sufficient."""

    name: str
    objective: Objective
    rate: float
    latencies: Callable[[float], Latencies]
    """Latencies whose judged figure is so many times the limit."""
    q: float | None = None
    """None: an error rate."""
    error_ratio: Callable[[float], float] = lambda _: 0.0

    def run(self, rng: np.random.Generator, truth: float, requests: float, noise: Noise) -> Recording:
        return recorded(
            rng,
            self.latencies(truth),
            requests=requests,
            rate=self.rate,
            noise=noise,
            error_ratio=self.error_ratio(truth),
        )

    def stated(self, rng: np.random.Generator, truth: float, noise: Noise, pilot: float) -> float:
        """What the harness states as sufficient after a long run with this truth."""
        blocks = self.run(rng, truth, pilot, noise).blocks(None, None)
        if self.q is None:
            hits, sizes, limit = blocks.failures, blocks.requests, self.objective.at_most
        else:
            hits, sizes, limit = blocks.above(self.objective.at_most or 0.0), blocks.judged(), 1 - self.q
        needed = power.requests_to_prove(hits, sizes, len(blocks.seconds) / float(sizes.sum()), limit or 0.0)
        if needed is None:
            raise ValueError(f"{self.name}: the pilot is on the limit")
        return needed


def quantile_case(q: float, rate: float = 5.0) -> Case:
    metric = f"p{q * 100:g}"
    return Case(
        name=metric.upper(),
        objective=Objective(metric=metric, endpoint=ENDPOINT, at_most=1.0),
        rate=rate,
        latencies=lambda truth: log_normal(truth * exp(-SIGMA * float(ndtri(q)))),
        q=q,
    )


ERRORS = Case(
    name="error rate (limit 5 %)",
    objective=Objective(metric="error_rate", endpoint=ENDPOINT, at_most=0.05),
    rate=50.0,
    latencies=lambda _: log_normal(0.1),
    error_ratio=lambda truth: 0.05 * truth,
)
BELOW = 0.9
CASES = (quantile_case(0.5), quantile_case(0.95), quantile_case(0.99), ERRORS)


def absolute(
    case: Case, noise: Noise, *, runs: int, share: float, truth: float, stated: float, seed: int
) -> Rates:
    """Rates of runs of a share of the stated number of requests."""
    rng = np.random.default_rng(seed)
    return rates(judged(case.run(rng, truth, share * stated, noise), case.objective) for _ in range(runs))


def relative(
    noise: Noise, *, runs: int, above: float, requests: float, seed: int, rate: float = 5.0
) -> Rates:
    """P95 promised to be at most 50 % above a reference, and truly `above` it; both runs of one length."""
    rng = np.random.default_rng(seed)
    objective = Objective(metric="p95", endpoint=ENDPOINT, relative_to="load-10", max_increase=0.5)

    def findings() -> Iterator[Finding]:
        for _ in range(runs):
            reference = recorded(rng, log_normal(0.1), requests=requests, rate=rate, noise=noise)
            slower = recorded(rng, log_normal(0.1 * (1 + above)), requests=requests, rate=rate, noise=noise)
            yield judged(slower, objective, reference)

    return rates(findings())


def flat_drift(noise: Noise, *, runs: int, seconds: int, rate: float, seed: int) -> tuple[float, float]:
    """Shares of flat runs in which a rise is proven, and in which it is also more than 25 % (a FAIL)."""
    rng = np.random.default_rng(seed)
    rises = accused = 0
    for _ in range(runs):
        flat = recorded(rng, log_normal(0.2), requests=seconds * rate, rate=rate, noise=noise)
        found = latency_drift(0.5, flat, None, None)
        rises += not found.doubtful
        accused += not found.doubtful and found.value is not None and found.value > 0.25
    return rises / runs, accused / runs


def grown_drift(noise: Noise, *, runs: int, seconds: int, rate: float, growth: float, seed: int) -> float:
    """Share of runs whose latency grows by `growth` that fail a limit of 25 %."""
    rng = np.random.default_rng(seed)
    failed = 0

    def growing(z: Floats) -> Floats:
        return 0.2 * (1 + growth * np.arange(len(z)) / len(z)) * np.exp(SIGMA * z)

    for _ in range(runs):
        run = recorded(rng, growing, requests=seconds * rate, rate=rate, noise=noise)
        found = latency_drift(0.5, run, None, None)
        failed += not found.doubtful and found.value is not None and found.value > 0.25
    return failed / runs


HEADING = f"""# How often a verdict is wrong

Simulated runs of known truth, judged by the code that judges real ones. What repeats it:

    .venv/bin/python benchmarks/error_rates.py > benchmarks/error_rates.md
    .venv/bin/python benchmarks/shipped_error_rates.py >> benchmarks/error_rates.md

Latencies are log-normal (sigma {SIGMA}). Autocorrelated: the requests of a second have a common part, with a
weight of {ALIKE.weight} and a correlation of {ALIKE.rho} from one second to the next."""

ABSOLUTE = """
## A limit of its own

{runs} runs a cell. Wrong FAIL: the truth is 10 % below the limit, at the number of requests that the harness
states as sufficient after a long run with this truth, and below it. Settled: `proven` at that number.
Wrong `proven`: the truth is on the limit.

| promise | requests | stated | wrong FAIL | at half of it | at a quarter | settled | wrong proven |
| :-- | :-- | --: | --: | --: | --: | --: | --: |"""

RELATIVE = """
## Relative to a reference run

P95 at most 50 % above that of a reference of as many requests; {runs} pairs of runs a cell. A/A: both are
alike. A/B: truly 35 % above (10 % below the limit), on the limit, and 65 % above (10 % over it).

| requests | each | A/A FAIL | A/B wrong FAIL | A/B settled | on the limit: wrong proven | over it: FAIL |
| :-- | --: | --: | --: | --: | --: | --: |"""

DRIFT = """
## Drift of the P50

{runs} runs a cell, limit 25 %. In flat runs a rise that is proven, and a FAIL, are wrong.

| run | requests | flat: rise proven | flat: FAIL | grows by half: FAIL | doubles: FAIL |
| :-- | :-- | --: | --: | --: | --: |"""


def main() -> None:
    """Everything but the shipped scenarios, as a record."""
    print(HEADING)
    print_absolute(1000)
    print_relative(400)
    print_drift(400)


def print_absolute(runs: int) -> None:
    """Wrong FAIL and wrong `proven` at, and below, the number of requests that is stated as sufficient."""
    print(ABSOLUTE.format(runs=runs))
    for case in CASES:
        for noise in NOISES:
            pilots = (case.stated(np.random.default_rng(seed), BELOW, noise, 20_000) for seed in range(5))
            stated = float(np.median(list(pilots)))
            found = [
                absolute(case, noise, runs=runs, share=share, truth=BELOW, stated=stated, seed=1)
                for share in (1.0, 0.5, 0.25)
            ]
            limit = absolute(case, noise, runs=runs, share=1.0, truth=1.0, stated=stated, seed=2)
            wrong = limit.proven_kept + limit.proven_broken
            row = (*(each.failed for each in found), found[0].proven_kept, wrong)
            print(f"| {case.name} | {noise.name} | {stated:,.0f} | {percents(*row)} |", flush=True)


def print_relative(runs: int) -> None:
    """A/A and A/B: wrong FAIL and wrong `proven` of a promise relative to a reference run."""
    print(RELATIVE.format(runs=runs))
    for noise in NOISES:
        for requests in (300, 1000, 3000):
            alike, below, limit, over = (
                relative(noise, runs=runs, above=above, requests=requests, seed=3)
                for above in (0, 0.35, 0.5, 0.65)
            )
            wrong = limit.proven_kept + limit.proven_broken
            row = percents(alike.failed, below.failed, below.proven_kept, wrong, over.failed)
            print(f"| {noise.name} | {requests:,} | {row} |", flush=True)


def print_drift(runs: int) -> None:
    """Flat runs that are accused of drift, and drifting ones that are found."""
    print(DRIFT.format(runs=runs))
    for seconds, rate in ((300, 0.5), (300, 5.0), (900, 5.0)):
        for noise in NOISES:
            flat = flat_drift(noise, runs=runs, seconds=seconds, rate=rate, seed=5)
            grown = [
                grown_drift(noise, runs=runs, seconds=seconds, rate=rate, growth=growth, seed=6)
                for growth in (0.5, 1.0)
            ]
            row = percents(*flat, *grown)
            print(f"| {seconds} s at {rate:g}/s | {noise.name} | {row} |", flush=True)


def percents(*shares: float) -> str:
    return " | ".join(f"{share * 100:.1f} %" for share in shares)


if __name__ == "__main__":
    main()
