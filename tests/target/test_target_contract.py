"""The seven endpoints answer as the specification says, and turn bad requests away."""

from typing import Any

import httpx
import pytest
from target_running import Target, together

ENDPOINTS: list[tuple[str, str, Any]] = [
    ("POST", "/reflection/analyze", {"case_id": "case-000001"}),
    ("POST", "/reflection/batch", None),
    ("POST", "/consolidation/run", {"dry_run": True}),
    ("POST", "/consolidation/dry-run", None),
    ("POST", "/classify", {"text": "the card payment was declined"}),
    ("POST", "/search", {"q": "invoice total"}),
    ("GET", "/taxonomy/2025.1/tree", None),
]
KEYS: dict[str, set[str]] = {
    "/reflection/analyze": {
        "case_id",
        "total_executions",
        "successful_executions",
        "failed_executions",
        "success_rate",
        "avg_execution_time_ms",
        "common_errors",
        "timestamp",
    },
    "/reflection/batch": {"analyzed_cases", "low_performance_cases", "suggestions", "timestamp"},
    "/consolidation/run": {
        "removed_cases",
        "merged_cases",
        "archived_cases",
        "dry_run",
        "details",
        "timestamp",
    },
    "/consolidation/dry-run": {
        "removed_cases",
        "merged_cases",
        "archived_cases",
        "dry_run",
        "details",
        "timestamp",
    },
    "/classify": {"classifications", "request_id", "processing_time", "taxonomy_version"},
    "/search": {"hits", "latency", "request_id", "total_candidates"},
    "/taxonomy/2025.1/tree": {"nodes", "edges", "version", "metadata"},
}
PATHS = [path for _, path, _ in ENDPOINTS]


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS, ids=PATHS)
def test_endpoint_answers_exactly_the_promised_keys(
    target: Target, method: str, path: str, body: Any
) -> None:
    answer = target.http.request(method, path, json=body)
    assert answer.status_code == 200
    assert set(answer.json()) == KEYS[path]


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS, ids=PATHS)
@pytest.mark.parametrize(
    "key", [{}, {"X-API-Key": "wrong"}, {"X-API-Key": ""}], ids=["none", "wrong", "empty"]
)
def test_without_the_key_nobody_gets_in(
    target: Target, method: str, path: str, body: Any, key: dict[str, str]
) -> None:
    answer = httpx.request(method, target.ready["base_url"] + path, json=body, headers=key, trust_env=False)
    assert answer.status_code == 401


def test_key_is_asked_before_the_body_is_looked_at(target: Target) -> None:
    url = target.ready["base_url"] + "/search"
    assert httpx.post(url, content=b"{not json", trust_env=False).status_code == 401
    assert target.http.post("/search", content=b"{not json").status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/reflection/analyze", {}),
        ("/reflection/analyze", {"case_id": ""}),
        ("/reflection/analyze", {"case_id": "case-000001", "limit": 0}),
        ("/reflection/analyze", {"case_id": "case-000001", "limit": 1001}),
        ("/reflection/analyze", []),
        ("/consolidation/run", {"threshold": 101}),
        ("/consolidation/run", {"similarity_threshold": "much"}),
        ("/consolidation/run", {"inactive_days": 0}),
        ("/classify", {"text": ""}),
        ("/classify", {"text": "x", "max_suggestions": 0}),
        ("/search", {"q": "x", "max_results": 101}),
        ("/search", {"q": 5}),
    ],
    ids=str,
)
def test_bad_body_is_422(target: Target, path: str, body: Any) -> None:
    assert target.http.post(path, json=body).status_code == 422


def test_unknown_things_are_404(target: Target) -> None:
    assert target.http.post("/reflection/analyze", json={"case_id": "nobody"}).status_code == 404
    assert target.http.get("/taxonomy/1999.9/tree").status_code == 404
    assert target.http.get("/nowhere").status_code == 404


def test_health_and_metrics_need_no_key(target: Target) -> None:
    base = target.ready["base_url"]
    assert httpx.get(base + target.ready["health_path"], trust_env=False).json() == {"status": "ok"}
    text = httpx.get(base + target.ready["metrics_path"], trust_env=False).text
    for name in ("pool_size", "pool_checked_out", "pool_waiting", "pool_timeouts_total", "llm_calls_total"):
        assert f"# TYPE target_{name} " in text
    assert target.metric("target_pool_size") == target.ready["pool"]["size"] == 50


def test_requests_are_counted_under_the_template_of_their_path(target: Target) -> None:
    target.http.get("/taxonomy/2023.1/tree")
    text = target.http.get("/metrics").text
    assert 'target_requests_total{endpoint="/taxonomy/{version}/tree",method="GET",status="200"}' in text
    assert "2023.1" not in text


def test_search_finds_a_chunk_by_its_own_words(target: Target) -> None:
    chunk, text = target.rows("SELECT chunk_id, text FROM chunk ORDER BY chunk_id LIMIT 1")[0]
    answer = target.http.post("/search", json={"q": text, "max_results": 3}).json()
    assert [len(answer["hits"]), answer["hits"][0]["chunk_id"]] == [3, chunk]
    assert set(answer["hits"][0]) == {"chunk_id", "score", "text", "source", "taxonomy_path"}
    assert answer["hits"][0]["score"] == 1.0  # first by words and first by vector
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["total_candidates"] >= 3


@pytest.mark.parametrize(
    "q", ["zzzz qqqq", "'; DROP TABLE chunk; --", '"unbalanced -', "日本語", "…"], ids=str
)
def test_any_search_text_is_answered(target: Target, q: str) -> None:
    answer = target.http.post("/search", json={"q": q})
    assert answer.status_code == 200
    assert len(answer.json()["hits"]) == 10  # the nearest, at least


def test_classification_finds_the_topic(target: Target) -> None:
    body = {"text": "my card payment was declined by the bank, settlement missing", "max_suggestions": 4}
    answer = target.http.post("/classify", json=body).json()
    found = answer["classifications"]
    assert found[0]["taxonomy_path"].startswith("/billing/payments")
    assert len(found) == 4
    assert all(0 < item["confidence"] <= 1 for item in found)
    assert found[0]["taxonomy_path"] not in found[0]["alternatives"]
    assert answer["taxonomy_version"] == "2025.1"


def test_tree_holds_every_node_once_below_its_parent(target: Target) -> None:
    answer = target.http.get("/taxonomy/2025.1/tree").json()

    def walk(nodes: list[dict[str, Any]], above: str) -> list[str]:
        assert all(node["canonical_path"].rpartition("/")[0] == above for node in nodes)
        below = [path for node in nodes for path in walk(node["children"], node["canonical_path"])]
        return [node["node_id"] for node in nodes] + below

    ids = walk(answer["nodes"], "")
    assert len(ids) == len(set(ids)) == 6 + 24 + 72  # areas, topics, kinds of each topic
    assert len(answer["edges"]) == 24 + 72  # all but the areas have a parent
    assert answer["metadata"]["node_count"] == 102


def test_pool_serves_fifty_held_connections(target: Target) -> None:
    answers = together(target, [("POST", "/search", {"q": "invoice total"})] * 50)
    assert {answer.status_code for answer in answers} == {200}
    assert target.metric("target_pool_timeouts_total") == 0
