"""The connection pool and the only way to the database: one named statement, one short transaction.

Refuses to hold a connection between statements: what waits for the LLM or for other runs holds none.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Row, TextClause
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from target.api.metrics import Metrics
from target.settings import ServiceSettings

APPLICATION_NAME = "target-api"


class PoolExhaustedError(Exception):
    """No connection became free in time."""


class Database:
    """A sized pool without overflow; its gauges tell size, use and waiting callers."""

    def __init__(
        self, settings: ServiceSettings, statements: Mapping[str, TextClause], metrics: Metrics
    ) -> None:
        async def connect() -> Any:
            return await asyncpg.connect(settings.dsn, server_settings=_server_settings(settings))

        # Every statement is a transaction of its own (autocommit), so BEGIN and COMMIT need no round trips.
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=settings.pool_timeout_s,
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
        )
        self._statements = statements
        self._timeouts = metrics.pool_timeouts
        self._waiting = metrics.gauge("target_pool_waiting", "Callers that wait for a connection")
        pool = self._engine.pool
        assert isinstance(pool, AsyncAdaptedQueuePool)  # noqa: S101 - asked for above
        metrics.gauge("target_pool_size", "Connections the pool may hold").set(settings.pool_size)
        metrics.gauge("target_pool_checked_out", "Connections in use").set_function(pool.checkedout)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool; PoolExhaustedError when none is free within the pool's timeout."""
        self._waiting.inc()
        try:
            connection = await self._engine.connect()
        except PoolTimeout as error:
            self._timeouts.inc()
            raise PoolExhaustedError from error
        finally:
            self._waiting.dec()
        try:
            yield connection
        finally:
            await connection.close()

    async def rows(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        """All rows of a named statement, run in one transaction of its own."""
        async with self.connection() as connection:
            return (await connection.execute(self._statements[statement], values)).all()

    async def count(self, statement: str, **values: object) -> int:
        """How many rows a named statement wrote."""
        async with self.connection() as connection:
            return (await connection.execute(self._statements[statement], values)).rowcount

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


def _server_settings(settings: ServiceSettings) -> dict[str, str]:
    return {
        "application_name": APPLICATION_NAME,
        "statement_timeout": f"{settings.statement_timeout_s:g}s",
        "jit": "off",
        "hnsw.iterative_scan": "relaxed_order",  # a filter beside the nearest must not starve the result
    }
