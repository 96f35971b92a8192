"""Locust's own CSV, a coarse cross-check: whole milliseconds, and up to a second missing at the end.

Facts: `stats` by endpoint (`*` is all pooled): `requests`, `failures`, `error_ratio`, `rate_per_s`, `p50_s`,
`p95_s`, `p99_s`. They cover the whole run, warm-up included.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from harness.evidence.collector import Context
from harness.model.evidence import Evidence
from harness.model.sla import ALL

COLUMNS = {"p50_s": "50%", "p95_s": "95%", "p99_s": "99%"}
UNITS = dict.fromkeys(COLUMNS, "s") | {"requests": "count", "failures": "count", "error_ratio": "ratio"}


class LocustCsv:
    """Nothing to do while the load lasts: Locust writes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "locust_stats.csv"

    def stop(self, load_start_epoch_s: int | None) -> Evidence:  # noqa: ARG002  the protocol's
        """What the CSV says."""
        return read(self._path)


def start(context: Context) -> LocustCsv:
    """Remember where Locust will write."""
    return LocustCsv(context.folder)


def read(path: Path) -> Evidence:
    """Evidence from a `_stats.csv` of Locust; unavailable, with the reason, when it is missing or cut."""
    mend = "the verdict does not rest on it; see locust.log for why Locust did not write it"
    try:
        with path.open(newline="") as stream:
            stats = dict(_row(row) for row in csv.DictReader(stream))
    except OSError as error:
        return Evidence(collector="locust_csv", unavailable=f"{path.name}: {error.strerror}", mend=mend)
    except (KeyError, TypeError, ValueError) as error:
        return Evidence(collector="locust_csv", unavailable=f"{path.name} is cut: {error}", mend=mend)
    if ALL not in stats:
        return Evidence(collector="locust_csv", unavailable=f"{path.name} is cut: no row of all", mend=mend)
    return Evidence(collector="locust_csv", facts={"stats": stats}, units=UNITS)


def _row(row: dict[str, str]) -> tuple[str, dict[str, Any]]:
    requests, failures = int(row["Request Count"]), int(row["Failure Count"])
    stats: dict[str, Any] = {
        "requests": requests,
        "failures": failures,
        "error_ratio": failures / requests if requests else None,
        "rate_per_s": float(row["Requests/s"]),
    }
    for name, column in COLUMNS.items():
        stats[name] = None if row[column] in ("", "N/A") else float(row[column]) / 1000
    return _endpoint(row["Type"], row["Name"]), stats


def _endpoint(kind: str, name: str) -> str:
    if name == "Aggregated" and not kind:
        return ALL
    return name if not kind or name.startswith(f"{kind} ") else f"{kind} {name}"
