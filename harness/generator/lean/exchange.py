"""Exchanges requests for answers over the connections of one session: keeps, replaces and retries them.

A connection that is idle is looked at before it is used again: if the server has closed it, or has sent what
nobody asked for, another is made, and nothing has been sent twice. What is left is the server that closes
just then. A request that meets this on a kept connection, before the first byte of an answer, is sent once
more, on a new connection, if its method is idempotent (RFC 9110, 9.2.2; RFC 9112, 9.3.1) or none of it had
been sent. A request that fails on a new connection, or that times out, is never repeated.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import cache

import gevent.ssl

from harness.generator.lean.address import Origin
from harness.generator.lean.answer import Answer, Limits, read_answer
from harness.generator.lean.connection import Connection, connect
from harness.generator.lean.errors import ClosedEarlyError, IncompleteAnswerError, MalformedAnswerError
from harness.generator.lean.writing import IDEMPOTENT, Message

MOST_IDLE = 10
"""Idle connections kept per origin; more than one only where a user runs requests side by side."""

ContextFactory = Callable[[], ssl.SSLContext]


@cache
def verifying_context() -> ssl.SSLContext:
    """TLS that verifies certificate and name by the system's authorities. Shared: it is costly to make."""
    context: ssl.SSLContext = gevent.ssl.create_default_context()
    return context


@cache
def trusting_context() -> ssl.SSLContext:
    """TLS that takes any certificate."""
    context: ssl.SSLContext = gevent.ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Exchange:
    """The connections of one session."""

    def __init__(self, limits: Limits, connect_limit_s: float, make_context: ContextFactory) -> None:
        self._limits = limits
        self._connect_limit_s = connect_limit_s
        self._make_context = make_context
        self._context: ssl.SSLContext | None = None
        self._idle: dict[Origin, list[Connection]] = {}

    def answer_to(
        self, message: Message, content: bytes, deadline_s: float, connect_limit_s: float | None = None
    ) -> Answer:
        """Send `content`, all bytes of `message`, and read the answer; raises one of `errors.FAILURES`."""
        idle = self._idle.get(message.origin)
        while idle:
            connection = idle.pop()  # the last used; nobody else can use it meanwhile
            if not connection.is_fresh():
                connection.close()
                continue
            connection.begin(deadline_s)
            try:
                return self._converse(connection, message, content)
            except ClosedEarlyError as error:
                if error.sent_bytes and message.method not in IDEMPOTENT:
                    raise
                break
        connection = connect(
            message.origin,
            self._context_for(message.origin),
            limit_s=self._connect_limit_s if connect_limit_s is None else connect_limit_s,
            deadline_s=deadline_s,
        )
        return self._converse(connection, message, content)

    def _converse(self, connection: Connection, message: Message, content: bytes) -> Answer:
        try:
            answer = self._send_and_read(connection, message, content)
        except BaseException:  # killed, too: what is under way on it belongs to nobody
            connection.close()
            raise
        if answer.persists and not message.closes:
            self._keep(message.origin, connection)
        else:
            connection.close()
        return answer

    def _send_and_read(self, connection: Connection, message: Message, content: bytes) -> Answer:
        is_head = message.method == "HEAD"
        sent_bytes = len(content)
        try:
            connection.send(content)
        except ClosedEarlyError as lost:
            if not lost.sent_bytes:
                raise
            try:  # the server may have answered before it refused the rest (RFC 9112, 9.5)
                answer = read_answer(
                    connection, self._limits, sent_bytes=lost.sent_bytes, to_head_request=is_head
                )
            except (OSError, IncompleteAnswerError, MalformedAnswerError):
                raise lost from None
            return answer._replace(persists=False)
        return read_answer(connection, self._limits, sent_bytes=sent_bytes, to_head_request=is_head)

    def _keep(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle.setdefault(origin, [])
        if len(idle) < MOST_IDLE:
            idle.append(connection)
        else:
            connection.close()

    def _context_for(self, origin: Origin) -> ssl.SSLContext | None:
        if origin.scheme != "https":
            return None
        if self._context is None:
            self._context = self._make_context()
        return self._context

    def close(self) -> None:
        """Close every idle connection."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()
