"""Write a data set into a database by COPY, keep a pristine copy of it, and mark it as a test database."""

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from target.dataset import library, rows
from target.dataset.vocabulary import CURRENT_VERSION, VERSIONS
from target.embedding import embed, packed
from target.errors import TargetError

_SQL = Path(__file__).parent / "sql"
_FRESH_TEXTS = 1_000
_TABLES = ("case_bank", "execution_log", "case_bank_archive", "case_comparison")
_LOG = logging.getLogger(__name__)


async def prepare(connection: Any, name: rows.SetName) -> None:
    """Create and fill everything.

    Refuses a database that holds tables and is not marked as a test database.
    """
    await _refuse_foreign(connection)
    await _extensions(connection)
    await connection.set_type_codec("vector", encoder=bytes, decoder=bytes, format="binary")
    for file in ("schema", "loadtest"):
        await connection.execute((_SQL / f"{file}.sql").read_text(encoding="utf-8"))
    await _fill(connection, name, datetime.now(UTC))
    await connection.execute((_SQL / "indexes.sql").read_text(encoding="utf-8"))
    for table in _TABLES:
        await connection.execute(f"INSERT INTO loadtest.{table} SELECT * FROM public.{table}")  # noqa: S608
    await connection.execute("VACUUM ANALYZE")


async def mark(connection: Any) -> None:
    """Mark the database as a test database; a role that may not do so is told who can."""
    database = await connection.fetchval("SELECT current_database()")
    statement = f"ALTER DATABASE {database} SET harness.test_database = 'on'"
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError as error:
        _LOG.warning(
            "database %s: not marked as a test database (%s); as superuser: %s", database, error, statement
        )


async def _refuse_foreign(connection: Any) -> None:
    marked = await connection.fetchval("SELECT current_setting('harness.test_database', true)")
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    if tables and marked != "on":
        database = await connection.fetchval("SELECT current_database()")
        raise TargetError(
            f"database {database}",
            f"holds {tables} tables and is not marked as a test database; loading would drop them",
            f"name an empty database, or mark it: ALTER DATABASE {database} SET harness.test_database = 'on'",
            status=5,
        )


async def _extensions(connection: Any) -> None:
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
    except asyncpg.PostgresError as error:
        raise TargetError(
            "database", f"extension vector: {error}", "install pgvector on the server"
        ) from error
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public")
    except asyncpg.PostgresError as error:
        _LOG.warning("database: extension pg_stat_statements: %s; statement evidence will be missing", error)


async def _fill(connection: Any, name: rows.SetName, now: datetime) -> None:
    cases = rows.cases(name, now)
    bank = [_case_row(case, now) for case in cases]
    await _copy(connection, "case_bank", bank)
    await _copy(connection, "case_bank_archive", (_archive_row(row) for row in bank if row[4] == "archived"))
    waiting = ("pair-", "weak-", "idle-")
    settled = [case for case in cases if not case.case_id.startswith(waiting)]
    await _copy(connection, "case_comparison", ((c.case_id, 0.95) for c in settled if c.status == "active"))
    await _copy(
        connection, "execution_log", (_log_row(n, log) for n, log in enumerate(rows.logs(name, now), 1))
    )
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('execution_log', 'log_id'), max(log_id)) FROM execution_log"
    )
    await _library(connection)
    await _copy(connection, "fresh_text", _fresh_rows(settled, now), schema="loadtest")
    await connection.execute("INSERT INTO loadtest.loaded VALUES ($1)", now)


def _case_row(case: rows.Case, now: datetime) -> tuple[object, ...]:
    return (
        case.case_id,
        case.query,
        case.answer,
        case.category_path,
        case.status,
        case.success_rate,
        case.usage_count,
        case.last_used_at,
        packed(embed(case.query)),
        case.created_at,
        now,
    )


def _archive_row(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row[:4], *row[5:10], "archived", row[10], row[10])


def _log_row(number: int, log: rows.Log) -> tuple[object, ...]:
    message = None if log.success else f"{log.error_type} in step {number % 7}"
    context = f'{{"attempt": {number % 3 + 1}, "model": "m{number % 4}"}}'
    return (
        number,
        log.case_id,
        log.success,
        log.error_type,
        message,
        log.execution_time_ms,
        context,
        log.created_at,
    )


def _fresh_rows(settled: list[rows.Case], now: datetime) -> Iterable[tuple[object, ...]]:
    for number, case in enumerate(rows.fresh(_FRESH_TEXTS, now), 1):
        yield number, None, case.query, case.answer, case.category_path, packed(embed(case.query))
    twins = (case for case in settled if case.status == "active" and case.usage_count >= 100)
    for number, case in enumerate(list(twins)[:_FRESH_TEXTS], 1):
        query = rows.twin(case.query)
        yield number, case.case_id, query, case.answer, case.category_path, packed(embed(query))


async def _library(connection: Any) -> None:
    released = [(v, date(int(v[:4]), 3, 1), v == CURRENT_VERSION) for v in VERSIONS]
    await _copy(connection, "taxonomy_version", released)
    nodes = list(library.nodes())
    await connection.executemany(
        "INSERT INTO taxonomy_node VALUES ($1, $2, $3, $4, to_tsvector('english', $5), $6)",
        [
            (n.version, n.node_id, n.label, n.canonical_path, n.keywords, packed(embed(n.keywords)))
            for n in nodes
        ],
    )
    await _copy(
        connection, "taxonomy_edge", ((n.version, n.node_id, n.parent_id) for n in nodes if n.parent_id)
    )
    await _copy(connection, "document", library.documents())
    pieces = (
        (c.chunk_id, c.document_id, c.text, c.taxonomy_path, packed(embed(c.text))) for c in library.chunks()
    )
    columns = ["chunk_id", "document_id", "text", "taxonomy_path", "embedding"]
    await _copy(connection, "chunk", pieces, columns=columns)


async def _copy(
    connection: Any,
    table: str,
    records: Iterable[tuple[object, ...]],
    *,
    schema: str = "public",
    columns: list[str] | None = None,
) -> None:
    await connection.copy_records_to_table(table, records=records, schema_name=schema, columns=columns)
