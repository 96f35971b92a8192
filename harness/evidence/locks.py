"""Deadlocks during the load, and whether the database was restarted, from PostgreSQL's own counters.

Facts: `deadlocks` (count during the load), `database_restarted`. Differences of snapshots; nothing is reset.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from harness.drivers.database import Database
from harness.errors import HarnessError
from harness.evidence.collector import Context
from harness.model.evidence import Evidence

SQL = Path(__file__).with_suffix(".sql").read_text()
SETTLE_S = 1.5
"""A backend that ends a transaction reports its counters at most once a second."""
MEND = "name the target's database in the scenario (database: ${TARGET_DSN})"


class Locks:
    """The running collector."""

    def __init__(self, dsn: SecretStr) -> None:
        self._dsn = dsn
        self._before = self._look()

    def _look(self) -> dict[str, Any]:
        with closing(Database(self._dsn, purpose="locks", statement_timeout_s=5)) as database:
            row = database.row(SQL)
        if row is None:
            raise HarnessError("pg_stat_database has no row of it", where="database (locks)")
        return row

    def stop(self, load_start_epoch_s: int | None) -> Evidence:  # noqa: ARG002  the protocol's
        """Differences of the counters."""
        time.sleep(SETTLE_S)
        try:
            after = self._look()
        except HarnessError as error:
            return Evidence(collector="locks", unavailable=str(error), mend="see why the database went away")
        if after["stats_reset"] != self._before["stats_reset"]:
            return Evidence(
                collector="locks",
                unavailable="the database's statistics were reset during the load",
                mend="let nothing reset statistics while a run lasts",
            )
        restarted = after["started_at"] != self._before["started_at"]
        deadlocks = after["deadlocks"] - self._before["deadlocks"]
        return Evidence(
            collector="locks",
            facts={"deadlocks": None if restarted else deadlocks, "database_restarted": restarted},
            units={"deadlocks": "count"},
        )


def start(context: Context) -> Locks:
    """Take the first look; HarnessError when there is no database to look at."""
    if context.dsn is None:
        raise HarnessError("names no database", where=f"target '{context.target.name}'", mend=MEND)
    return Locks(context.dsn)
