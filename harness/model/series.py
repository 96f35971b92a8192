"""The series: what was sent and answered, per second and endpoint. This is what is judged.

One line of `series.jsonl` is a Cell: what became known during one flush about the requests of one endpoint
that started in one second. A late answer adds another line for its start second; reading adds them up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from harness.model.histogram import Histogram


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Requests of one endpoint that started in second `t_s` of the load (0 is its first).

    `answered`: answers that were right. `failed`: answers, or refused connections, that were wrong or broken:
    their latency is never judged. `unanswered`: time-outs and requests unfinished at the end, at no less than
    their elapsed time: judged with the answers, and counted as failures. With an arrival rate these latencies
    count from the intended start, and `service` holds the answers' latencies from the actual one.
    """

    t_s: int
    endpoint: str
    answered: Histogram = field(default_factory=Histogram)
    failed: Histogram = field(default_factory=Histogram)
    unanswered: Histogram = field(default_factory=Histogram)
    service: Histogram = field(default_factory=Histogram)
    causes: Mapping[str, int] = field(default_factory=dict)
    """Failures by cause, as the user class or the client worded it."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """Answers by HTTP status other than 200; 0 is no answer.

    Where a right answer came by redirects, the status of the first one counts.
    """
    remarks: Mapping[str, int] = field(default_factory=dict)
    """What a user class remarked about answers that are right, such as `found no work`."""

    @classmethod
    def from_line(cls, line: str, *, load_start_epoch_s: int) -> Cell:
        """A cell from one line of `series.jsonl`, whose `t` is in whole seconds of the epoch.

        ValueError when the line is cut or not of this form.
        """
        try:
            record = json.loads(line)
            return cls(
                t_s=int(record["t"]) - load_start_epoch_s,
                endpoint=str(record["endpoint"]),
                **{name: _histogram(record.get(name, {})) for name in HISTOGRAMS},
                causes=record.get("causes", {}),
                statuses={int(status): count for status, count in record.get("statuses", {}).items()},
                remarks=record.get("remarks", {}),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a line of a series: {error!r}") from error

    def merged_with(self, other: Cell) -> Cell:
        """One cell of both; it stands in the later of their seconds."""
        both = Window.of([self, other], seconds=1)
        return Cell(
            t_s=max(self.t_s, other.t_s),
            endpoint=self.endpoint,
            **{name: getattr(both, name) for name in (*HISTOGRAMS, "causes", "statuses", "remarks")},
        )


K = TypeVar("K", int, str)

HISTOGRAMS = ("answered", "failed", "unanswered", "service")


def _histogram(counts: Mapping[str, int]) -> Histogram:
    return Histogram({int(bucket): int(count) for bucket, count in counts.items()})


@dataclass(frozen=True, kw_only=True)
class Window:
    """The cells of some endpoints and seconds, merged."""

    seconds: float
    """Length of the window in seconds; rates are counted over it."""
    answered: Histogram = field(default_factory=Histogram)
    failed: Histogram = field(default_factory=Histogram)
    unanswered: Histogram = field(default_factory=Histogram)
    service: Histogram = field(default_factory=Histogram)
    causes: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[int, int] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[Cell], *, seconds: float) -> Window:
        """The window that merges `cells`."""
        chosen = list(cells)
        return cls(
            seconds=seconds,
            **{name: Histogram.merged(getattr(cell, name) for cell in chosen) for name in HISTOGRAMS},
            causes=_added(cell.causes for cell in chosen),
            statuses=_added(cell.statuses for cell in chosen),
            remarks=_added(cell.remarks for cell in chosen),
        )

    @cached_property
    def judged(self) -> Histogram:
        """The latencies that percentiles are judged on: answers, time-outs and unfinished requests."""
        return Histogram.merged([self.answered, self.unanswered])

    @property
    def requests(self) -> int:
        """Every request of the window, failed or not."""
        return self.answered.total + self.failures

    @property
    def failures(self) -> int:
        """Wrong answers, broken connections, time-outs and unfinished requests."""
        return self.failed.total + self.unanswered.total

    @property
    def error_ratio(self) -> float | None:
        """Share of requests that failed, 0 to 1; None without requests."""
        return self.failures / self.requests if self.requests else None

    @property
    def rate_per_s(self) -> float:
        """Requests per second of the window."""
        return self.requests / self.seconds


def _added(mappings: Iterable[Mapping[K, int]]) -> dict[K, int]:
    total: dict[K, int] = defaultdict(int)
    for mapping in mappings:
        for key, count in mapping.items():
            total[key] += count
    return dict(total)


@dataclass(frozen=True, kw_only=True)
class Second:
    """One line of `generator.jsonl`: how one Locust process was in one second of the load."""

    t_s: int
    process: str
    """`main` (a single process, or the master) or the worker's name."""
    users: int
    """Users running in this process; for arrivals, the arrivals per second its tokens stand for."""
    target_level: float | None = None
    """What the shape asked for (main only)."""
    workers: int | None = None
    """Workers that were ready or running (master only)."""
    cpu_ratio: float | None = None
    """CPU of this process in cores: 1.0 is one full core."""
    run_delay_ratio: float | None = None
    """Share of the second this process was ready but waited for a core (Linux)."""
    loop_lag_s: float | None = None
    """Longest time the event loop came late to a timer in this second."""
    rss_bytes: int | None = None
    in_flight: int | None = None
    offered: int | None = None
    """Arrivals that were due (arrival rate only); offered = sent + dropped."""
    sent: int | None = None
    dropped: int | None = None
    late_p99_s: float | None = None
    """99th percentile of how late arrivals were started."""

    @property
    def busy_ratio(self) -> float | None:
        """Share of the second in which the process ran or was ready to; None when its CPU is not known."""
        if self.cpu_ratio is None or self.run_delay_ratio is None:
            return self.cpu_ratio
        return self.cpu_ratio + self.run_delay_ratio


@dataclass(frozen=True, kw_only=True)
class Series:
    """All cells of a run and how its generator was."""

    cells: tuple[Cell, ...] = ()
    seconds: tuple[Second, ...] = ()

    @cached_property
    def endpoints(self) -> tuple[str, ...]:
        """Every endpoint that was sent at least one request, sorted."""
        return tuple(sorted({cell.endpoint for cell in self.cells}))

    @cached_property
    def _by_endpoint(self) -> Mapping[str, list[Cell]]:
        found: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.cells:
            found[cell.endpoint].append(cell)
        return found

    def cells_of(self, endpoint: str | None, start_s: float, end_s: float) -> Iterator[Cell]:
        """Cells of one endpoint (None: of all) whose second lies in [start_s, end_s)."""
        cells = self.cells if endpoint is None else self._by_endpoint.get(endpoint, [])
        return (cell for cell in cells if start_s <= cell.t_s < end_s)

    def window(self, endpoint: str | None, spans: Iterable[tuple[float, float]]) -> Window:
        """One endpoint (None: all pooled) over some spans of seconds [start_s, end_s), merged."""
        chosen = list(spans)
        cells = (cell for start_s, end_s in chosen for cell in self.cells_of(endpoint, start_s, end_s))
        return Window.of(cells, seconds=sum(end_s - start_s for start_s, end_s in chosen))

    @property
    def last_s(self) -> int | None:
        """The last second in which a request started, or None when there was none."""
        return max((cell.t_s for cell in self.cells), default=None)
