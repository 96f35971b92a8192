"""The head of an answer: whether it is well-formed, and where the body after it ends (RFC 9112, 2 to 6).

Pure. Stricter than a browser: in a load test, a body whose end is a matter of opinion is a finding. A bare
CR or LF, a NUL, white space before a colon, a Transfer-Encoding beside a Content-Length, lengths that
disagree and codings other than `chunked` are malformed. Folded lines are unfolded, as a user agent must
(RFC 9112, 5.2).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from harness.generator.lean.errors import MalformedAnswerError

CHUNKED = -1
UNTIL_CLOSE = -2
BODYLESS = frozenset({204, 304})
LONGEST_NUMBER = 19
"""Digits of the largest length worth reading: 2**63 bytes."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
HEAD = re.compile(
    rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: [^\r\n\0]*+)?+\r\n(?:" + _TOKEN + rb"++:[^\r\n\0]*+\r\n)*+\r\n"
)
_FOLD = re.compile(rb"[ \t]*+\r\n[ \t]++")
_FLAW = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|\0")
_START = b"HTTP/1."


class Head(NamedTuple):
    """A well-formed head, and what it says about the body and the connection."""

    status: int
    text: bytes
    """Status line and fields, unfolded."""
    length: int
    """Bytes of the body, or CHUNKED or UNTIL_CLOSE."""
    persists: bool
    """Whether the connection can carry another request."""
    is_encoded: bool
    """Whether there is a Content-Encoding."""


def parse_head(match: re.Match[bytes], *, to_head_request: bool) -> Head:
    """What a head that `HEAD` has matched says. MalformedAnswerError when it contradicts itself."""
    text, status = match.group(), int(match.group(2))
    low = text.lower()
    persists = match.group(1) == b"1"
    if b"\r\nconnection:" in low:
        persists = _persists(low, by_default=persists)
    is_encoded = b"\r\ncontent-encoding:" in low
    length = _length(low, is_modern=match.group(1) == b"1")
    if to_head_request or status in BODYLESS or status < 200:
        length = 0  # whatever the fields say (RFC 9112, 6.3, rule 1)
    return Head(status, text, length, persists and length != UNTIL_CLOSE, is_encoded)


def _length(low: bytes, *, is_modern: bool) -> int:
    begin = low.find(b"\r\ncontent-length:")
    if b"\r\ntransfer-encoding:" in low:
        return _coded_length(low, is_modern=is_modern, has_length=begin >= 0)
    if begin < 0:
        return UNTIL_CLOSE
    begin += 17
    value = low[begin : low.index(b"\r", begin)].strip(b" \t")
    if low.find(b"\r\ncontent-length:", begin) >= 0 or b"," in value:
        values = set(_members(low, b"content-length"))
        if len(values) != 1:
            raise MalformedAnswerError("several Content-Lengths that disagree")
        value = values.pop()
    if not value.isdigit() or len(value) > LONGEST_NUMBER:
        raise MalformedAnswerError("Content-Length is not a number")
    return int(value)


def _coded_length(low: bytes, *, is_modern: bool, has_length: bool) -> int:
    if has_length:
        raise MalformedAnswerError("both Transfer-Encoding and Content-Length")
    if not is_modern:
        raise MalformedAnswerError("Transfer-Encoding in HTTP/1.0")
    if _members(low, b"transfer-encoding") != [b"chunked"]:
        raise MalformedAnswerError("Transfer-Encoding is not 'chunked', and no other was offered")
    return CHUNKED


def _persists(low: bytes, *, by_default: bool) -> bool:
    options = _members(low, b"connection")
    return b"close" not in options and (by_default or b"keep-alive" in options)


def _members(low: bytes, name: bytes) -> list[bytes]:
    """Members of a list-valued field, from all lines of that name."""
    lines = low.split(b"\r\n" + name + b":")[1:]
    values = (line.partition(b"\r")[0] for line in lines)
    return [member.strip(b" \t") for value in values for member in value.split(b",")]


def unfolded(text: bytes) -> bytes:
    """A head with each folded line joined to the one before; one after the status line stays: malformed."""
    first, rest = text.split(b"\r\n", 1)
    if rest.startswith((b" ", b"\t")):
        return text
    return first + b"\r\n" + _FOLD.sub(b" ", rest[:-4]) + b"\r\n\r\n"


def is_hopeless(part: bytes) -> bool:
    """Whether no more bytes can make a well-formed head of what has come so far."""
    return not (part.startswith(_START) or _START.startswith(part)) or _FLAW.search(part) is not None
