"""Reads one answer off a connection: head, then the body by whichever rule frames it."""

from __future__ import annotations

from typing import NamedTuple

from harness.generator.lean.chunks import ChunkedBody
from harness.generator.lean.connection import Connection
from harness.generator.lean.errors import MalformedAnswerError, OversizedAnswerError
from harness.generator.lean.head import CHUNKED, HEAD, Head, is_hopeless, parse_head, unfolded

MOST_INTERIM = 20
"""Interim answers (1xx) before a final one."""
SWITCHING_PROTOCOLS = 101


class Limits(NamedTuple):
    """How long an answer may be."""

    head_bytes: int
    body_bytes: int


class Answer(NamedTuple):
    """An answer whose end is known for sure."""

    head: Head
    body: bytes
    """As transferred: still encoded when the head says so."""
    persists: bool
    """Whether the connection can carry another request."""


def read_answer(connection: Connection, limits: Limits, *, sent_bytes: int, to_head_request: bool) -> Answer:
    """Read the final answer to a request of which `sent_bytes` were sent; interim ones are skipped.

    Raises one of `errors.FAILURES`; the connection is then of no more use.
    """
    received = connection.receive_first(sent_bytes)
    head, rest = _read_head(connection, received, limits, to_head_request=to_head_request)
    interim = 0
    while head.status < 200:
        interim += 1
        if interim > MOST_INTERIM or head.status == SWITCHING_PROTOCOLS:
            raise MalformedAnswerError("interim answers that were not asked for, or too many")
        rest = rest or connection.receive_more("interim answers")
        head, rest = _read_head(connection, rest, limits, to_head_request=to_head_request)
    length = head.length
    if length >= 0:
        if len(rest) == length <= limits.body_bytes:  # nearly always
            return Answer(head, rest, head.persists)
        return _read_counted(connection, head, rest, limits)
    if length == CHUNKED:
        return _read_chunked(connection, head, rest, limits)
    return _read_until_close(connection, head, rest, limits)


def _read_head(
    connection: Connection, received: bytes, limits: Limits, *, to_head_request: bool
) -> tuple[Head, bytes]:
    """The head that begins with `received`, and the bytes after it."""
    match = HEAD.match(received)
    if match is not None and match.end() <= limits.head_bytes:
        return parse_head(match, to_head_request=to_head_request), received[match.end() :]
    begin = 0
    while (end := received.find(b"\r\n\r\n", begin)) < 0:
        if is_hopeless(received):
            raise MalformedAnswerError("the head is not HTTP/1.1")
        if len(received) > limits.head_bytes:
            break
        begin = max(len(received) - 3, 0)
        received += connection.receive_more("head")
    if end < 0 or end + 4 > limits.head_bytes:
        raise OversizedAnswerError("the head is longer than max_head_bytes")
    text, rest = received[: end + 4], received[end + 4 :]
    if b"\r\n " in text or b"\r\n\t" in text:
        text = unfolded(text)
    match = HEAD.fullmatch(text)
    if match is None:
        raise MalformedAnswerError("the head is not HTTP/1.1")
    return parse_head(match, to_head_request=to_head_request), rest


def _read_counted(connection: Connection, head: Head, rest: bytes, limits: Limits) -> Answer:
    length = head.length
    if length > limits.body_bytes:
        raise OversizedAnswerError("the body is longer than max_body_bytes")
    if len(rest) > length:  # more than was asked for: the connection cannot be trusted any more
        return Answer(head, rest[:length], persists=False)
    parts, missing = [rest], length - len(rest)
    while missing > 0:
        parts.append(connection.receive_more("body"))
        missing -= len(parts[-1])
    body = b"".join(parts)
    return Answer(head, body[:length], head.persists and not missing)


def _read_chunked(connection: Connection, head: Head, rest: bytes, limits: Limits) -> Answer:
    chunks = ChunkedBody(most_bytes=limits.body_bytes, most_trailer_bytes=limits.head_bytes)
    is_complete = chunks.feed(rest)
    while not is_complete:
        is_complete = chunks.feed(connection.receive_more("body"))
    return Answer(head, chunks.body, head.persists and not chunks.rest)


def _read_until_close(connection: Connection, head: Head, rest: bytes, limits: Limits) -> Answer:
    """A body that ends with the connection; a reset, or TLS cut off, is no end (RFC 9112, 8 and 9.8)."""
    parts, size = [rest], len(rest)
    while size <= limits.body_bytes:
        received = connection.receive_rest()
        if not received:
            return Answer(head, b"".join(parts), persists=False)
        parts.append(received)
        size += len(received)
    raise OversizedAnswerError("the body is longer than max_body_bytes")
