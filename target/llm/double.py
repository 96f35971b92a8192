"""The LLM double as an ASGI application.

Paths: `POST /v1/chat/completions`, `GET|PUT /admin/behaviour`, `GET /healthz`.

Every call becomes one line of JSON in its log: when it came (`at`, seconds since 1970), how long it took,
and its status.
"""

import asyncio
import dataclasses
import json
import time
from pathlib import Path
from random import Random
from typing import Any

from starlette.types import Receive, Scope, Send

from target.llm.behaviour import Behaviour, Limit

Answer = tuple[int, dict[str, Any]]
_GAVE_UP = 499  # the caller closed the connection before the answer
_ADVICE = (
    "add a retry with backoff around the failing step",
    "validate the input before the call",
    "raise the timeout of the slow dependency",
    "split the case into two narrower ones",
    "refresh the answer from the newest document",
    "ask for the missing permission earlier",
)


class Double:
    """State of the double: behaviour, limit, log."""

    def __init__(self, behaviour: Behaviour, log: Path, *, seed: int = 7) -> None:
        self._behaviour = behaviour
        self._limit = Limit()
        self._random = Random(seed)
        self._in_flight = 0
        self._log = log.open("a", encoding="utf-8", buffering=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        match scope["method"], scope["path"]:
            case "POST", "/v1/chat/completions":
                answer = await self._logged_call(body, receive)
            case "GET", "/admin/behaviour":
                answer = 200, dataclasses.asdict(self._behaviour)
            case "PUT", "/admin/behaviour":
                answer = self._change(body)
            case "GET", "/healthz":
                answer = 200, {"status": "ok"}
            case _:
                answer = 404, {"error": {"message": "unknown path"}}
        await _send(send, answer)

    async def _logged_call(self, body: bytes, receive: Receive) -> Answer:
        at, start = time.time(), time.monotonic()
        self._in_flight += 1
        in_flight = self._in_flight
        status = _GAVE_UP
        try:
            status, answer = await self._complete(body, receive)
        finally:
            self._in_flight -= 1
            took = round(time.monotonic() - start, 6)
            line = {
                "at": at,
                "duration_s": took,
                "status": status,
                "in_flight": in_flight,
                "bytes": len(body),
            }
            self._log.write(json.dumps(line) + "\n")
        return status, answer

    async def _complete(self, body: bytes, receive: Receive) -> Answer:
        if not self._limit.admits(time.monotonic(), self._behaviour.limit_per_s):
            return 429, {
                "error": {"type": "rate_limit", "message": f"above {self._behaviour.limit_per_s:g} calls/s"}
            }
        try:
            model = json.loads(body)["model"]
        except (ValueError, KeyError, TypeError):
            return 400, {
                "error": {"type": "invalid_request", "message": "a JSON object with 'model' is needed"}
            }
        if self._behaviour.fails(self._random):
            if self._behaviour.mode == "hang":
                await _disconnect(receive)
                return _GAVE_UP, {}
            return 500, {"error": {"type": "server_error", "message": "switched on by the behaviour"}}
        await asyncio.sleep(self._behaviour.latency_s(self._random))
        return 200, _completion(model, "\n".join(f"- {line}" for line in self._random.sample(_ADVICE, 3)))

    def _change(self, body: bytes) -> Answer:
        try:
            self._behaviour = self._behaviour.changed(json.loads(body))
        except (ValueError, TypeError) as error:
            return 422, {"error": {"message": str(error)}}
        return 200, dataclasses.asdict(self._behaviour)


def _completion(model: str, content: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-double",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}},
        ],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, answer: Answer) -> None:
    body = json.dumps(answer[1]).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": answer[0], "headers": headers})
    await send({"type": "http.response.body", "body": body})
