"""A target whose true latencies are known: every answer takes the same time, but for one stall.

    python benchmarks/stalling_server.py [--answer-ms N] [--stall-s N --after-s N] [--record FILE]

A request that arrives during the stall is answered at the stall's end + the answer time, any other at its
arrival + the answer time. The stall begins `--after-s` after the first request that is no health check. At
its end the server writes what it saw: second of arrival of every request, and the stall. Prints a readiness
line like any target; says that it is staging, since an open model holds more than 100 requests in a stall.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import time
from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
HEALTH = b"GET /healthz"


class Clock:
    """The stall on the server's clock, and every arrival."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.answer_s = options.answer_ms / 1000
        self.stall_s, self.after_s = options.stall_s, options.after_s
        self.start = 0.0
        self.arrivals: list[float] = []

    def answer_in(self) -> float:
        """Note an arrival; seconds until it is answered."""
        now = time.time()
        self.start = self.start or now
        self.arrivals.append(now)
        begin, end = self.stall
        return (end - now if begin <= now < end else 0.0) + self.answer_s

    @property
    def stall(self) -> tuple[float, float]:
        begin = self.start + self.after_s
        return begin, begin + self.stall_s

    def write(self, path: Path) -> None:
        path.write_text(
            json.dumps({"arrivals": self.arrivals, "stall": self.stall, "answer_s": self.answer_s})
        )


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have no bodies."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if data.startswith(HEALTH):
            self._transport.write(ANSWER)
            return
        wait_s = self._clock.answer_in()
        if wait_s > 0:
            self._loop.call_later(wait_s, self._transport.write, ANSWER)
        else:
            self._transport.write(ANSWER)


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM, then write the record."""
    loop, clock, ended = asyncio.get_running_loop(), Clock(options), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Connection(clock), "127.0.0.1", 0, backlog=1000)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(
        json.dumps({"base_url": url, "environment": "staging", "pids": {"api": [os.getpid()]}}),
        flush=True,
    )
    await ended.wait()
    if options.record:
        clock.write(options.record)


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer-ms", type=float, default=10)
    parser.add_argument("--stall-s", type=float, default=0)
    parser.add_argument("--after-s", type=float, default=0)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
