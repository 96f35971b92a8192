"""the search statement naps, so that search breaks its objectives; value: added milliseconds, default 1500"""

from target.faults import Fault


class SlowStatement(Fault):
    """Lets the database sleep inside the search statement."""

    def __init__(self, delay_ms: float) -> None:
        self._delay_s = delay_ms / 1000

    def statement(self, name: str, sql: str) -> str:
        """The search, after a nap; a materialized subquery runs once, not once a row."""
        if name != "search":
            return sql
        nap = f"WITH nap AS MATERIALIZED (SELECT pg_sleep({self._delay_s}) AS slept)"
        return f"{nap} SELECT hit.* FROM nap CROSS JOIN ({sql}) AS hit WHERE nap.slept IS NOT NULL"  # noqa: S608


def create(value: str) -> Fault:
    """`slow_statement:300` adds 300 ms."""
    return SlowStatement(float(value or 1500))
