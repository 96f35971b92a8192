"""The whole tree of a taxonomy's version is read."""

from __future__ import annotations

from _endpoint import Answer, EndpointUser, missing, not_a_list
from locust import task


class TaxonomyTree(EndpointUser):
    """Reads a taxonomy's tree."""

    endpoint = "GET /taxonomy/{version}/tree"

    @task
    def tree(self) -> None:
        """Ask for the next version."""
        self.send(version=self.one_of("taxonomy_versions"))

    def flaw(self, answer: Answer, **path_parts: str) -> str | None:
        """There are nodes, and they are of the version that was asked for."""
        if flaw := missing(answer, "nodes", "edges", "version", "metadata"):
            return flaw
        if flaw := not_a_list(answer, "nodes", of_at_least=1):
            return flaw
        if answer["version"] != path_parts["version"]:
            return "answer is of another version"
        return missing(answer["nodes"][0], "node_id", "label")
