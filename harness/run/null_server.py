"""A server that costs next to nothing: answers every HTTP request with 200 `{}` at once. Loopback only.

    python -m harness.run.null_server

What a user class measures against it is what the generator itself adds. It prints a readiness line like any
target, and serves until it is ended. A program of its own: nothing in it is for use by others. Refuses to
look at what is sent, beyond finding where each request ends (so that pipelined requests and bodies that
arrive in pieces get one answer each).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

HEAD_END = b"\r\n\r\n"
LONGEST_HEAD = 2**16
"""Bytes after which a head without an end is taken for none."""
ANSWER_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
ANSWER = ANSWER_HEAD + b"{}"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = -1
"""Length of a body that comes in chunks."""


class NullServer(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete now."""
        self._received = self._received + data if self._received else data
        answers = []
        while (found := _request_in(self._received)) is not None:
            head, self._received = found
            answers.append(ANSWER_HEAD if head.startswith(b"head ") else ANSWER)
            if b"\r\nconnection: close" in head:
                self._transport.write(b"".join(answers))
                self._transport.close()
                return
        if answers:
            self._transport.write(b"".join(answers))
        elif self._received.endswith(HEAD_END) and b"100-continue" in self._received.lower():
            self._transport.write(CONTINUE)
        elif len(self._received) > LONGEST_HEAD and HEAD_END not in self._received:
            self._transport.close()


def _request_in(received: bytes) -> tuple[bytes, bytes] | None:
    """The lower-cased head of the first complete request, and what follows it; None when none is complete."""
    end = received.find(HEAD_END)
    if end < 0:
        return None
    head, rest = received[:end].lower(), received[end + len(HEAD_END) :]
    announced = _body_length(head)
    length = _chunked_length(rest) if announced == CHUNKED else announced
    if length is None or len(rest) < length:
        return None
    return head, rest[length:]


def _body_length(head: bytes) -> int:
    """Bytes of the body that a lower-cased head announces."""
    _, found, value = head.partition(b"\r\ncontent-length:")
    if found:
        return int(value.partition(b"\r\n")[0])
    return CHUNKED if b"\r\ntransfer-encoding: chunked" in head else 0


def _chunked_length(body: bytes) -> int | None:
    """Bytes of a whole chunked body with its trailers; None when it is not complete."""
    at = 0
    while (line_end := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:line_end].partition(b";")[0], 16)
        at = line_end + 2 + size + 2
        if size == 0:
            if body[line_end : line_end + 4] == HEAD_END:
                return at
            trailers_end = body.find(HEAD_END, line_end)
            return None if trailers_end < 0 else trailers_end + len(HEAD_END)
    return None


async def serve() -> None:
    """Listen on a free port of 127.0.0.1, tell where, and serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(NullServer, "127.0.0.1", 0, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    line = {
        "base_url": f"http://127.0.0.1:{port}",
        "name": "null server",
        "environment": "local",
        "pids": {"api": [os.getpid()]},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
