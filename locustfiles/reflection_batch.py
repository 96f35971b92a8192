"""All active cases are analysed; the LLM is asked about the weak ones."""

from __future__ import annotations

from _endpoint import Answer, EndpointUser, missing, not_a_list
from locust import task


class ReflectionBatch(EndpointUser):
    """Analyses every active case."""

    endpoint = "POST /reflection/batch"

    @task
    def batch(self) -> None:
        """Ask for the whole batch."""
        self.send()

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """Cases were analysed, and every suggestion is about a case and says something."""
        if flaw := missing(answer, "analyzed_cases", "low_performance_cases", "suggestions", "timestamp"):
            return flaw
        if answer["analyzed_cases"] <= 0:
            return "no case was analysed"
        if answer["low_performance_cases"] > answer["analyzed_cases"]:
            return "more weak cases than analysed ones"
        if flaw := not_a_list(answer, "suggestions"):
            return flaw
        if len(answer["suggestions"]) < answer["low_performance_cases"]:
            return "weak cases without suggestions"
        lacking = any(not entry["case_id"] or not entry["suggestions"] for entry in answer["suggestions"])
        return "a suggestion is empty" if lacking else None
