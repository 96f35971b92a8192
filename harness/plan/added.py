"""About how much longer than its schedule a command takes: a documented sum of constants. Pure."""

from __future__ import annotations

from harness.model.plan import Target

PLAN_S = 2.0
"""Reading, and two child processes that import Locust and look at classes and shapes."""
TARGET_START_S = 4.0
"""Embedded PostgreSQL, seed data and API until the readiness line."""
RESTORE_S = 1.0
"""Putting the data set back."""
GENERATOR_START_S = 2.0
"""Locust until every worker has shaken hands, and the wait for a whole second."""
WORKERS_START_S = 1.5
"""More of that when there are worker processes."""
DRAIN_S = 2.0
"""Running requests come to their end; bounded by the request timeout, typically this."""
STOP_S = 2.0
"""Locust's reports, collectors and target stop in order."""
JUDGE_AND_REPORT_S = 2.0


def added_s(target: Target, *, workers: int, request_timeout_s: float) -> float:
    """Seconds that the harness adds to the schedule, when everything goes well."""
    return (
        PLAN_S
        + (TARGET_START_S if target.command else 0.0)
        + (RESTORE_S if target.command or target.data.restore else 0.0)
        + GENERATOR_START_S
        + (WORKERS_START_S if workers else 0.0)
        + min(DRAIN_S, request_timeout_s)
        + STOP_S
        + JUDGE_AND_REPORT_S
    )
