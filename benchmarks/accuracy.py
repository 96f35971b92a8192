"""How exact percentiles are, and what a million requests weigh.

    python benchmarks/accuracy.py [--samples N] [--record]

Known latencies of six very different distributions go through the real recorder, split over four workers,
into the real file of a run, and are read back; percentiles are compared with those of the sorted samples
(upper nearest rank), and with what Locust makes of the same samples. `--record` writes accuracy.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from harness.generator.cells import Cells
from harness.generator.problems import Problems
from harness.generator.recorder import Recorder
from harness.model.series import Cell, Series

WORKERS, SECONDS = 4, 60
START = 1_763_877_600
QUANTILES = (0.5, 0.95, 0.99, 0.999)
Floats = NDArray[np.float64]


def distributions(n: int) -> dict[str, Floats]:
    """Latencies in ms, of a fixed seed."""
    rng = np.random.default_rng(20260101)
    humps = np.where(rng.random(n) < 0.97, rng.normal(5, 0.5, n), rng.normal(2000, 100, n))
    return {
        "uniform, 0.05 to 0.9 ms": rng.uniform(0.05, 0.9, n),
        "exponential, mean 20 ms": rng.exponential(20, n),
        "lognormal around 100 ms": rng.lognormal(np.log(100), 0.5, n),
        "normal, 105 ms ± 0.05": rng.normal(105, 0.05, n),
        "two humps, 5 ms and 2 s": humps,
        "Pareto 1.2 from 3 ms": 3 * (1 + rng.pareto(1.2, n)),
    }


def locust_bucket(ms: float) -> int:
    """Locust's own rounding (stats.py:124-142)."""
    if ms < 100:
        return round(ms)
    if ms < 1000:
        return round(ms, -1)  # type: ignore[return-value]
    return round(ms, -2 if ms < 10_000 else -3)  # type: ignore[return-value]


def recorded(latencies_ms: Floats) -> tuple[Series, int]:
    """What is read back of latencies that four workers recorded, and the bytes of the file."""
    response, lines = SimpleNamespace(status_code=200, history=()), []
    recorders = [Recorder(Problems()) for _ in range(WORKERS)]
    for second, part in enumerate(np.array_split(np.maximum(latencies_ms, 0.001), SECONDS)):
        cells = Cells()
        for worker, recorder in enumerate(recorders):
            listener = recorder.listener
            for latency_ms in part[worker::WORKERS].tolist():
                listener(
                    request_type="GET",
                    name="/x",
                    response_time=latency_ms,
                    response=response,
                    start_time=START + second,
                )
            cells.add(recorder.take())
        lines += cells.take_lines().splitlines()
    read = tuple(Cell.from_line(line, load_start_epoch_s=START) for line in lines)
    return Series(cells=read), sum(len(line) + 1 for line in lines)


def errors(latencies_ms: Floats) -> tuple[list[float], list[float], int]:
    """Relative errors of our percentiles, of Locust's, and the bytes of the file."""
    series, size = recorded(latencies_ms)
    judged = series.window(None, [(0, SECONDS)]).judged
    ordered = np.sort(np.maximum(latencies_ms, 0.001))
    buckets = Counter(locust_bucket(ms) for ms in ordered.tolist())
    ours, theirs = [], []
    for q in QUANTILES:
        exact = float(ordered[int(np.ceil(q * len(ordered) - 1e-9)) - 1])
        measured = judged.quantile_s(q)
        assert measured is not None
        ours.append(measured * 1000 / exact - 1)
        theirs.append(locust_quantile(buckets, len(ordered), q) / exact - 1)
    return ours, theirs, size


def locust_quantile(buckets: Counter[int], n: int, q: float) -> float:
    """Locust's percentile: from the largest bucket down, the first at or below element int(n q)."""
    left = n
    for bucket in sorted(buckets, reverse=True):
        left -= buckets[bucket]
        if left <= int(n * q):
            return bucket
    raise ValueError("no samples")


def memory(kind: str, samples: int) -> float:
    """MiB that a million requests occupy, in a process of its own."""
    command = [sys.executable, __file__, "--samples", str(samples), "--memory", kind]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)


def occupied(kind: str, samples: int) -> float:
    """MiB held by what one process keeps of some requests to ten endpoints within 60 s."""
    response, problems = SimpleNamespace(status_code=200, history=()), Problems()
    recorder, cells = Recorder(problems), Cells()
    latencies = np.random.default_rng(1).lognormal(np.log(100), 0.5, samples).tolist()
    names = [f"/{number}" for number in range(10)]
    tracemalloc.start()
    for number, latency_ms in enumerate(latencies):
        recorder.listener(
            request_type="GET",
            name=names[number % 10],
            response_time=latency_ms,
            response=response,
            start_time=START + number * SECONDS // samples,
        )
        if kind == "flushed" and number % (samples // SECONDS) == 0:
            cells.add(recorder.take())
            cells.take_lines()
    _, peak = tracemalloc.get_traced_memory()
    held, _ = tracemalloc.get_traced_memory()
    return (peak if kind == "flushed" else held) / 2**20


RECORD = """# Accuracy

`python benchmarks/accuracy.py --samples {samples} --record`, Python {python}, {cores} cores. {samples:,}
samples of each distribution, recorded by the real recorder in {workers} workers, merged, written in the form
of `series.jsonl` and read back. Errors against the sorted samples (upper nearest rank); *Locust* is its own
rounding of the same samples.

| distribution | P50 | P95 | P99 | P99.9 | Locust: P50 | P95 | P99 | P99.9 | file, kB |
|---|---|---|---|---|---|---|---|---|---|
{rows}

Largest error **{worst:.3%}** (aim: 0.5 %); of Locust's own rounding {locust_worst:.1%}.

| true change | ours | Locust's own rounding |
|---|---|---|
{changes}

| memory of {samples:,} requests to 10 endpoints within {seconds} s | MiB |
|---|---|
| all kept in one process, never flushed | {kept:.1f} |
| peak, handed on and written each second, as in a run | {flushed:.1f} |
"""


def change(before_ms: float, after_ms: float) -> str:
    """How a change of every latency from one value to another shows in the P95."""
    shown = []
    for ms in (before_ms, after_ms):
        series, _ = recorded(np.full(6000, ms))
        found = series.window(None, [(0, SECONDS)]).judged.quantile_s(0.95)
        assert found is not None
        shown.append(found)
    locust = locust_bucket(after_ms) / locust_bucket(before_ms) - 1
    true = after_ms / before_ms - 1
    return (
        f"| {before_ms:g} → {after_ms:g} ms, {true:+.1%} | {shown[1] / shown[0] - 1:+.1%} | {locust:+.1%} |"
    )


def report(samples: int) -> str:
    """Measure all, and the record of it."""
    rows, ours_all, theirs_all = [], [0.0], [0.0]
    for name, latencies in distributions(samples).items():
        ours, theirs, size = errors(latencies)
        shown = " | ".join([*(f"{e:+.3%}" for e in ours), *(f"{e:+.1%}" for e in theirs)])
        rows.append(f"| {name} | {shown} | {size / 1000:.0f} |")
        ours_all += map(abs, ours)
        theirs_all += map(abs, theirs)
    return RECORD.format(
        samples=samples,
        python=platform.python_version(),
        cores=os.cpu_count(),
        workers=WORKERS,
        rows="\n".join(rows),
        worst=max(ours_all),
        locust_worst=max(theirs_all),
        changes="\n".join([change(105.0, 105.1), change(105.1, 125.0)]),
        seconds=SECONDS,
        kept=memory("kept", samples),
        flushed=memory("flushed", samples),
    )


def main() -> None:
    """Measure, print, and record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--memory", choices=["kept", "flushed"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        print(occupied(options.memory, options.samples))
        return
    text = report(options.samples)
    print(text)
    if options.record:
        Path(__file__).with_suffix(".md").write_text(text)


if __name__ == "__main__":
    main()
