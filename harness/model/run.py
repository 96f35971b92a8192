"""The run: what happened when a plan was carried out once. Pure."""

from __future__ import annotations

from typing import Literal

from harness.model.value import Value


class Environment(Value):
    """Where the harness ran. Runs are compared only when this is the same."""

    hostname: str
    cpu_count: int
    cpu_model: str
    memory_bytes: int
    system: str
    python: str
    locust: str
    harness: str
    git_commit: str | None = None


class Totals(Value):
    """Counts of one endpoint over the whole run."""

    requests: int
    failures: int


class Completion(Value):
    """What the generator wrote when it ended in order (`completion.json`). Its absence is a finding."""

    reason: str
    """`schedule ended`, `interrupted`, or what else made it stop."""
    load_start_epoch_s: int
    """The whole second at which the load began."""
    load_end_epoch_s: float
    locust: dict[str, Totals]
    """Locust's own final counts by endpoint."""
    recorded: dict[str, Totals]
    """What the recorder counted by endpoint; must equal Locust's."""
    unfinished: int = 0
    """Requests that were still running when the drain ended."""
    workers_expected: int = 0
    workers_lost: tuple[str, ...] = ()
    clock_skews_s: dict[str, float] = {}
    """By worker the largest difference of its clock from the master's; positive is ahead."""
    problems: tuple[str, ...] = ()
    """Exceptions of the recorder, of listeners and of user code, one line each."""


class RunEvent(Value):
    """Something that happened at a moment of the run, for the time axis."""

    t_s: float
    """Seconds since the load began; negative before it."""
    what: str


class TargetState(Value):
    """The target as it was found, and as it was left."""

    name: str
    version: str | None = None
    base_url: str
    environment: str | None = None
    processes: dict[str, tuple[int, ...]] = {}
    """Process ids by role: `api`, `database`, `llm` …"""
    pool_gauge: str | None = None
    """Name of the metric that counts connections in use, if the target has one."""
    pool_size: int | None = None
    faults: tuple[str, ...] = ()
    notes: dict[str, str] = {}
    """What else its readiness line told, such as the durability mode."""
    died: str | None = None
    """How it died under load; None when it did not, or is not known to have."""
    restarted: bool | None = None
    """A process of the target was replaced during the load; None: not known."""
    healthy_after: bool | None = None
    """It answered its health check after the load; None: not asked."""


class Run(Value):
    """Identity, environment, times and exit statuses of one run."""

    format: Literal[1] = 1
    run_id: str
    scenario: str
    command: str
    """The command that repeats it."""
    started_at: str
    """ISO 8601 with zone."""
    ended_at: str | None = None
    load_start_epoch_s: int | None = None
    """None when the load never began."""
    environment: Environment
    target: TargetState | None = None
    locust_exit_status: int | None = None
    completion: Completion | None = None
    interrupted: bool = False
    events: tuple[RunEvent, ...] = ()
    problems: tuple[str, ...] = ()
    """What of ours or of the target's plumbing broke, one line each: where, what, how to mend it."""
    added_s: float | None = None
    """Seconds that the harness added to the schedule up to judging; None when it did not end in order."""
