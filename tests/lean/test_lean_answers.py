"""Answers as they come off the wire: what is right gives a body, what is broken gives an error, at once."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from scripted_server import CLOSE, HOLD, RESET, dripped, ok

Ask = Callable[..., dict[str, Any]]
MALFORMED, INCOMPLETE, OVERSIZED = "MalformedAnswerError", "IncompleteAnswerError", "OversizedAnswerError"
UNDECODABLE, CLOSED_EARLY = "UndecodableAnswerError", "ClosedEarlyError"
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATED = RAW.compress(b"words " * 99) + RAW.flush()
BROTLI = import_module("brotli").compress(b"words " * 99)

RIGHT = {
    "plain": ([ok(b"words")], b"words"),
    "empty": ([ok(b"")], b""),
    "no reason, no space": ([HEAD.replace(b" OK", b"") + b"Content-Length: 1\r\n\r\na"], b"a"),
    "byte by byte": (dripped(ok(b"words", b"X-Y: z")), b"words"),
    "chunked": ([CHUNKED + b"5\r\nwords\r\n0\r\n\r\n"], b"words"),
    "chunked byte by byte": (
        dripped(CHUNKED + b"5\r\nwords\r\n00000b\r\n more words\r\n0\r\n\r\n"),
        b"words more words",
    ),
    "chunk extensions": ([CHUNKED + b'5;a=b;c="d e"\r\nwords\r\n0;last\r\n\r\n'], b"words"),
    "trailers": ([CHUNKED + b"5\r\nwords\r\n0\r\nX-Sum: 7\r\nY: \r\n\r\n"], b"words"),
    "chunked in capitals": ([CHUNKED.replace(b"chunked", b"CHUNKED") + b"5\r\nwords\r\n0\r\n\r\n"], b"words"),
    "until close": ([HEAD + b"\r\nwords", 0.01, b" more", CLOSE], b"words more"),
    "HTTP/1.0 until close": ([b"HTTP/1.0 200 OK\r\n\r\nwords", CLOSE], b"words"),
    "same length twice": ([HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nwords"], b"words"),
    "same length in a list": ([HEAD + b"Content-Length: 5, 5\r\n\r\nwords"], b"words"),
    "folded line": ([HEAD + b"X: a\r\n  b\r\nContent-Length:\r\n 5\r\n\r\nwords"], b"words"),
    "interim answers": (
        [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0.01, ok(b"words")],
        b"words",
    ),
    "garbage after the body": ([ok(b"words") + b"garbage"], b"words"),
    "gzip": ([ok(gzip.compress(b"words " * 99), b"Content-Encoding: gzip")], b"words " * 99),
    "gzip in two members": (
        [ok(gzip.compress(b"a") + gzip.compress(b"b"), b"Content-Encoding: GZIP")],
        b"ab",
    ),
    "deflate": ([ok(zlib.compress(b"words " * 99), b"Content-Encoding: deflate")], b"words " * 99),
    "deflate without header": ([ok(RAW_DEFLATED, b"Content-Encoding: deflate")], b"words " * 99),
    "brotli": ([ok(BROTLI, b"Content-Encoding: br")], b"words " * 99),
    "two encodings": ([ok(gzip.compress(zlib.compress(b"a")), b"Content-Encoding: deflate, gzip")], b"a"),
    "encoding that was not offered": ([ok(b"a", b"Content-Encoding: odd")], b"a"),
    "encoded but empty": ([ok(b"", b"Content-Encoding: gzip")], b""),
    "large": ([ok(b"x" * 3_000_000)], b"x" * 3_000_000),
}


@pytest.mark.parametrize("case", RIGHT)
def test_right_answers_give_their_body(answered: Ask, case: str) -> None:
    steps, body = RIGHT[case]
    outcome = answered(*steps)
    assert (outcome["error"], outcome["status"], outcome["body"]) == (None, 200, body)
    assert outcome["event"]["response_length"] == len(body)


BROKEN = {
    "nothing": ([CLOSE], CLOSED_EARLY),
    "reset": ([RESET], CLOSED_EARLY),
    "another protocol": ([b"220 mail ready\r\n", HOLD], MALFORMED),
    "HTTP/2": ([b"HTTP/2 200\r\n\r\n", HOLD], MALFORMED),
    "lines end in LF": ([b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", HOLD], MALFORMED),
    "bare CR in a field": ([HEAD + b"X: a\rb\r\nContent-Length: 0\r\n\r\n", HOLD], MALFORMED),
    "NUL in a field": ([HEAD + b"X: a\0b\r\nContent-Length: 0\r\n\r\n", HOLD], MALFORMED),
    "field without colon": ([HEAD + b"nonsense\r\nContent-Length: 0\r\n\r\n"], MALFORMED),
    "space before the colon": ([HEAD + b"Content-Length : 0\r\n\r\n"], MALFORMED),
    "fold after the status line": ([HEAD + b" X: y\r\nContent-Length: 0\r\n\r\n"], MALFORMED),
    "status of two digits": ([b"HTTP/1.1 20 OK\r\n\r\n", CLOSE], MALFORMED),
    "head cut short": ([HEAD + b"Content-Le", CLOSE], INCOMPLETE),
    "body cut short": ([HEAD + b"Content-Length: 9\r\n\r\nwords", CLOSE], INCOMPLETE),
    "body reset": ([HEAD + b"Content-Length: 9\r\n\r\nwords", 0.02, RESET], INCOMPLETE),
    "body until reset": ([HEAD + b"\r\nwords", 0.02, RESET], INCOMPLETE),
    "lengths that disagree": ([HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords"], MALFORMED),
    "list of lengths that disagree": ([HEAD + b"Content-Length: 5, 6\r\n\r\nwords", HOLD], MALFORMED),
    "negative length": ([HEAD + b"Content-Length: -1\r\n\r\n", HOLD], MALFORMED),
    "length with a plus": ([HEAD + b"Content-Length: +5\r\n\r\nwords", HOLD], MALFORMED),
    "length in hex": ([HEAD + b"Content-Length: 0x5\r\n\r\nwords", HOLD], MALFORMED),
    "no length in the field": ([HEAD + b"Content-Length: \r\n\r\n", HOLD], MALFORMED),
    "length of 5,000 digits": ([HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", HOLD], MALFORMED),
    "chunked and a length": ([CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n5\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "chunked in HTTP/1.0": ([CHUNKED.replace(b"1.1", b"1.0") + b"5\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "coding before chunked": ([CHUNKED.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n"], MALFORMED),
    "chunked is not the last": (
        [CHUNKED.replace(b"chunked", b"chunked, identity") + b"words", CLOSE],
        MALFORMED,
    ),
    "chunked twice": ([CHUNKED[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], MALFORMED),
    "size is no number": ([CHUNKED + b"5z\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "size with a space": ([CHUNKED + b"5 \r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "negative size": ([CHUNKED + b"-5\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "size in hex with 0x": ([CHUNKED + b"0x5\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "size ends in LF": ([CHUNKED + b"5\nwords\r\n0\r\n\r\n", HOLD], MALFORMED),
    "size of 17 digits": ([CHUNKED + b"00000000000000005\r\nwords\r\n0\r\n\r\n"], MALFORMED),
    "chunk longer than its size": ([CHUNKED + b"4\r\nwords\r\n0\r\n\r\n", HOLD], MALFORMED),
    "chunk shorter than its size": ([CHUNKED + b"6\r\nwords\r\n0\r\n\r\n", HOLD], MALFORMED),
    "trailer is no field": ([CHUNKED + b"0\r\nnonsense\r\n\r\n", HOLD], MALFORMED),
    "no last chunk": ([CHUNKED + b"5\r\nwords\r\n", CLOSE], INCOMPLETE),
    "no end of the trailers": ([CHUNKED + b"5\r\nwords\r\n0\r\n", CLOSE], INCOMPLETE),
    "endless size": ([CHUNKED + b"0" * 9000, HOLD], OVERSIZED),
    "endless trailers": ([CHUNKED + b"0\r\n" + b"X: y\r\n" * 20000, HOLD], OVERSIZED),
    "endless head": ([HEAD + b"X: y\r\n" * 20000, HOLD], OVERSIZED),
    "endless interim answers": ([b"HTTP/1.1 100 Continue\r\n\r\n" * 50, HOLD], MALFORMED),
    "upgrade nobody asked for": ([b"HTTP/1.1 101 Switching Protocols\r\n\r\n", HOLD], MALFORMED),
    "gzip cut short": ([ok(gzip.compress(b"words")[:-6], b"Content-Encoding: gzip")], UNDECODABLE),
    "not gzip": ([ok(b"words", b"Content-Encoding: gzip")], UNDECODABLE),
    "not deflate": ([ok(b"\xff" * 9, b"Content-Encoding: deflate")], UNDECODABLE),
    "not brotli": ([ok(b"\xff" * 9, b"Content-Encoding: br")], UNDECODABLE),
    "brotli cut short": ([ok(BROTLI[:-3], b"Content-Encoding: br")], UNDECODABLE),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_answers_are_errors_at_once(answered: Ask, case: str) -> None:
    steps, error = BROKEN[case]
    outcome = answered(*steps)
    assert (outcome["error"], outcome["status"], outcome["body"]) == (error, 0, None)
    assert outcome["took_s"] < 1.5, "found at once, not by the time-out of 2 s"


LONG = {
    "a body of known length": [ok(b"x" * 1001), HOLD],
    "a chunked body": [CHUNKED + b"3e9\r\n", HOLD],
    "a body until close": [HEAD + b"\r\n" + b"x" * 1001, HOLD],
    "a body that unfolds": [ok(gzip.compress(b"x" * 1001), b"Content-Encoding: gzip"), HOLD],
    "a brotli body that unfolds": [
        ok(import_module("brotli").compress(b"x" * 1001), b"Content-Encoding: br")
    ],
}


@pytest.mark.parametrize("case", LONG)
def test_a_body_over_the_limit_is_an_error(answered: Ask, case: str) -> None:
    outcome = answered(*LONG[case], settings={"limits": [500, 1000]})
    assert (outcome["error"], outcome["body"]) == (OVERSIZED, None)


def test_a_head_over_the_limit_is_an_error(answered: Ask) -> None:
    outcome = answered(ok(b"", b"X: " + b"y" * 500), settings={"limits": [500, 1000]})
    assert outcome["error"] == OVERSIZED


BODYLESS = {
    "HEAD": ("HEAD", [HEAD + b"Content-Length: 9\r\n\r\n"], 200),
    "HEAD chunked": ("HEAD", [CHUNKED], 200),
    "204": ("DELETE", [b"HTTP/1.1 204 No Content\r\n\r\n"], 204),
    "304": ("GET", [b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"], 304),
}


@pytest.mark.parametrize("case", BODYLESS)
def test_answers_without_a_body_do_not_wait_for_one(answered: Ask, case: str) -> None:
    method, steps, status = BODYLESS[case]
    outcome = answered(*steps, method=method)
    assert (outcome["error"], outcome["status"], outcome["body"]) == (None, status, b"")


def test_folded_and_repeated_fields_are_read_as_one(answered: Ask) -> None:
    headers = answered(ok(b"", b"X: a\r\n\t b", b"Y: 1", b"y: 2"))["headers"]
    assert (headers["x"], headers["y"]) == ("a b", "1, 2")
