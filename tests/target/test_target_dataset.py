"""The seed data are what the load tests expect, can be put back, and are topped up without growing."""

import json
from datetime import UTC, datetime

import psycopg2
import pytest
from target_running import ROOT, Target, wait_for

from target.dataset import library, rows
from target.dataset.inputs import inputs

NOW = datetime(2025, 6, 1, tzinfo=UTC)
WORK = "/consolidation/dry-run"


def counts(target: Target) -> tuple[int, int, int]:
    answer = target.http.post(WORK).json()
    return answer["removed_cases"], answer["merged_cases"], answer["archived_cases"]


def test_inputs_file_matches_the_seed() -> None:
    committed = json.loads((ROOT / "locustfiles" / "inputs.json").read_text())
    assert committed == inputs(), "write it anew: python -m target.dataset.inputs > locustfiles/inputs.json"
    assert [len(set(committed[key])) for key in ("case_ids", "queries", "texts", "taxonomy_versions")] == [
        200,
        200,
        200,
        3,
    ]


def test_all_inputs_exist_and_outlive_consolidations(fresh: Target) -> None:
    fresh.http.post("/consolidation/run", json={})
    ids = inputs()["case_ids"]
    assert (
        fresh.value("SELECT count(*) FROM case_bank WHERE status = 'active' AND case_id = ANY(%s)", ids)
        == 200
    )
    for version in inputs()["taxonomy_versions"]:
        assert fresh.http.get(f"/taxonomy/{version}/tree").status_code == 200


def test_same_seed_makes_the_same_rows() -> None:
    assert rows.cases("standard", NOW) == rows.cases("standard", NOW)
    assert list(rows.logs("standard", NOW)) == list(rows.logs("standard", NOW))
    assert list(library.chunks()) == list(library.chunks())


def test_large_set_has_the_size_of_the_database_requirements(large: Target) -> None:
    assert large.value("SELECT count(*) FROM case_bank") == 10_000
    assert large.value("SELECT count(*) FROM execution_log") == pytest.approx(100_000, rel=0.05)
    assert large.value("SELECT count(*) FROM case_bank WHERE status = 'active' AND success_rate < 30") > 100


def test_database_is_marked_as_a_test_database(target: Target) -> None:
    assert target.value("SELECT current_setting('harness.test_database', true)") == "on"


def test_role_of_the_dsn_sees_statements_and_turns_logging_but_is_no_superuser(target: Target) -> None:
    assert target.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert target.value("SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'WITH recent AS%%'") >= 0
    target.rows("SET log_min_duration_statement = 100")
    target.rows("SET auto_explain.log_min_duration = 100")
    assert "auto_explain" in target.value("SHOW shared_preload_libraries")


def test_restore_puts_everything_back(fresh: Target) -> None:
    def state() -> list[object]:
        tables = ("case_bank", "execution_log", "case_bank_archive", "case_comparison")
        sums = [
            f"SELECT count(*), sum(hashtextextended(case_id, 0)::numeric) FROM {table}" for table in tables
        ]
        return [
            *(fresh.rows(query) for query in sums),
            fresh.rows("SELECT case_id, status, success_rate, usage_count FROM case_bank ORDER BY 1"),
            counts(fresh),
        ]

    before = state()
    for _ in range(3):
        fresh.rows(fresh.ready["data"]["top_up"])
    fresh.http.post("/reflection/batch")
    fresh.http.post("/consolidation/run", json={"threshold": 90, "similarity_threshold": 0.9})
    assert state() != before
    fresh.rows(fresh.ready["data"]["restore"])
    assert state() == before


def test_restore_keeps_ages(fresh: Target) -> None:
    """A day after the load, cases are as old as they were at the load."""
    fresh.rows("UPDATE loadtest.loaded SET at = at - interval '1 day'")
    try:
        fresh.rows(fresh.ready["data"]["restore"])
        idle = "SELECT max(last_used_at) FROM {}case_bank WHERE case_id LIKE 'idle-%%'"
        moved = fresh.value(idle.format("")) - fresh.value(idle.format("loadtest."))
        assert moved.total_seconds() >= 24 * 3600
    finally:
        fresh.rows("UPDATE loadtest.loaded SET at = at + interval '1 day'")


def test_top_up_brings_work_of_each_kind(fresh: Target) -> None:
    fresh.http.post("/consolidation/run", json={})
    assert counts(fresh) == (0, 0, 0)
    assert fresh.value(fresh.ready["data"]["top_up"]) == 12  # one removable, one twin, ten archivable
    assert wait_for(lambda: counts(fresh) == (1, 1, 10), within_s=20)  # they ripen one every 30 ms
    answer = fresh.http.post("/consolidation/run", json={}).json()
    assert [answer["removed_cases"], answer["merged_cases"], answer["archived_cases"]] == [1, 1, 10]
    assert answer["details"]["merged"][0]["keeper"].startswith("case-")


def test_top_up_stops_while_enough_work_waits(fresh: Target) -> None:
    added = [fresh.value(fresh.ready["data"]["top_up"]) for _ in range(8)]
    assert sum(added) == 4 + 4 + 20
    assert added[-1] == 0


def test_two_top_ups_at_once_do_not_wait_for_each_other(fresh: Target) -> None:
    first = psycopg2.connect(fresh.ready["dsn"])
    try:
        first.cursor().execute(fresh.ready["data"]["top_up"])
        assert fresh.value("SET lock_timeout = '2s'; " + fresh.ready["data"]["top_up"]) == 0
    finally:
        first.close()


def test_old_fresh_cases_are_forgotten_with_their_backups(fresh: Target) -> None:
    for _ in range(3):
        fresh.rows(fresh.ready["data"]["top_up"])
    fresh.http.post("/consolidation/run", json={"inactive_days": 89})
    only_fresh = "SELECT count(*) FROM {} WHERE case_id LIKE 'fresh-%%'"
    backed_up = only_fresh.format("case_bank_archive")
    assert wait_for(lambda: fresh.value(backed_up) == 3 + 3 + 20, within_s=20)
    fresh.rows("UPDATE case_bank SET updated_at = now() - interval '11 minutes' WHERE case_id LIKE 'fresh-%'")
    fresh.rows(fresh.ready["data"]["top_up"])
    assert fresh.value(backed_up) == 0
    assert fresh.value(only_fresh.format("case_bank")) == 12  # what this call added
