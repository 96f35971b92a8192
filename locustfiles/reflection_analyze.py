"""One case's execution logs are analysed."""

from __future__ import annotations

from _endpoint import Answer, EndpointUser, missing
from locust import task

LIMIT = 100


class ReflectionAnalyze(EndpointUser):
    """Analyses the last 100 executions of a case."""

    endpoint = "POST /reflection/analyze"

    @task
    def analyze(self) -> None:
        """Ask for the next case."""
        self._asked = self.one_of("case_ids")
        self.send({"case_id": self._asked, "limit": LIMIT})

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """The counts must add up, and the case be the one that was asked for and have executions."""
        if flaw := missing(
            answer,
            "case_id",
            "total_executions",
            "successful_executions",
            "failed_executions",
            "success_rate",
            "avg_execution_time_ms",
            "common_errors",
            "timestamp",
        ):
            return flaw
        total = answer["total_executions"]
        if answer["case_id"] != self._asked:
            return "answer is about another case"
        if total <= 0:
            return "total_executions is 0 for a case that has some"
        if answer["successful_executions"] + answer["failed_executions"] != total:
            return "successful and failed executions do not add up to the total"
        return None if 0 <= answer["success_rate"] <= 100 else "success_rate is not within 0 to 100"
