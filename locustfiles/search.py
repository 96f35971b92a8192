"""Documents are searched."""

from __future__ import annotations

from _endpoint import Answer, EndpointUser, missing, not_a_list
from locust import task

RESULTS = 10


class Search(EndpointUser):
    """Searches the documents."""

    endpoint = "POST /search"

    @task
    def search(self) -> None:
        """Ask the next query."""
        self.send({"q": self.one_of("queries"), "max_results": RESULTS})

    def flaw(self, answer: Answer, **_: str) -> str | None:
        """Hits are a list no longer than asked for, and come from the candidates."""
        if flaw := missing(answer, "hits", "latency", "request_id", "total_candidates"):
            return flaw
        if flaw := not_a_list(answer, "hits"):
            return flaw
        hits = answer["hits"]
        if len(hits) > RESULTS:
            return "more hits than asked for"
        if not hits and answer["total_candidates"]:
            return "candidates but no hits"
        return missing(hits[0], "chunk_id", "score", "text") if hits else None
