"""Cross-check: objectives judged again from Locust's CSV, and what explains a difference. Pure.

The CSV covers the whole run with warm-up, counts the latencies of failed requests too, keeps whole
milliseconds (or, without our own buckets, two digits), and misses what ended after its last write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10
from typing import Any

from harness.model.histogram import Histogram
from harness.model.verdict import CrossCheck, Finding
from harness.verdict.material import Material

COLUMNS = {"p50": "p50_s", "p90": "p90_s", "p95": "p95_s", "p99": "p99_s", "error_rate": "error_ratio"}
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
POOLED = ("Aggregated", "*")
"""Names under which the CSV's row of all endpoints may arrive."""


def cross_checks(material: Material, findings: Sequence[Finding]) -> tuple[CrossCheck, ...]:
    """A cross-check of every latency and error objective that the CSV has a value for."""
    piece = material.evidence.get("locust_csv")
    if piece is None or not piece.available:
        return ()
    stats = piece.facts.get("stats", {})
    complete = bool(piece.facts.get("complete", True))
    return tuple(
        _check(material, finding, value, finding.measured, finding.limit, complete=complete)
        for finding in findings
        if finding.metric in COLUMNS and finding.stage is None
        if finding.measured is not None and finding.limit is not None
        for value in _csv_value(stats, finding)
    )


def _csv_value(stats: Mapping[str, Mapping[str, Any]], finding: Finding) -> Iterator[float]:
    names = POOLED if finding.endpoint is None else (finding.endpoint,)
    for name in names:
        value = stats.get(name, {}).get(COLUMNS[finding.metric or ""])
        if value is not None:
            yield float(value)
            return


def _check(
    material: Material, finding: Finding, csv: float, measured: float, limit: float, *, complete: bool
) -> CrossCheck:
    kept = measured <= limit
    agrees = (csv <= limit) is kept
    notes = [] if agrees else [_explanation(material, finding, limit, kept=kept)]
    if not complete:
        notes.append("the CSV was cut")
    return CrossCheck(
        name=finding.name,
        measured=measured,
        csv_measured=csv,
        unit=finding.unit,
        agrees=agrees,
        note="; ".join(notes),
    )


def _explanation(material: Material, finding: Finding, limit: float, *, kept: bool) -> str:
    """The first habit of the CSV that, added to those before it, moves our value to the CSV's side."""
    for words, value in _habits(material, finding):
        if value is not None and (value <= limit) is not kept:
            return words
    return "not explained by its span or rounding; the CSV misses what ended after its last write"


def _habits(material: Material, finding: Finding) -> Iterator[tuple[str, float | None]]:
    whole = material.recording.whole(finding.endpoint)
    if finding.metric == "error_rate":
        yield "the CSV counts the whole run, with stages that are not judged", whole.error_ratio
        return
    q = QUANTILES[finding.metric or ""]
    yield "the CSV counts the whole run, with stages that are not judged", whole.judged.quantile_s(q)
    everything = Histogram.merged([whole.judged, whole.failed]).quantile_s(q)
    yield "the CSV counts the latencies of failed requests too", everything
    if everything is not None:
        yield "the CSV rounds to whole milliseconds", round(everything * 1000) / 1000
        yield "Locust rounds to two digits", two_digits(everything)


def two_digits(value_s: float) -> float:
    """A latency as Locust's own buckets round it: to whole milliseconds, and to two digits from 100 ms on."""
    ms = value_s * 1000
    digits = 0 if ms < 100 else 1 - floor(log10(ms))
    return round(ms, digits) / 1000
