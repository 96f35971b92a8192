"""Keeps the target's data fit for load: restored before it, topped up during it. For test databases only."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from harness.drivers.database import Database
from harness.errors import HarnessError
from harness.model.plan import DataSet


def restore(data: DataSet, dsn: SecretStr) -> None:
    """Put the data set back to its known state; HarnessError when that fails."""
    if data.restore:
        database = Database(dsn, purpose="restore", statement_timeout_s=120)
        try:
            database.execute(data.restore)
        finally:
            database.close()


class TopUp:
    """Runs the top-up statement again and again while a `with` block lasts; keeps its failures."""

    def __init__(self, data: DataSet, dsn: SecretStr | None) -> None:
        self._data = data
        self._dsn = dsn
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.problem: str | None = None
        """What went wrong last; None as long as nothing did."""

    def __enter__(self) -> Self:
        if self._data.top_up and self._dsn:
            database = Database(self._dsn, purpose="top_up", statement_timeout_s=10)
            self._thread = threading.Thread(
                target=self._repeat, args=(database, self._data.top_up), daemon=True
            )
            self._thread.start()
        return self

    def _repeat(self, database: Database, statement: str) -> None:
        while not self._over.wait(self._data.top_up_every_s):
            try:
                database.execute(statement)
            except HarnessError as error:
                self.problem = str(error)
        database.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join(15)
