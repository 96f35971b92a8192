"""status 200 while the body shows that the work failed; value: share of the answers that lie, default 1"""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from target.faults import Fault, is_work

Body = dict[str, Any]


def _lie(path: str) -> Callable[[Body], Body]:
    """How the work behind a path looks when it failed and nobody checked."""
    if path.endswith("/classify"):
        return lambda body: {**body, "classifications": []}
    if path.endswith("/search"):
        return lambda body: {**body, "hits": None, "total_candidates": 0}
    if path.endswith("/tree"):
        return lambda body: {**body, "nodes": [], "edges": []}
    if "/consolidation/" in path:
        return lambda body: {**body, "details": None, "error": "could not reach the database"}
    if path.endswith("/batch"):
        return lambda body: {**body, "analyzed_cases": 0, "suggestions": [], "error": "analysis failed"}
    return lambda body: {**body, "total_executions": 0, "error": "analysis failed"}


class LyingSuccess(Fault):
    """Rewrites good answers into failed work under the same status."""

    def __init__(self, share: float) -> None:
        if not 0 < share <= 1:
            raise ValueError("the share of the answers must be above 0 and at most 1")
        self._share = share
        self._random = Random(1)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Hold the head of a 200 back until its (single) body part is rewritten."""

        async def lying(scope: Scope, receive: Receive, send: Send) -> None:
            if not is_work(scope) or self._random.random() >= self._share:
                await app(scope, receive, send)
                return
            await app(scope, receive, _liar(send, _lie(scope["path"])))

        return lying


def _liar(send: Send, lie: Callable[[Body], Body]) -> Send:
    head: list[Message] = []

    async def send_lie(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.append(message)
            return
        if head[0]["status"] == 200:
            message["body"] = json.dumps(lie(json.loads(message["body"]))).encode()
            others = [(key, value) for key, value in head[0]["headers"] if key != b"content-length"]
            head[0]["headers"] = [*others, (b"content-length", str(len(message["body"])).encode())]
        await send(head[0])
        await send(message)

    return send_lie


def create(value: str) -> Fault:
    """`lying_success:0.1` lies in one answer of ten."""
    return LyingSuccess(float(value or 1))
