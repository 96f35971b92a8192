"""Charts of evidence under the time axis of the timeline: CPU, memory, pool, generator. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import TypeAlias

from harness.model.evidence import Evidence
from harness.model.series import Series
from harness.model.verdict import Chart

Rows: TypeAlias = Iterable[tuple[float, str, float | None]]
"""Second, line, value."""

CPU_LINES = {
    "target_cpu_cores": "target",
    "database_cpu_cores": "database",
    "llm_cpu_cores": "LLM double",
    "generator_cpu_cores": "generator",
    "harness_cpu_cores": "harness",
}
MEMORY_LINES = {"target_rss_bytes": "target (largest worker)", "generator_rss_bytes": "generator"}
POOL_LINES = {"in_use": "in use", "size": "size", "waiting": "waiting"}


def charts(
    evidence: Mapping[str, Evidence],
    series: Series,
    *,
    step_s: float,
    end_s: float,
    limits: Mapping[str, float],
) -> tuple[Chart, ...]:
    """Every chart that there is evidence for; `limits` are the promised ones by metric (`memory`)."""
    resources, pool = evidence.get("resources"), evidence.get("pool")
    found = [
        _chart("CPU by process group", "cores", _rows(resources, CPU_LINES), step_s, end_s, _mean),
        _chart("Memory", "bytes", _rows(resources, MEMORY_LINES), step_s, end_s, max, limits.get("memory")),
        _chart("Connection pool", "count", _rows(pool, POOL_LINES), step_s, end_s, max),
        _chart(
            "Generator: CPU by process", "cores", _generator(series, "cpu_ratio"), step_s, end_s, _mean, 0.9
        ),
        _chart("Generator: event loop lag", "s", _generator(series, "loop_lag_s"), step_s, end_s, max, 0.1),
    ]
    return tuple(chart for chart in found if chart is not None)


def _rows(piece: Evidence | None, lines: Mapping[str, str]) -> Rows:
    if piece is None or not piece.available:
        return []
    return [
        (t_s, line, sample.get(column))
        for sample in piece.samples
        if (t_s := sample.get("t_s")) is not None
        for column, line in lines.items()
    ]


def _generator(series: Series, column: str) -> Rows:
    return [(float(second.t_s), second.process, getattr(second, column)) for second in series.seconds]


def _chart(
    title: str,
    unit: str,
    rows: Rows,
    step_s: float,
    end_s: float,
    merge: Callable[[Sequence[float]], float],
    limit: float | None = None,
) -> Chart | None:
    length = ceil(end_s / step_s)
    found: dict[str, dict[int, list[float]]] = {}
    for t_s, line, value in rows:
        if value is not None and 0 <= t_s < end_s:
            found.setdefault(line, {}).setdefault(int(t_s // step_s), []).append(value)
    if not found:
        return None
    lines = {
        line: tuple(merge(steps[step]) if step in steps else None for step in range(length))
        for line, steps in found.items()
    }
    t_axis = tuple(step * step_s for step in range(length))
    return Chart(title=title, unit=unit, t_s=t_axis, lines=lines, limit=limit)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
