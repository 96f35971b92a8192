"""The wall clock as answers show it."""

from datetime import UTC, datetime


def timestamp() -> str:
    """Now, as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat()
