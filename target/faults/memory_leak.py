"""every request leaves some memory behind for good; value: kilobytes a request, default 100"""

import os

from starlette.types import ASGIApp, Receive, Scope, Send

from target.faults import Fault, is_work

KILOBYTE = 1000


class MemoryLeak(Fault):
    """Keeps a block of bytes for every request, as a cache without a bound would."""

    def __init__(self, kilobytes: float) -> None:
        if kilobytes <= 0:
            raise ValueError("a leak is more than 0 kilobytes a request")
        self._bytes = round(kilobytes * KILOBYTE)
        self._kept: list[bytes] = []

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Keep a block, then serve."""

        async def leaking(scope: Scope, receive: Receive, send: Send) -> None:
            if is_work(scope):
                self._kept.append(os.urandom(self._bytes))  # written, so that the pages are really there
            await app(scope, receive, send)

        return leaking


def create(value: str) -> Fault:
    """`memory_leak:50` keeps 50 kB a request."""
    return MemoryLeak(float(value or 100))
