"""Provide a filled database: our own throwaway server, or the one the user named."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from target.dataset.load import mark, prepare
from target.dataset.rows import SetName
from target.errors import TargetError
from target.postgres.server import DURABILITY, Server

_START_S = 30.0
_DATABASE = "target"
_ROLE = "target"
_LOGGING = (
    "log_min_duration_statement, log_min_duration_sample, log_statement_sample_rate, "
    "log_transaction_sample_rate, "
    "auto_explain.log_min_duration, auto_explain.log_analyze, auto_explain.log_buffers, "
    "auto_explain.log_timing, "
    "auto_explain.log_format, auto_explain.log_verbose, auto_explain.sample_rate, "
    "auto_explain.log_nested_statements"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """A database that is ready to serve."""

    dsn: str = field(repr=False)
    durability: str
    source: str
    pids: tuple[int, ...]
    log: str | None


def use(dsn: str, data: SetName) -> Provided:
    """Fill the user's database."""

    async def fill() -> str:
        try:
            connection = await asyncpg.connect(dsn)
        except (OSError, asyncpg.PostgresError, ValueError) as error:
            raise TargetError(
                "--dsn", f"cannot connect ({error})", "check host, port, user and password"
            ) from error
        try:
            await prepare(connection, data)
            await mark(connection)
            return str(await connection.fetchval("SHOW fsync"))
        finally:
            await connection.close()

    fsync = asyncio.run(fill())
    return Provided(
        dsn=dsn, durability=f"as the server has it: fsync {fsync}", source="dsn", pids=(), log=None
    )


def own(server: Server, data: SetName) -> Provided:
    """Fill our own server: a role that owns the database and may turn its logging, but is no superuser."""
    password = secrets.token_urlsafe(12)
    dsn = server.dsn(user=_ROLE, password=password, database=_DATABASE)

    async def fill() -> None:
        admin = await _first_connection(server)
        try:
            await admin.execute(f"CREATE ROLE {_ROLE} LOGIN PASSWORD '{password}' IN ROLE pg_monitor")
            await admin.execute(f"CREATE DATABASE {_DATABASE} OWNER {_ROLE}")
        finally:
            await admin.close()
        await _grant(server)
        connection = await asyncpg.connect(dsn)
        try:
            await prepare(connection, data)
        finally:
            await connection.close()

    asyncio.run(fill())
    return Provided(
        dsn=dsn,
        durability=DURABILITY,
        source=server.source,
        pids=(server.pid,),
        log=str(server.log),
    )


async def _first_connection(server: Server) -> Any:
    end = time.monotonic() + _START_S
    while True:
        try:
            return await asyncpg.connect(server.admin_dsn("postgres"))
        except (OSError, asyncpg.PostgresError) as error:
            if server.died():
                raise server.failure() from error
            if time.monotonic() > end:
                raise TargetError(
                    "postgres", f"no connection after {_START_S:g} s ({error})", "see --dsn"
                ) from error
            await asyncio.sleep(0.01)


async def _grant(server: Server) -> None:
    connection = await asyncpg.connect(server.admin_dsn(_DATABASE))
    try:
        await mark(connection)
        await connection.execute("CREATE EXTENSION vector; CREATE EXTENSION pg_stat_statements")
        await connection.execute(f"GRANT CREATE ON SCHEMA public TO {_ROLE}")
        await connection.execute(f"GRANT SET, ALTER SYSTEM ON PARAMETER {_LOGGING} TO {_ROLE}")
        await connection.execute(
            "GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_read_file(text, bigint, bigint, boolean) "
            f"TO {_ROLE}"
        )
    finally:
        await connection.close()
