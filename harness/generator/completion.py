"""The completion: what the main process says of a run that ended in order (`model.run.Completion`)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.generator.cells import Cells
from harness.generator.recorder import endpoint_of

if TYPE_CHECKING:
    from locust.stats import RequestStats

Totals = dict[str, dict[str, int]]


def locust_totals(stats: RequestStats) -> Totals:
    """Locust's own final counts by endpoint."""
    requests: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for entry in stats.entries.values():
        endpoint = endpoint_of(str(entry.method or ""), str(entry.name))
        requests[endpoint] += entry.num_requests
        failures[endpoint] += entry.num_failures
    return _totals(requests, failures)


def recorded_totals(cells: Cells) -> Totals:
    """What was recorded, by endpoint."""
    return _totals(cells.requests, cells.failures)


def _totals(requests: Counter[str], failures: Counter[str]) -> Totals:
    return {
        endpoint: {"requests": requests[endpoint], "failures": failures[endpoint]}
        for endpoint in sorted(requests)
        if requests[endpoint]
    }


def completion(
    stats: RequestStats,
    cells: Cells,
    *,
    reason: str,
    began_epoch_s: int,
    ended_epoch_s: float,
    workers_expected: int,
    workers_lost: list[str],
    clock_skews_s: dict[str, float],
    problems: list[str],
) -> dict[str, Any]:
    """The content of `completion.json`."""
    return {
        "reason": reason,
        "load_start_epoch_s": began_epoch_s,
        "load_end_epoch_s": round(ended_epoch_s, 3),
        "locust": locust_totals(stats),
        "recorded": recorded_totals(cells),
        "unfinished": cells.unfinished,
        "workers_expected": workers_expected,
        "workers_lost": workers_lost,
        "clock_skews_s": clock_skews_s,
        "problems": problems,
    }
