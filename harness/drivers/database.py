"""PostgreSQL connections. The only place that imports psycopg2.

Every connection names itself (`application_name = 'harness:<purpose>'`), so that its statements can be kept
out of the evidence, and has a statement timeout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from pydantic import SecretStr

from harness.errors import HarnessError


class Database:
    """One connection in autocommit mode. Errors of the server become HarnessErrors."""

    def __init__(self, dsn: SecretStr, *, purpose: str, statement_timeout_s: float = 30.0) -> None:
        """Connect; HarnessError when that fails."""
        self._purpose = purpose
        try:
            self._connection = psycopg2.connect(
                dsn.get_secret_value(),
                application_name=f"harness:{purpose}",
                connect_timeout=5,
                options=f"-c statement_timeout={round(statement_timeout_s * 1000)}",
            )
        except psycopg2.Error as error:
            raise HarnessError(
                f"cannot connect: {_first_line(error)}",
                where=f"database ({purpose})",
                mend="check the DSN, and that the server runs",
            ) from error
        self._connection.autocommit = True

    def row(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """First row of a query as a mapping of column names, or None."""
        try:
            with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(sql, parameters)
                found = cursor.fetchone() if cursor.description else None
        except psycopg2.Error as error:
            raise HarnessError(_first_line(error), where=f"database ({self._purpose})") from error
        return dict(found) if found else None

    def execute(self, sql: str) -> None:
        """Run a statement whose result does not matter."""
        self.row(sql)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _first_line(error: psycopg2.Error) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
