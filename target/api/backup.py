"""The background backup.

Copies archived cases into case_bank_archive, batch by batch, outside every request.
"""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from target.api.database import Database, PoolExhaustedError
from target.api.metrics import Metrics

BATCH = 200
GATHER_S = 0.2  # lets one batch serve several requests
POLL_S = 1.0  # finds what a crashed or another process left
_LOG = logging.getLogger(__name__)


class Backup:
    """A worker task that sleeps until somebody archived something."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._copied = metrics.backed_up
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work."""
        self._task = asyncio.create_task(self._work(), name="backup")

    def wake(self) -> None:
        """Say that something was archived; returns at once."""
        self._wanted.set()

    async def stop(self) -> None:
        """End, even in the middle: an unfinished batch stays in the queue."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            try:
                await self._empty_queue()
            except (SQLAlchemyError, PoolExhaustedError, OSError) as error:
                _LOG.warning("backup: %s; trying again in %g s", error, POLL_S)
            await self._sleep()

    async def _empty_queue(self) -> None:
        while copied := await self._database.count("back_up", batch=BATCH):
            self._copied.inc(copied)

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._wanted.wait(), POLL_S)
        except TimeoutError:
            return
        self._wanted.clear()
        await asyncio.sleep(GATHER_S)
