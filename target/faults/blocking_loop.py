"""every request sleeps on the event loop, so that all others wait; value: milliseconds, default 250"""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from target.faults import Fault, is_work


class BlockingLoop(Fault):
    """The classic mistake: a blocking call in a coroutine."""

    def __init__(self, block_ms: float) -> None:
        self._block_s = block_ms / 1000

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Block before serving."""

        async def blocked(scope: Scope, receive: Receive, send: Send) -> None:
            if is_work(scope):
                time.sleep(self._block_s)  # noqa: ASYNC251 - this is the fault
            await app(scope, receive, send)

        return blocked


def create(value: str) -> Fault:
    """`blocking_loop:50` blocks 50 ms a request."""
    return BlockingLoop(float(value or 250))
