"""Consolidation follows its rules exactly, changes nothing when dry, and takes no case twice."""

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg2
import pytest
from target_running import Target, together, wait_for

RULES = {"threshold": 30.0, "similarity_threshold": 0.95, "inactive_days": 90}


@dataclass(frozen=True)
class Expected:
    removed: set[str]
    merged: set[tuple[str, str]]  # (keeper, removed)
    archived: set[str]


def by_hand(target: Target, rules: dict[str, float]) -> Expected:
    """The rules of the specification over all pairs, without any index."""
    rows = target.rows(
        "SELECT case_id, success_rate, usage_count, now() - last_used_at > %s * interval '1 day',"
        " query_vector::text FROM case_bank WHERE status = 'active' ORDER BY case_id",
        rules["inactive_days"],
    )
    removed = {row[0] for row in rows if row[1] < rules["threshold"] and 10 < row[2] < 500}
    left = [row for row in rows if row[0] not in removed]
    vectors = np.array([ast.literal_eval(row[4]) for row in left], dtype=float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = np.argwhere(np.triu(vectors @ vectors.T, 1) > rules["similarity_threshold"])
    merged = set()
    for one, other in similar:
        keeper, less = sorted((left[one], left[other]), key=lambda row: (-row[2], row[0]))
        merged.add((keeper[0], less[0]))
    gone = {pair[1] for pair in merged}
    archived = {row[0] for row in left if row[3] and row[2] < 100 and row[0] not in gone}
    return Expected(removed, merged, archived)


def told(answer: dict[str, Any]) -> Expected:
    details = answer["details"]
    merged = {(pair["keeper"], pair["removed"]) for pair in details["merged"]}
    expected = Expected(set(details["removed"]), merged, set(details["archived"]))
    assert answer["removed_cases"] == len(details["removed"]) == len(expected.removed)
    assert answer["merged_cases"] == len(details["merged"]) == len(merged)
    assert answer["archived_cases"] == len(details["archived"]) == len(expected.archived)
    return expected


def state(target: Target) -> list[tuple[Any, ...]]:
    return target.rows(
        "SELECT case_id, status, xmin::text FROM case_bank"
        " UNION ALL SELECT case_id, reason, '' FROM case_bank_archive"
        " UNION ALL SELECT case_id, '', '' FROM case_comparison"
        " UNION ALL SELECT case_id, '', '' FROM backup_queue"
        " ORDER BY 1, 2, 3"
    )


def archived_now(target: Target) -> set[str]:
    return {row[0] for row in target.rows("SELECT case_id FROM case_bank WHERE status = 'archived'")}


def backups(target: Target) -> dict[str, str]:
    return dict(target.rows("SELECT case_id, reason FROM case_bank_archive"))


@pytest.mark.parametrize(
    "request_",
    [("/consolidation/dry-run", None), ("/consolidation/run", {"dry_run": True})],
    ids=["own path", "flag"],
)
def test_dry_run_tells_the_truth_and_changes_nothing(fresh: Target, request_: tuple[str, Any]) -> None:
    expected, before = by_hand(fresh, RULES), state(fresh)
    answer = fresh.http.post(request_[0], json=request_[1]).json()
    assert answer["dry_run"] is True
    assert told(answer) == expected
    assert [len(expected.removed), len(expected.merged), len(expected.archived)] == [20, 10, 20]
    assert state(fresh) == before


def test_run_does_exactly_what_the_rules_say(fresh: Target) -> None:
    expected, before = by_hand(fresh, RULES), archived_now(fresh)
    answer = fresh.http.post("/consolidation/run", json={}).json()
    assert answer["dry_run"] is False
    assert told(answer) == expected
    gone = expected.removed | {removed for _, removed in expected.merged} | expected.archived
    assert archived_now(fresh) - before == gone
    assert all(0.95 < pair["similarity"] <= 1 for pair in answer["details"]["merged"])
    assert told(fresh.http.post("/consolidation/run", json={}).json()) == Expected(set(), set(), set())


def test_run_without_a_body_uses_the_defaults(fresh: Target) -> None:
    expected = by_hand(fresh, RULES)
    assert told(fresh.http.post("/consolidation/run").json()) == expected


@pytest.mark.parametrize(
    "changed",
    [{"threshold": 0.0}, {"threshold": 75.0}, {"inactive_days": 120}, {"similarity_threshold": 0.99}],
    ids=str,
)
def test_other_limits_are_respected(fresh: Target, changed: dict[str, float]) -> None:
    rules = RULES | changed
    expected = by_hand(fresh, rules)
    assert told(fresh.http.post("/consolidation/run", json=rules).json()) == expected


def test_lower_similarity_finds_pairs_among_cases_compared_before(fresh: Target) -> None:
    """Two settled cases are made 0.9 similar: at 0.95 they are compared and kept, at 0.85 merged."""
    fresh.http.post("/consolidation/run", json={})
    one_axis = (
        "UPDATE case_bank SET query_vector ="
        " (SELECT array_agg(CASE n WHEN 1 THEN 9 WHEN 2 THEN %s ELSE 0 END)"
        " FROM generate_series(1, 128) n)::vector WHERE case_id = %s"
    )
    fresh.rows(one_axis, 0, "case-000150")
    fresh.rows(one_axis, 19**0.5, "case-000151")  # cosine of (9, 0) and (9, 4.36) is 9 / sqrt(81 + 19) = 0.9
    assert (
        fresh.value("SELECT count(*) FROM case_comparison WHERE case_id IN ('case-000150', 'case-000151')")
        == 0
    )
    assert fresh.http.post("/consolidation/run", json={}).json()["merged_cases"] == 0
    rules = RULES | {"similarity_threshold": 0.85}
    expected = by_hand(fresh, rules)
    assert ("case-000150", "case-000151") in {tuple(sorted(pair)) for pair in expected.merged}
    assert told(fresh.http.post("/consolidation/run", json=rules).json()) == expected


def test_many_twins_of_one_case_are_all_merged(fresh: Target) -> None:
    """More near duplicates than one look at the index returns."""
    fresh.rows(
        "INSERT INTO case_bank (case_id, query, answer, category_path, usage_count, query_vector)"
        " SELECT 'many-' || n, query, answer, category_path, 20 + n, query_vector"
        " FROM case_bank, generate_series(1, 30) n WHERE case_id = 'case-000101'"
    )
    runs = [fresh.http.post("/consolidation/run", json={}).json() for _ in range(4)]
    gone = {pair["removed"] for run in runs for pair in run["details"]["merged"]}
    assert {f"many-{n}" for n in range(1, 31)} <= gone
    assert fresh.value("SELECT status FROM case_bank WHERE case_id = 'case-000101'") == "active"


def test_analysed_cases_survive_any_consolidation(fresh: Target) -> None:
    fresh.http.post("/reflection/batch")
    fresh.http.post("/consolidation/run", json={"threshold": 100.0, "inactive_days": 1})
    kept = fresh.value("SELECT count(*) FROM case_bank WHERE status = 'active' AND case_id <= 'case-000100'")
    assert kept == 100


def test_backup_of_every_archived_case_appears_soon(fresh: Target) -> None:
    expected = by_hand(fresh, RULES)
    reasons = dict.fromkeys(expected.removed, "removed")
    reasons |= {case: "merged" for _, case in expected.merged} | dict.fromkeys(expected.archived, "archived")
    fresh.http.post("/consolidation/run", json={})
    assert wait_for(lambda: set(backups(fresh)) == archived_now(fresh), within_s=20)
    assert reasons.items() <= backups(fresh).items()
    assert fresh.value("SELECT count(*) FROM backup_queue") == 0


def test_parallel_runs_take_no_case_twice_and_never_deadlock(fresh: Target) -> None:
    expected, before = by_hand(fresh, RULES), archived_now(fresh)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    deadlocks_before = fresh.value(deadlocks)
    answers = [a.json() for a in together(fresh, [("POST", "/consolidation/run", {})] * 8)]
    answers.append(
        fresh.http.post("/consolidation/run", json={}).json()
    )  # what two runs held from each other
    done = [told(answer) for answer in answers]
    for kind in ("removed", "merged", "archived"):
        taken = [case for one in done for case in getattr(one, kind)]
        assert len(taken) == len(set(taken))
        assert set(taken) == getattr(expected, kind)
    assert wait_for(lambda: set(backups(fresh)) == archived_now(fresh), within_s=20)
    assert len(archived_now(fresh) - before) == 50
    assert fresh.value(deadlocks) == deadlocks_before


def test_a_row_held_by_somebody_else_is_skipped_not_waited_for(fresh: Target) -> None:
    holder = psycopg2.connect(fresh.ready["dsn"])
    try:
        holder.cursor().execute("SELECT FROM case_bank WHERE case_id = 'weak-000001' FOR UPDATE")
        answer = fresh.http.post("/consolidation/run", json={}, timeout=5).json()
        assert answer["removed_cases"] == 19
        assert "weak-000001" not in answer["details"]["removed"] + answer["details"]["archived"]
    finally:
        holder.close()
    assert fresh.http.post("/consolidation/run", json={}).json()["details"]["removed"] == ["weak-000001"]
