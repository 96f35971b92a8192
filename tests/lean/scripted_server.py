"""A server that answers with the very bytes it is told to, and keeps what it was sent. Loopback, threads.

An answer is a list of steps: bytes are sent, a number is a pause in seconds, CLOSE ends the connection in
order, RESET breaks it off, HOLD leaves it open and silent. After the steps the next request is awaited.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

CLOSE, RESET, HOLD = "close", "reset", "hold"
Step = bytes | float | str
Script = Sequence[Step] | Callable[["Request"], Sequence[Step]]


def ok(body: bytes = b"ok", *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A plain right answer."""
    lines = [b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Request:
    """What came from a client."""

    def __init__(self, head: bytes, body: bytes, connection: int) -> None:
        self.head, self.body, self.connection = head, body, connection
        self.method, self.target = head.split(b" ", 2)[:2]
        lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
        self.fields = {name.strip().lower().decode(): value.strip().decode() for name, _, value in lines}


class ScriptedServer:
    """Answers by target; unknown targets get 404."""

    def __init__(
        self,
        scripts: dict[str, Script] | None = None,
        *,
        context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.scripts: dict[str, Script] = dict(scripts or {})
        self.requests: list[Request] = []
        self.connections = 0
        self.host = host
        self._context = context
        self._listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self._open: list[socket.socket] = []
        self._closing = False

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._context else 'http'}://{host}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while not self._closing:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(peer)
            threading.Thread(target=self._serve, args=(peer, self.connections), daemon=True).start()

    def _serve(self, peer: socket.socket, number: int) -> None:
        try:
            if self._context:
                peer = self._context.wrap_socket(peer, server_side=True)
                self._open.append(peer)
            buffer = b""
            while request := self._receive(peer, buffer, number):
                found, buffer = request
                self.requests.append(found)
                script = self.scripts.get(found.target.decode(), [ok(b"unknown", status=b"404 Not Found")])
                if not self._answer(peer, script(found) if callable(script) else script):
                    return
        except (OSError, ValueError):
            pass
        finally:
            peer.close()

    @staticmethod
    def _receive(peer: socket.socket, buffer: bytes, number: int) -> tuple[Request, bytes] | None:
        while b"\r\n\r\n" not in buffer:
            received = peer.recv(65536)
            if not received:
                return None
            buffer += received
        head, _, buffer = buffer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        missing = int(length.group(1)) if length else 0
        while len(buffer) < missing:
            buffer += peer.recv(65536) or b"\0" * missing
        return Request(head, buffer[:missing], number), buffer[missing:]

    @staticmethod
    def _answer(peer: socket.socket, steps: Sequence[Step]) -> bool:
        for step in steps:
            if isinstance(step, bytes):
                peer.sendall(step)
            elif isinstance(step, float):
                time.sleep(step)  # the pause is the server's behaviour under test
            elif step == HOLD:
                while peer.recv(65536):
                    pass
                return False
            else:
                if step == RESET:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
        return True


def dripped(answer: bytes, size: int = 1) -> list[Step]:
    """An answer sent in pieces, each in a segment of its own as far as the kernel plays along."""
    steps: list[Any] = []
    for begin in range(0, len(answer), size):
        steps += [answer[begin : begin + size], 0.0005]
    return steps
