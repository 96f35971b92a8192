"""The series of a result as the page's script draws them: what the verdict holds, rearranged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.model.result import Result
from harness.model.verdict import Chart, Verdict

SIGNIFICANT_DIGITS = 6

Line = Mapping[str, object]


def figures(result: Result) -> dict[str, Any]:
    """Time axis, stages, events and charts as plain JSON values; a missing value is None."""
    verdict = result.verdict
    return {
        "span": _span(verdict),
        "step_s": verdict.step_s,
        "stages": [mark.model_dump() for mark in verdict.stages],
        "events": [event.model_dump() for event in result.run.events],
        "charts": _timeline_charts(result) + _evidence_charts(verdict.charts),
    }


def _timeline_charts(result: Result) -> list[dict[str, Any]]:
    verdict = result.verdict
    if not verdict.timeline:
        return []
    t_s = [point.t_s for point in verdict.timeline]
    charts = [
        _chart("latency", "Latency, all endpoints", "s", t_s, _latency_lines(verdict)),
        _chart("endpoints", "P95 latency by endpoint", "s", t_s, _endpoint_lines(verdict)),
        _chart("throughput", "Requests and failures per second", "per_s", t_s, _rate_lines(verdict)),
    ]
    if result.plan.schedule.unit == "users":
        charts.append(_chart("users", "Users, planned and actual", "count", t_s, _level_lines(verdict)))
    else:
        charts.append(
            _chart("users", "Arrivals per second, planned and started", "per_s", t_s, _level_lines(verdict))
        )
    return [chart for chart in charts if chart["lines"]]


def _latency_lines(verdict: Verdict) -> list[Line]:
    points = verdict.timeline
    return [
        _line("P50", (point.p50_s for point in points), "p50"),
        _line("P95", (point.p95_s for point in points), "p95"),
        _line("P99", (point.p99_s for point in points), "p99"),
    ]


def _endpoint_lines(verdict: Verdict) -> list[Line]:
    steps = len(verdict.timeline)
    return [
        _line(endpoint, (*values, *[None] * steps)[:steps], f"c{number % 8 + 1}")
        for number, (endpoint, values) in enumerate(verdict.endpoint_p95_s.items())
    ]


def _rate_lines(verdict: Verdict) -> list[Line]:
    points = verdict.timeline
    return [
        _line("requests", (point.rate_per_s for point in points), "rate", fill=True),
        _line("failures", (point.failures_per_s for point in points), "failures", fill=True),
    ]


def _level_lines(verdict: Verdict) -> list[Line]:
    points = verdict.timeline
    return [
        _line("actual", (point.users for point in points), "users", fill=True),
        _line("planned", (point.planned for point in points), "planned"),
    ]


def _evidence_charts(charts: Iterable[Chart]) -> list[dict[str, Any]]:
    return [
        _chart(
            f"evidence-{number}",
            chart.title,
            chart.unit,
            chart.t_s,
            [
                _line(name, values, f"c{place % 8 + 1}")
                for place, (name, values) in enumerate(chart.lines.items())
            ],
            limit=chart.limit,
        )
        for number, chart in enumerate(charts, start=1)
        if chart.t_s and chart.lines
    ]


def _chart(
    name: str, title: str, unit: str, t_s: Sequence[float], lines: list[Line], limit: float | None = None
) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "unit": unit,
        "t_s": [_short(t) for t in t_s],
        "lines": lines,
        "limit": limit,
    }


def _line(label: str, values: Iterable[float | None], ink: str, *, fill: bool = False) -> Line:
    return {"label": label, "values": [_short(value) for value in values], "ink": ink, "fill": fill}


def _short(value: float | None) -> float | None:
    """The value without digits that no chart can show."""
    return None if value is None else float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def _span(verdict: Verdict) -> tuple[float, float]:
    """The time axis that all charts share, in seconds."""
    ends = [mark.end_s for mark in verdict.stages] + [
        point.t_s + verdict.step_s for point in verdict.timeline
    ]
    ends += [t_s for chart in verdict.charts for t_s in chart.t_s]
    starts = [point.t_s for point in verdict.timeline[:1]]
    return (min([0.0, *starts]), max([1.0, *ends]))
