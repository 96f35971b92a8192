"""The guard: what may not be loaded, and which database may not be written to. Pure; asked before a request.

Rules CON-1 and CON-4: more than 100 users only in a declared staging environment; never production; nothing
that writes, or runs EXPLAIN ANALYZE, on a database that is not marked as a test database.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from harness.errors import RefusedError
from harness.model.plan import EnvironmentKind, Plan, Target

MOST_USERS = 100
"""Users beyond which only staging is loaded."""
MARK_QUERY = (
    "SELECT current_database() AS database, current_setting('harness.test_database', true) = 'on' AS marked"
)
"""`marked` is true on a database that is marked as a test database; NULL or false elsewhere."""


def check_plan(plan: Plan, *, base_url: str | None = None, environment: str | None = None) -> None:
    """RefusedError unless the plan may be carried out.

    `base_url` and `environment` are what a started target told on its readiness line: then the plan is
    checked again, and where the scenario and the target disagree the graver of the two counts.
    """
    target = plan.target
    declared = {kind for kind in (target.environment, _kind(environment, target)) if kind}
    address = base_url or target.base_url
    if EnvironmentKind.PRODUCTION in declared:
        raise RefusedError(
            "the target is production, which is never loaded",
            where=f"target '{target.name}'",
            mend="load a staging environment with the same data volume instead",
        )
    if not declared and address is not None and not is_loopback(address):
        raise RefusedError(
            f"{address} does not say what environment it is",
            where=f"target '{target.name}'",
            mend="declare it: `environment: local` or `environment: staging` (or TARGET_ENVIRONMENT=staging)",
        )
    if plan.peak_users > MOST_USERS and declared != {EnvironmentKind.STAGING}:
        raise RefusedError(
            f"{plan.peak_users} users are more than {MOST_USERS}, and the target is not staging",
            where=f"target '{target.name}'",
            mend=f"lower the users (or max_in_flight) to {MOST_USERS}, or use a separate staging environment",
        )


def check_database(
    *, marked: bool, target: str, purpose: str = "restoring the data set", database: str | None = None
) -> None:
    """RefusedError unless the target's database is marked as a test database (`MARK_QUERY` gave true).

    `target` is its name, `purpose` what wants to write, `database` the database's name (never a DSN), or
    None when it is not known.
    """
    if not marked:
        name = _identifier(database) if database else "…"
        raise RefusedError(
            f"{purpose} needs a database that is marked as a test database",
            where=f"target '{target}'",
            mend=f"if it is one: ALTER DATABASE {name} SET harness.test_database = 'on'",
        )


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine's own: localhost, 127.0.0.0/8 or ::1. Nothing is resolved."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _kind(environment: str | None, target: Target) -> EnvironmentKind | None:
    """The environment that a readiness line names; RefusedError when it is none we know."""
    try:
        return EnvironmentKind(environment) if environment else None
    except ValueError as error:
        raise RefusedError(
            f"the target says its environment is '{environment}'",
            where=f"target '{target.name}'",
            mend=f"it must be one of {', '.join(EnvironmentKind)}",
        ) from error


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
