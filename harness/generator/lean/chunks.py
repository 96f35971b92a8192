"""The chunked transfer coding (RFC 9112, 7.1), decoded as it arrives. Pure.

    chunked-body = *( size [ extensions ] CRLF data CRLF ) "0" [ extensions ] CRLF *( trailer CRLF ) CRLF

Extensions and trailers are checked for their form and dropped.
"""

from __future__ import annotations

import re

from harness.generator.lean.errors import MalformedAnswerError, OversizedAnswerError

LONGEST_LINE = 8192
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:[ \t]*;[^\r\n\0]*)?\Z")
_TRAILER = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*\Z")


class ChunkedBody:
    """Takes bytes until the body is complete."""

    def __init__(self, *, most_bytes: int, most_trailer_bytes: int) -> None:
        self.rest = b""
        """What came after the end of the body."""
        self._most_bytes = most_bytes
        self._most_trailer_bytes = most_trailer_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._missing = 0
        """Bytes of the chunk under way that have not come yet."""
        self._awaits_end_of_chunk = False
        self._in_trailers = False

    @property
    def body(self) -> bytes:
        """What has been decoded."""
        return b"".join(self._parts)

    def feed(self, received: bytes) -> bool:
        """Take more bytes; True when the body is complete."""
        buffer = self.rest + received if self.rest else received
        at = 0
        while True:
            at = self._take_data(buffer, at)
            end = buffer.find(b"\r\n", at)
            if self._missing or end < 0:
                break
            line, at = buffer[at:end], end + 2
            if self._take_line(line):
                self.rest = buffer[at:]
                return True
        self.rest = buffer[at:]
        self._check_unfinished_line()
        return False

    def _take_data(self, buffer: bytes, at: int) -> int:
        if not self._missing:
            return at
        part = buffer[at : at + self._missing]
        self._parts.append(part)
        self._missing -= len(part)
        return at + len(part)

    def _take_line(self, line: bytes) -> bool:
        """One line outside of data; True when it is the last one."""
        if self._in_trailers:
            return self._take_trailer(line)
        if self._awaits_end_of_chunk:
            if line:
                raise MalformedAnswerError("a chunk is longer than its size")
            self._awaits_end_of_chunk = False
            return False
        match = _SIZE.match(line)
        if match is None or len(line) > LONGEST_LINE:
            raise MalformedAnswerError("the size of a chunk is not a number")
        self._missing = int(match.group(1), 16)
        self._size += self._missing
        if self._size > self._most_bytes:
            raise OversizedAnswerError("the body is longer than max_body_bytes")
        self._in_trailers = not self._missing
        self._awaits_end_of_chunk = not self._in_trailers
        return False

    def _take_trailer(self, line: bytes) -> bool:
        if not line:
            return True
        self._most_trailer_bytes -= len(line) + 2
        if self._most_trailer_bytes < 0:
            raise OversizedAnswerError("the trailers are longer than max_head_bytes")
        if not _TRAILER.match(line):
            raise MalformedAnswerError("a trailer is not a field")
        return False

    def _check_unfinished_line(self) -> None:
        """Tell what cannot become a line at once, instead of waiting for its end."""
        if self._awaits_end_of_chunk and self.rest not in (b"", b"\r"):
            raise MalformedAnswerError("a chunk is longer than its size")
        longest = self._most_trailer_bytes if self._in_trailers else LONGEST_LINE
        if len(self.rest) > longest:
            raise OversizedAnswerError("a line of the chunked body is too long")
        if b"\n" in self.rest or b"\r" in self.rest[:-1]:
            raise MalformedAnswerError("a line of the chunked body does not end in CRLF")
