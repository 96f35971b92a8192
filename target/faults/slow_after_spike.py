"""slow until some time after a crowd has left, as with a backlog that drains; value: seconds, default 20"""

import asyncio
import time
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

from target.faults import Fault, is_work

DELAY_S = 0.4
WINDOW_S = 2.0
CROWD_PER_S = 15.0
"""10 users of the shipped classes send 5 requests a second, 100 users 50."""


class SlowAfterSpike(Fault):
    """Delays every request from when a crowd comes until `seconds` after it has left.

    A crowd is a rate of requests above CROWD_PER_S over the last WINDOW_S. It has left at the last request of
    such a rate: at the latest when the users that made it are gone, and no earlier than WINDOW_S before.
    """

    def __init__(self, seconds: float) -> None:
        if seconds <= 0:
            raise ValueError("it must stay slow for more than 0 s")
        self._seconds = seconds
        self._recent: deque[float] = deque()
        self._crowd_at: float | None = None

    def is_slow(self, now_s: float) -> bool:
        """Count a request at `now_s`, and tell whether it is to be slow."""
        self._recent.append(now_s)
        while self._recent[0] <= now_s - WINDOW_S:
            self._recent.popleft()
        if len(self._recent) > CROWD_PER_S * WINDOW_S:
            self._crowd_at = now_s
        return self._crowd_at is not None and now_s < self._crowd_at + self._seconds

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Wait before serving while it is slow."""

        async def slowed(scope: Scope, receive: Receive, send: Send) -> None:
            if is_work(scope) and self.is_slow(time.monotonic()):
                await asyncio.sleep(DELAY_S)
            await app(scope, receive, send)

        return slowed


def create(value: str) -> Fault:
    """`slow_after_spike:25` stays slow for 25 s after the crowd."""
    return SlowAfterSpike(float(value or 20))
