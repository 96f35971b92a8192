"""A text is given its place in the taxonomy."""

from __future__ import annotations

from _endpoint import Answer, EndpointUser, missing, not_a_list
from locust import task

SUGGESTIONS = 5


class Classify(EndpointUser):
    """Classifies a text."""

    endpoint = "POST /classify"

    @task
    def classify(self) -> None:
        """Ask about the next text."""
        self.send({"text": self.one_of("texts"), "max_suggestions": SUGGESTIONS})

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """There must be at least one place, with a path and a confidence."""
        if flaw := missing(answer, "classifications", "request_id", "processing_time", "taxonomy_version"):
            return flaw
        if flaw := not_a_list(answer, "classifications", of_at_least=1):
            return flaw
        best = answer["classifications"][0]
        if not best["taxonomy_path"]:
            return "the first classification has no path"
        return None if 0 <= best["confidence"] <= 1 else "confidence is not within 0 to 1"
