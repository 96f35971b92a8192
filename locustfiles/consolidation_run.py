"""The case bank is cleaned up: bad cases removed, double ones merged, unused ones archived."""

from __future__ import annotations

from _consolidation import flaw_of, remark_of
from _endpoint import Answer, EndpointUser
from locust import task

BODY = {"dry_run": False, "threshold": 30.0, "similarity_threshold": 0.95, "inactive_days": 90}


class ConsolidationRun(EndpointUser):
    """Cleans the case bank up for real."""

    endpoint = "POST /consolidation/run"

    @task
    def run_it(self) -> None:
        """Ask for a clean-up."""
        self.send(BODY)

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """Counts and details must agree."""
        return flaw_of(answer, dry_run=False)

    def remark(self, answer: Answer) -> str | None:
        """Whether there was anything to do."""
        return remark_of(answer)
