"""A trivial HTTP server of known behaviour, with its own count of requests as ground truth. Loopback only."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

Answer = tuple[int, Any]
PHRASE = {200: "OK", 307: "Temporary Redirect"}


class PlainServer:
    """Answers every request with what `answer` says, after `delay_s`; `hang` and `stall` hold answers back.

    `path` parts understood by the default answer: `/status/N` answers N, `/hang` never answers.
    """

    def __init__(
        self, answer: Callable[[str, str, Any], Answer] | None = None, *, delay_s: float = 0.0
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.arrived: list[float] = []
        self.order: list[str] = []
        self.delay_s = delay_s
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self._stalled_until = 0.0
        self._answer = answer or _default_answer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def total(self) -> int:
        """Requests that arrived."""
        return sum(self.counts.values())

    def stall(self, seconds: float) -> None:
        """From now on nothing is answered until `seconds` have passed."""
        self._stalled_until = time.monotonic() + seconds

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                await self._one(request.decode("latin-1"), reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = head.split(" ", 2)
        headers = {
            key.strip().lower(): value.strip()
            for key, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.counts[f"{method} {path}"] += 1
        self.arrived.append(time.time())
        self.order.append(f"{method} {path}")
        if len(self.headers) < 1000:
            self.headers.append(headers)
            self.bodies.append(json.loads(body) if body else None)
        wait_s = max(self.delay_s, self._stalled_until - time.monotonic())
        if "/hang" in path:
            wait_s = 3600
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        status, content = self._answer(method, path, json.loads(body) if body else None)
        payload = json.dumps(content).encode()
        location = "location: /elsewhere\r\n" if 300 <= status < 400 else ""
        writer.write(
            f"HTTP/1.1 {status} {PHRASE.get(status, 'X')}\r\ncontent-type: application/json\r\n{location}"
            f"content-length: {len(payload)}\r\n\r\n".encode()
            + payload
        )
        await writer.drain()

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1000), self._loop
        )
        self._server = started.result(5)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        assert self._server
        self._server.close()
        current = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _default_answer(_method: str, path: str, _body: Any) -> Answer:
    if "/status/" in path:
        status = int(path.rsplit("/", 1)[1])
        return status, {"status": status}
    return 200, {"ok": True}
