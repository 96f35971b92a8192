"""bursts of 500s: the first seconds of every 10; value: burning share of the time, default 0.2"""

import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from target.faults import Fault, is_work

PERIOD_S = 10.0


class ErrorBurst(Fault):
    """Answers 500 while the clock is in the burning part of each period."""

    def __init__(self, share: float) -> None:
        if not 0 < share <= 1:
            raise ValueError("the share of the time must be above 0 and at most 1")
        self._share = share

    def burning(self, now_s: float) -> bool:
        """Whether the clock stands in a burst."""
        return now_s % PERIOD_S < self._share * PERIOD_S

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Fail instead of serving during a burst."""

        async def burn(scope: Scope, receive: Receive, send: Send) -> None:
            if is_work(scope) and self.burning(time.monotonic()):
                await JSONResponse({"detail": "internal error"}, 500)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return burn


def create(value: str) -> Fault:
    """`error_burst:0.5` burns half of the time."""
    return ErrorBurst(float(value or 0.2))
