"""Reflection is right: its numbers equal an independent computation, and the LLM is asked as promised."""

from collections import Counter, defaultdict

import pytest
from target_running import Target

Log = tuple[bool, str | None, int]


def newest_logs(target: Target) -> dict[str, list[Log]]:
    """All logs by case, newest first."""
    logs = defaultdict(list)
    for case_id, *log in target.rows(
        "SELECT case_id, success, error_type, execution_time_ms FROM execution_log ORDER BY created_at DESC"
    ):
        logs[case_id].append((log[0], log[1], log[2]))
    return logs


def rate(logs: list[Log]) -> float:
    return round(100 * sum(log[0] for log in logs) / len(logs), 2)


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
@pytest.mark.parametrize("case_id", ["case-000020", "case-000033"])
def test_analysis_equals_a_count_by_hand(target: Target, case_id: str, limit: int) -> None:
    logs = newest_logs(target)[case_id][:limit]
    answer = target.http.post("/reflection/analyze", json={"case_id": case_id, "limit": limit}).json()
    good = sum(log[0] for log in logs)
    assert answer["total_executions"] == len(logs)
    assert (answer["successful_executions"], answer["failed_executions"]) == (good, len(logs) - good)
    assert answer["success_rate"] == rate(logs)
    assert answer["avg_execution_time_ms"] == pytest.approx(sum(log[2] for log in logs) / len(logs), abs=0.01)
    failures = Counter(log[1] for log in logs if not log[0])
    assert {error["error_type"]: error["count"] for error in answer["common_errors"]} == failures
    for error in answer["common_errors"]:
        assert error["percentage"] == round(100 * error["count"] / failures.total(), 2)


def test_case_without_logs_has_zeros(target: Target) -> None:
    answer = target.http.post("/reflection/analyze", json={"case_id": "weak-000001"}).json()
    assert (answer["total_executions"], answer["success_rate"], answer["common_errors"]) == (0, 0.0, [])


def test_batch_analyses_the_hundred_cases_and_stores_their_rates(fresh: Target) -> None:
    active = {row[0] for row in fresh.rows("SELECT case_id FROM case_bank WHERE status = 'active'")}
    logs = {case: ls for case, ls in newest_logs(fresh).items() if case in active and len(ls) >= 10}
    rates = {case: rate(ls[:100]) for case, ls in logs.items()}
    weak = {case: value for case, value in rates.items() if value < 50}
    before = len(fresh.llm_log())

    answer = fresh.http.post("/reflection/batch").json()

    assert answer["analyzed_cases"] == len(rates) == 100
    assert all(len(ls) >= 100 for ls in logs.values())
    assert answer["low_performance_cases"] == len(weak) == 5
    assert {one["case_id"]: one["performance"] for one in answer["suggestions"]} == weak
    assert all(len(one["suggestions"]) == 3 for one in answer["suggestions"])
    stored = dict(
        fresh.rows("SELECT case_id, success_rate FROM case_bank WHERE case_id = ANY(%s)", list(rates))
    )
    assert stored == rates
    calls = fresh.llm_log()[before:]
    assert [call["status"] for call in calls] == [200] * 5
    assert max(call["in_flight"] for call in calls) > 1  # asked concurrently


def test_second_batch_writes_nothing(fresh: Target) -> None:
    fresh.http.post("/reflection/batch")
    before = fresh.rows("SELECT case_id, xmin::text FROM case_bank ORDER BY case_id")
    fresh.http.post("/reflection/batch")
    assert fresh.rows("SELECT case_id, xmin::text FROM case_bank ORDER BY case_id") == before


def test_new_logs_change_the_next_batch(fresh: Target) -> None:
    fresh.rows(
        "INSERT INTO execution_log (case_id, success, error_type, execution_time_ms)"
        " SELECT 'case-000001', false, 'timeout', 5 FROM generate_series(1, 100)"
    )
    answer = fresh.http.post("/reflection/batch").json()
    assert answer["low_performance_cases"] == 6
    assert {"case-000001": 0.0}.items() <= {
        s["case_id"]: s["performance"] for s in answer["suggestions"]
    }.items()
