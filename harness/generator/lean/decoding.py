"""Undoes the Content-Encoding of a body: gzip, deflate, and brotli where a library for it is installed.

What is cut short or broken is an error, and so is a small body that unfolds beyond the limit. An encoding
that was not offered leaves the body as it came, as `requests` does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

from harness.generator.lean.errors import OversizedAnswerError, UndecodableAnswerError

GZIP_BEGIN = b"\x1f\x8b"
_GZIP_WBITS = 16 + zlib.MAX_WBITS


def _find_brotli() -> Any:
    """The library that geventhttpclient brings, if it can bound what it decodes (from 1.2)."""
    try:
        brotli = import_module("brotli")
    except ImportError:
        return None
    return brotli if hasattr(brotli.Decompressor, "can_accept_more_data") else None


_brotli = _find_brotli()


def decoded(body: bytes, encodings: str, most_bytes: int) -> bytes:
    """The body before its encodings, a Content-Encoding's value such as `gzip`, were applied to it."""
    for encoding in reversed(encodings.split(",")):
        decode = DECODERS.get(encoding.strip().lower())
        if decode is None or not body:
            return body
        body = decode(body, most_bytes)
    return body


def _gunzip(body: bytes, most_bytes: int) -> bytes:
    """All members of a gzip file; padding after the last one is ignored, as gzip itself does."""
    parts: list[bytes] = []
    while True:
        part, body = _inflate(body, most_bytes, _GZIP_WBITS)
        parts.append(part)
        most_bytes -= len(part)
        if not body.startswith(GZIP_BEGIN):
            return b"".join(parts)


def _inflate(body: bytes, most_bytes: int, wbits: int) -> tuple[bytes, bytes]:
    """The decompressed body, and what came after its end."""
    stream = zlib.decompressobj(wbits)
    try:
        found = stream.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise UndecodableAnswerError("the body is not as its Content-Encoding says") from error
    _check_size(found, most_bytes)
    if not stream.eof:
        raise UndecodableAnswerError("the compressed body is cut short")
    return found, stream.unused_data


def _deflate(body: bytes, most_bytes: int) -> bytes:
    """With a zlib header, as RFC 9110 (8.4.1.2) has it, or without, as some servers send it."""
    try:
        return _inflate(body, most_bytes, zlib.MAX_WBITS)[0]
    except UndecodableAnswerError:
        return _inflate(body, most_bytes, -zlib.MAX_WBITS)[0]


def _unbrotli(body: bytes, most_bytes: int) -> bytes:
    stream = _brotli.Decompressor()
    try:
        found: bytes = stream.process(body, output_buffer_limit=most_bytes + 1)
    except _brotli.error as error:
        raise UndecodableAnswerError("the body is not as its Content-Encoding says") from error
    _check_size(found, most_bytes)
    if not stream.is_finished():
        raise UndecodableAnswerError("the compressed body is cut short")
    return found


def _check_size(found: bytes, most_bytes: int) -> None:
    if len(found) > most_bytes:
        raise OversizedAnswerError("the decoded body is longer than max_body_bytes")


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    **({"br": _unbrotli} if _brotli else {}),
}
OFFERED = "gzip, deflate, br" if _brotli else "gzip, deflate"
"""What to accept."""
