"""One connection to a server: a non-blocking socket, and a deadline for all that is done with it.

Nothing here blocks beyond `deadline_s`. The deadline costs next to nothing per request: one timer per
connection is left running from request to request, and looks at the deadline of the moment when it fires.
"""

from __future__ import annotations

import socket
import ssl
import weakref
from math import inf
from time import perf_counter
from typing import Any

import gevent
from gevent import getcurrent, monkey

from harness.generator.lean.address import Origin
from harness.generator.lean.errors import (
    ClosedEarlyError,
    ConnectTimeoutError,
    IncompleteAnswerError,
    RequestTimeoutError,
)

RECEIVE_BYTES = 65536
_READ, _WRITE = 1, 2  # of a libev watcher
_PlainSocket = monkey.get_original("socket", "socket")
_poll = monkey.get_original("select", "poll")
"""Whether something has arrived is asked without giving up the turn, so not gevent's."""
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """A connected socket. Used by one greenlet at a time; whoever meets an error closes it."""

    def __init__(self, connected: Any, deadline_s: float, *, is_tls: bool) -> None:
        """`connected`: a gevent socket, with TLS or without."""
        self._is_tls = is_tls
        # gevent's plain socket only stands between us and recv(); its TLS socket keeps the TLS state.
        self._socket = connected if is_tls else _PlainSocket(fileno=connected.detach())
        self._socket.settimeout(0.0)
        self._hub: Any = gevent.get_hub()
        number = self._socket.fileno()
        self._readable = self._hub.loop.io(number, _READ)
        self._writable = self._hub.loop.io(number, _WRITE)
        self._arrivals = _poll()
        self._arrivals.register(number, 1)  # POLLIN: data, or the end of it
        self._timer: Any = None
        self._timer_at_s = inf
        self._waiting: Any = None
        self._deadline_s = inf
        self.begin(deadline_s)

    def begin(self, deadline_s: float) -> None:
        """From now on nothing lasts beyond `deadline_s` of `time.perf_counter`."""
        self._deadline_s = deadline_s
        if deadline_s < self._timer_at_s:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
        self._timer_at_s = self._deadline_s
        self._timer = self._hub.loop.timer(max(self._deadline_s - perf_counter(), 0.0), ref=False)
        # A weak reference: a timer that runs does not keep a forgotten connection open.
        self._timer.start(_expire, weakref.ref(self))

    def expire(self) -> None:
        """What the timer calls: end the waiting if its deadline has passed, else look again later."""
        self._timer_at_s = inf
        if self._waiting is None:
            return
        if perf_counter() < self._deadline_s:
            self._set_timer()
        else:
            self._waiting.throw(RequestTimeoutError("the answer was not complete in time"))

    def _wait(self, watcher: Any) -> None:
        self._waiting = getcurrent()
        try:
            self._hub.wait(watcher)
        finally:
            self._waiting = None

    def is_fresh(self) -> bool:
        """Whether the server has neither closed the connection nor sent anything unasked meanwhile."""
        if self._is_tls and self._socket.pending():
            return False
        if not self._arrivals.poll(0):
            return True
        if not self._is_tls:
            return False
        try:
            self._socket.recv(1)
        except ssl.SSLWantReadError:
            return True  # what arrived was TLS's own business, such as a session ticket
        except (OSError, ValueError):
            return False
        return False

    def send(self, message: bytes) -> None:
        """Send all of a request. ClosedEarlyError when the server has closed or reset the connection."""
        sent = 0
        try:
            while sent < len(message):
                try:
                    n = self._socket.send(memoryview(message)[sent:] if sent else message)
                except _WOULD_BLOCK:
                    n = 0  # which gevent's TLS socket returns
                if not n:
                    self._wait(self._writable)
                sent += n
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError) as error:
            raise ClosedEarlyError("connection lost while sending", sent_bytes=sent) from error

    def receive_first(self, sent_bytes: int) -> bytes:
        """The first bytes of an answer. ClosedEarlyError when the connection ends instead."""
        if not self._is_tls:
            self._wait(self._readable)  # there can be nothing yet: saves a recv() that fails
        try:
            received = self.receive()
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError) as error:
            raise ClosedEarlyError("connection reset before the answer", sent_bytes=sent_bytes) from error
        if not received:
            raise ClosedEarlyError("connection closed before the answer", sent_bytes=sent_bytes)
        return received

    def receive(self) -> bytes:
        """The next bytes; none when the server has closed the connection in order."""
        while True:
            try:
                received: bytes = self._socket.recv(RECEIVE_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError):
                self._wait(self._readable)
            except ssl.SSLWantWriteError:
                self._wait(self._writable)
            else:
                return received

    def receive_rest(self, where: str = "body") -> bytes:
        """The next bytes of an answer that is not complete, or none at the end; `where` names the part."""
        if perf_counter() >= self._deadline_s:
            raise RequestTimeoutError("the answer was not complete in time")
        try:
            return self.receive()
        except (ConnectionResetError, ssl.SSLEOFError) as error:
            raise IncompleteAnswerError(f"connection lost inside the {where}") from error

    def receive_more(self, where: str) -> bytes:
        """The next bytes of an answer that is not complete, of which there must be some."""
        received = self.receive_rest(where)
        if not received:
            raise IncompleteAnswerError(f"connection closed inside the {where}")
        return received

    def close(self) -> None:
        """Close, as often as one likes."""
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        self._readable.close()
        self._writable.close()
        self._socket.close()

    def __del__(self) -> None:
        if hasattr(self, "_timer"):
            self.close()


def _expire(reference: weakref.ref[Connection]) -> None:
    if connection := reference():
        connection.expire()


def connect(
    origin: Origin, context: ssl.SSLContext | None, *, limit_s: float, deadline_s: float
) -> Connection:
    """Connect, with TLS when there is a context; ConnectTimeoutError after `limit_s` or at the deadline."""
    timeout = ConnectTimeoutError("no connection in time")
    with gevent.Timeout(max(min(limit_s, deadline_s - perf_counter()), 0.0), timeout):
        connected = gevent.socket.create_connection((origin.host, origin.port))
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                # A TLS connection that ends without notice may have been cut (RFC 9112, 9.8).
                connected = context.wrap_socket(
                    connected, server_hostname=origin.host, suppress_ragged_eofs=False
                )
            return Connection(connected, deadline_s, is_tls=context is not None)
        except BaseException:
            connected.close()
            raise
