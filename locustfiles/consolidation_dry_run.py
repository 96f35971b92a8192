"""What a clean-up would do, without doing it."""

from __future__ import annotations

from _consolidation import flaw_of, remark_of
from _endpoint import Answer, EndpointUser
from locust import task


class ConsolidationDryRun(EndpointUser):
    """Asks what a clean-up would do."""

    endpoint = "POST /consolidation/dry-run"

    @task
    def dry_run(self) -> None:
        """Ask for the list."""
        self.send()

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """Counts and details must agree, and nothing be changed."""
        return flaw_of(answer, dry_run=True)

    def remark(self, answer: Answer) -> str | None:
        """Whether there was anything to find."""
        return remark_of(answer)
