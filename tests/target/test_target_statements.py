"""The statements that must be fast use an index on 10,000 cases and 100,000 logs, like the service's own."""

import json
from typing import Any

import pytest
from target_running import Target

VECTOR = "(SELECT query_vector FROM case_bank WHERE case_id = 'case-000007')"
STATEMENTS = {
    "DB-001": (
        "SELECT * FROM case_bank WHERE status = 'active' AND success_rate < 30"
        " ORDER BY usage_count DESC LIMIT 100"
    ),
    "DB-002": "SELECT * FROM case_bank ORDER BY usage_count DESC LIMIT 100",
    "DB-003": "SELECT status, count(*) FROM case_bank GROUP BY status",
    "DB-004": "SELECT * FROM execution_log WHERE case_id = 'case-000007' ORDER BY created_at DESC LIMIT 100",
    "DB-005": "SELECT case_id, count(*) FROM execution_log GROUP BY case_id",
    "DB-006": f"SELECT case_id FROM case_bank ORDER BY query_vector <=> {VECTOR} LIMIT 10",
}
INDEXES = {
    "DB-001": ("Index Scan", "case_bank_status_usage"),
    "DB-002": ("Index Scan", "case_bank_usage"),
    "DB-003": ("Index Only Scan", "case_bank_status_usage"),
    "DB-004": ("Index Scan", "execution_log_case_created"),
    "DB-005": ("Index Only Scan", "execution_log_case_created"),
    "DB-006": ("Index Scan", "case_bank_vector"),
}


def nodes(plan: dict[str, Any]) -> list[tuple[str, str | None]]:
    below = [node for child in plan.get("Plans", []) for node in nodes(child)]
    return [(plan["Node Type"], plan.get("Index Name")), *below]


def explain(target: Target, sql: str) -> list[tuple[str, str | None]]:
    found = target.value(f"EXPLAIN (FORMAT JSON) {sql}")
    return nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_uses_its_index(large: Target, name: str) -> None:
    plan = explain(large, STATEMENTS[name])
    assert INDEXES[name] in plan
    assert "Seq Scan" not in {node for node, _ in plan}


def test_service_never_reads_a_large_table_from_end_to_end(large: Target) -> None:
    """Seen by the server's own counters, so with the real parameters and prepared statements."""
    scans = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('execution_log', 'chunk')"
    flush = "SELECT pg_stat_force_next_flush()"
    before = dict(large.rows(scans))
    for n in range(12):  # past the fifth execution, when a generic plan may take over
        large.http.post("/reflection/analyze", json={"case_id": f"case-{n + 1:06d}"})
        large.http.post("/search", json={"q": "invoice total"})
        large.http.post("/classify", json={"text": "the card payment was declined by the bank"})
    large.rows(flush)
    assert dict(large.rows(scans)) == before


def test_consolidation_of_the_large_set_walks_the_vector_index(large: Target) -> None:
    answer = large.http.post("/consolidation/dry-run").json()
    assert [answer["removed_cases"], answer["merged_cases"], answer["archived_cases"]] == [100, 50, 100]
