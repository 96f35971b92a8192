"""the API process dies hard; value: `20s` after the first request, or `200` requests; default 10s"""

import os
import signal
import threading

from starlette.types import ASGIApp, Receive, Scope, Send

from target.faults import Fault, is_work


class Crash(Fault):
    """Kills its own process, as a segmentation fault or the out-of-memory killer would."""

    def __init__(self, *, seconds: float | None, requests: int | None) -> None:
        self._seconds = seconds
        self._requests = requests
        self._seen = 0

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Count requests, and start the clock at the first."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if is_work(scope):
                self._count()
            await app(scope, receive, send)

        return counted

    def _count(self) -> None:
        self._seen += 1
        if self._requests is not None and self._seen > self._requests:
            _die()
        if self._seconds is not None and self._seen == 1:
            timer = threading.Timer(self._seconds, _die)
            timer.daemon = True
            timer.start()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def create(value: str) -> Fault:
    """`crash:20s` or `crash:200`."""
    value = value or "10s"
    if value.endswith("s"):
        return Crash(seconds=float(value[:-1]), requests=None)
    return Crash(seconds=None, requests=int(value))
