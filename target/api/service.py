"""Everything the endpoints share, with one life: made at start, closed at stop."""

from dataclasses import dataclass

from target.api.backup import Backup
from target.api.database import Database
from target.api.llm_client import LlmClient
from target.api.metrics import Metrics
from target.api.statements import load
from target.faults import Fault
from target.settings import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of the running service."""

    database: Database
    llm: LlmClient
    backup: Backup
    metrics: Metrics

    async def close(self) -> None:
        """Stop the background work, then close all connections."""
        await self.backup.stop()
        await self.llm.close()
        await self.database.close()


def build(settings: ServiceSettings, faults: list[Fault], metrics: Metrics) -> Service:
    """The parts, wired; connects to nothing yet."""
    database = Database(settings, load(faults), metrics)
    return Service(
        database=database,
        llm=LlmClient(settings, metrics),
        backup=Backup(database, metrics),
        metrics=metrics,
    )
