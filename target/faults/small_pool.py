"""a pool too small for the load, whose callers soon give up (503); value: connections, default 1"""

from dataclasses import replace

from target.faults import Fault
from target.settings import ServiceSettings

PATIENCE_S = 0.05


class SmallPool(Fault):
    """One or two connections for everybody."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError("a pool has at least one connection")
        self._size = size

    def settings(self, settings: ServiceSettings) -> ServiceSettings:
        """The small pool and the short patience."""
        return replace(settings, pool_size=self._size, pool_timeout_s=PATIENCE_S)


def create(value: str) -> Fault:
    """`small_pool:2` keeps two connections."""
    return SmallPool(int(value or 1))
