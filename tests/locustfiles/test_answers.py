"""Every user class takes a right answer for right, and each lie for a failure with a clear cause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "generator"))
from plain_server import PlainServer

Case = tuple[str, int, Any, str | None]
"""Endpoint, status, body, and the failure that is expected (None: right)."""

USERS = {
    "POST /reflection/analyze": ("reflection_analyze.py", "ReflectionAnalyze"),
    "POST /reflection/batch": ("reflection_batch.py", "ReflectionBatch"),
    "POST /consolidation/run": ("consolidation_run.py", "ConsolidationRun"),
    "POST /consolidation/dry-run": ("consolidation_dry_run.py", "ConsolidationDryRun"),
    "POST /classify": ("classify.py", "Classify"),
    "POST /search": ("search.py", "Search"),
    "GET /taxonomy/{version}/tree": ("taxonomy_tree.py", "TaxonomyTree"),
}
NOW = "2026-01-01T00:00:00Z"
DETAILS = {
    "removed": ["a"],
    "merged": [{"keeper": "b", "removed": "c", "similarity": 0.97}],
    "archived": ["d", "e"],
}
RUN = {"removed_cases": 1, "merged_cases": 1, "archived_cases": 2, "details": DETAILS, "timestamp": NOW}
NOTHING = {
    "removed_cases": 0,
    "merged_cases": 0,
    "archived_cases": 0,
    "details": {"removed": [], "merged": [], "archived": []},
    "timestamp": NOW,
}
NODE = {"label": "root", "version": "v1", "node_id": "n", "canonical_path": "/", "children": []}
HIT = {"chunk_id": "c", "score": 0.9, "text": "t", "source": "s", "taxonomy_path": "/a"}
RIGHT: dict[str, dict[str, Any]] = {
    "POST /reflection/analyze": {
        "case_id": "c1",
        "total_executions": 100,
        "successful_executions": 60,
        "failed_executions": 40,
        "success_rate": 60.0,
        "avg_execution_time_ms": 12.5,
        "common_errors": [],
        "timestamp": NOW,
    },
    "POST /reflection/batch": {
        "analyzed_cases": 100,
        "low_performance_cases": 1,
        "suggestions": [{"case_id": "c1", "performance": 10.0, "suggestions": ["shorten it"]}],
        "timestamp": NOW,
    },
    "POST /consolidation/run": {**RUN, "dry_run": False},
    "POST /consolidation/dry-run": {**RUN, "dry_run": True},
    "POST /classify": {
        "classifications": [{"taxonomy_path": "/a/b", "confidence": 0.8, "alternatives": []}],
        "request_id": "r",
        "processing_time": 0.01,
        "taxonomy_version": "v1",
    },
    "POST /search": {"hits": [HIT], "latency": 0.01, "request_id": "r", "total_candidates": 7},
    "GET /taxonomy/{version}/tree": {"nodes": [NODE], "edges": [], "version": "v1", "metadata": {}},
}


def lie(endpoint: str, failure: str, **changed: Any) -> Case:
    """A right answer with some fields changed."""
    return endpoint, 200, {**RIGHT[endpoint], **changed}, failure


def lack(endpoint: str, key: str) -> Case:
    """A right answer without one field."""
    body = {name: value for name, value in RIGHT[endpoint].items() if name != key}
    return endpoint, 200, body, f"answer has no {key}"


ANALYZE, BATCH, RUN_IT, DRY, CLASSIFY, SEARCH, TREE = USERS
CASES: list[Case] = [
    *((endpoint, 200, body, None) for endpoint, body in RIGHT.items()),
    (RUN_IT, 200, {**NOTHING, "dry_run": False}, None),
    *(lack(endpoint, next(iter(body))) for endpoint, body in RIGHT.items()),
    *(lie(endpoint, "answer tells of an error: down", error="down") for endpoint in RIGHT),
    *((endpoint, 200, [], "answer is not an object") for endpoint in RIGHT),
    *((endpoint, 401, {}, "401 Unauthorized: wrong or missing X-API-Key") for endpoint in RIGHT),
    (SEARCH, 403, {}, "403 Forbidden: wrong or missing X-API-Key"),
    (SEARCH, 404, {}, "404 Not Found: unknown id or path"),
    (SEARCH, 422, {}, "422 Unprocessable Entity: the target refuses the request's body"),
    (SEARCH, 429, {}, "429 Too Many Requests: the target limits the rate"),
    (SEARCH, 500, {}, "500 Internal Server Error"),
    (SEARCH, 503, {}, "503 Service Unavailable"),
    (SEARCH, 307, {}, "307 Temporary Redirect: redirects are not followed"),
    (TREE, 302, {}, "302 Found: redirects are not followed"),
    (SEARCH, 202, {}, "202 Accepted"),
    lie(ANALYZE, "answer is about another case", case_id="c2"),
    lie(ANALYZE, "total_executions is 0 for a case that has some", total_executions=0),
    lie(ANALYZE, "successful and failed executions do not add up to the total", failed_executions=41),
    lie(ANALYZE, "success_rate is not within 0 to 100", success_rate=160.0),
    lie(BATCH, "no case was analysed", analyzed_cases=0),
    lie(BATCH, "more weak cases than analysed ones", low_performance_cases=101),
    lie(BATCH, "weak cases without suggestions", suggestions=[]),
    lie(BATCH, "a suggestion is empty", suggestions=[{"case_id": "c1", "suggestions": []}]),
    lie(RUN_IT, "dry_run is True, asked for was False", dry_run=True),
    lie(RUN_IT, "merged_cases is not the number of details.merged", merged_cases=5),
    lie(DRY, "dry_run is False, asked for was True", dry_run=False),
    lie(DRY, "archived_cases is not the number of details.archived", archived_cases=0),
    lie(CLASSIFY, "classifications is empty", classifications=[]),
    lie(CLASSIFY, "the first classification has no path", classifications=[{"taxonomy_path": ""}]),
    lie(
        CLASSIFY,
        "confidence is not within 0 to 1",
        classifications=[{"taxonomy_path": "/a", "confidence": 7}],
    ),
    lie(
        CLASSIFY, "answer is not as agreed: KeyError: 'confidence'", classifications=[{"taxonomy_path": "/a"}]
    ),
    lie(SEARCH, "hits is not a list", hits="none"),
    lie(SEARCH, "more hits than asked for", hits=[HIT] * 11),
    lie(SEARCH, "candidates but no hits", hits=[]),
    lie(SEARCH, "answer has no score", hits=[{"chunk_id": "c", "text": "t"}]),
    (SEARCH, 200, {**RIGHT[SEARCH], "hits": [], "total_candidates": 0}, None),
    lie(TREE, "nodes is empty", nodes=[]),
    lie(TREE, "answer is of another version", version="v2"),
    lie(TREE, "answer has no node_id", nodes=[{"label": "x"}]),
]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], PlainServer]:
    """What Locust was told of each case, and the server that answered."""
    inputs = tmp_path_factory.mktemp("answers") / "inputs.json"
    inputs.write_text(
        json.dumps(
            {"case_ids": ["c1"], "queries": ["q1", "q2"], "texts": ["t1"], "taxonomy_versions": ["v1"]}
        )
    )

    def answer(_method: str, path: str, _body: Any) -> tuple[int, Any]:
        _, status, body, _ = CASES[int(path.rsplit("/", 1)[1])]
        return status, body

    with PlainServer(answer) as server:
        asked = {"host": server.url, "cases": [USERS[endpoint] for endpoint, *_ in CASES]}
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("one_task_each.py"))],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TARGET_INPUTS": str(inputs), "TARGET_API_KEY": "secret"},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), server


pytestmark = pytest.mark.xdist_group("answers")


def name_of(case: Case) -> str:
    endpoint, status, _, failure = case
    return f"{endpoint} {status} {failure or 'right'}"


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name_of(case) for case in CASES])
def test_answer(outcome: tuple[list[dict[str, Any]], PlainServer], number: int) -> None:
    endpoint, _, body, failure = CASES[number]
    told = outcome[0][number]
    method, name = endpoint.split(" ", 1)
    nothing = isinstance(body, dict) and body == {**NOTHING, "dry_run": False}
    assert told == {
        "type": method,
        "name": name,
        "failure": failure,
        "remark": "found no work" if nothing else None,
    }


def test_requests_are_as_agreed(outcome: tuple[list[dict[str, Any]], PlainServer]) -> None:
    _, server = outcome
    sent = dict(zip(RIGHT, server.bodies, strict=False))
    assert sent == {
        ANALYZE: {"case_id": "c1", "limit": 100},
        BATCH: None,
        RUN_IT: {"dry_run": False, "threshold": 30.0, "similarity_threshold": 0.95, "inactive_days": 90},
        DRY: None,
        CLASSIFY: {"text": "t1", "max_suggestions": 5},
        SEARCH: {"q": sent[SEARCH]["q"], "max_results": 10},
        TREE: None,
    }
    assert {headers["x-api-key"] for headers in server.headers} == {"secret"}


def test_inputs_vary(outcome: tuple[list[dict[str, Any]], PlainServer]) -> None:
    _, server = outcome
    assert {body["q"] for body in server.bodies if body and "q" in body} == {"q1", "q2"}
