"""Findings and the verdict. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from harness.errors import ExitStatus
from harness.model.sla import Reference
from harness.model.value import Value


class Status(StrEnum):
    """Status of a finding, gravest first; the verdict is the gravest of its findings."""

    INVALID = "INVALID"
    """The generator or the measurement was not sound."""
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    """A sound run, but too little data or missing evidence."""
    WARN = "WARN"
    PASS = "PASS"  # noqa: S105  a status, not a password
    NOT_JUDGED = "NOT_JUDGED"
    """Left out on purpose (a shortened run); says so, and does not count."""

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return list(Status).index(self)


EXIT_OF = {
    Status.INVALID: ExitStatus.INCONCLUSIVE,
    Status.FAIL: ExitStatus.FAILED,
    Status.INCONCLUSIVE: ExitStatus.INCONCLUSIVE,
    Status.WARN: ExitStatus.PASSED,
    Status.PASS: ExitStatus.PASSED,
}


class Interval(Value):
    """A confidence interval in the finding's unit; an open end is None."""

    low: float | None
    high: float | None
    level: float = 0.95


class Finding(Value):
    """One judged statement, and the evidence it rests on."""

    kind: Literal["objective", "validity", "evidence", "remark"]
    name: str
    """Short and stable, such as `p95 POST /search` or `counts agree`."""
    status: Status
    sentence: str
    """What was found, in one sentence with figures."""
    endpoint: str | None = None
    metric: str | None = None
    stage: str | None = None
    measured: float | None = None
    """In the metric's base unit; None: nothing was measured."""
    limit: float | None = None
    comparison: Literal["at_most", "at_least"] | None = None
    reference: float | None = None
    """The value a relative limit was made of."""
    unit: str = ""
    samples: int | None = None
    interval: Interval | None = None
    confidence: str = ""
    """`proven`, or `not proven, needs about n requests (t at this rate)`; empty where it has no meaning."""
    mend: str = ""
    """What to do about it; empty when it passed."""
    requirement: str | None = None
    evidence: tuple[str, ...] = ()
    """Files of the run folder it rests on."""
    source: str = ""
    """`file:line:column` of the promise."""


class EndpointRow(Value):
    """One row of the tables: one endpoint (None: all pooled) in one stage. Latencies in seconds."""

    stage: str
    endpoint: str | None
    judged: bool
    requests: int
    failures: int
    unanswered: int
    rate_per_s: float
    error_ratio: float | None
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    mean_s: float | None
    max_s: float | None


class FailureRow(Value):
    """Failures of one endpoint with one cause."""

    endpoint: str
    cause: str
    count: int
    first_s: int
    last_s: int


class TimelinePoint(Value):
    """All endpoints pooled over one step of the time axis. Latencies in seconds; None without requests."""

    t_s: float
    users: float | None
    planned: float | None
    """Planned level: users, or arrivals per second."""
    rate_per_s: float
    failures_per_s: float
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


class StageMark(Value):
    """A stage on the time axis."""

    name: str
    start_s: float
    end_s: float
    judged: bool


class Chart(Value):
    """A line chart of evidence under the same time axis as the timeline."""

    title: str
    unit: str
    t_s: tuple[float, ...]
    lines: dict[str, tuple[float | None, ...]]
    limit: float | None = None


class CrossCheck(Value):
    """One objective judged again from Locust's CSV, which is coarse; `note` says why where they disagree."""

    name: str
    measured: float | None
    csv_measured: float | None
    unit: str
    agrees: bool
    note: str = ""


class Verdict(Value):
    """The judged run: what `verdict.json` holds and all that a report shows."""

    format: Literal[1] = 1
    status: Status
    exit_status: int
    summary: str
    """One sentence: the verdict and its gravest reason."""
    scenario: str
    run_id: str
    interrupted: bool
    shortened: bool
    reference: Reference | None = None
    findings: tuple[Finding, ...]
    """Gravest first."""
    stages: tuple[StageMark, ...] = ()
    endpoints: tuple[EndpointRow, ...] = ()
    failures: tuple[FailureRow, ...] = ()
    timeline: tuple[TimelinePoint, ...] = ()
    step_s: float = 1.0
    """Length of one step of the timeline in seconds."""
    endpoint_p95_s: dict[str, tuple[float | None, ...]] = {}
    """P95 by endpoint, a value a step of the timeline."""
    charts: tuple[Chart, ...] = ()
    cross_checks: tuple[CrossCheck, ...] = ()
    headline: dict[str, float | None] = {}
    """Of the judged stages: requests, rate_per_s, error_ratio, p95_s, judged_s, peak users or arrivals."""

    def counted(self) -> dict[Status, int]:
        """How many findings have each status."""
        return {status: sum(f.status is status for f in self.findings) for status in Status}
