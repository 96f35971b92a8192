"""Malformed answers: whatever comes, a request ends with a response or an error, and never with a wrong body.

Answers are fed to the reader in pieces of any size. What it takes for whole is compared with h11, a parser
by other hands.
"""

from __future__ import annotations

import base64
import random
from itertools import pairwise
from time import perf_counter
from typing import Any

import h11
import pytest
from conftest import Lean
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scripted_server import CLOSE, ScriptedServer

from harness.generator.lean.answer import Answer, Limits, read_answer
from harness.generator.lean.connection import Connection
from harness.generator.lean.errors import FAILURES, AnswerError, ClosedEarlyError, IncompleteAnswerError
from harness.generator.lean.head import UNTIL_CLOSE

LIMITS = Limits(head_bytes=4096, body_bytes=4096)
HEAD = b"HTTP/1.1 200 OK\r\n"
SEEDS = [
    HEAD + b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nwords",
    HEAD + b"content-length: 5, 5\r\nX: a\r\n b\r\nConnection: keep-alive\r\n\r\nwords",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n1;a=b\r\n!\r\n0\r\nT: u\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok",
    b"HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nuntil close",
    b"HTTP/1.1 204 No Content\r\n\r\n",
]
FRAGMENTS = [
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b",", b";", b"0", b"5", b"-1", b"+", b"f", b"x"),
    *(b"\r\n\r\n", b"Content-Length: 5\r\n", b"Content-Length: 6\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"HTTP/1.0",
        b"HTTP/1.1 200 OK\r\n",
        b"0\r\n\r\n",
        b"99999999999999",
    ),
]


class Wire(Connection):
    """A connection without a socket: what has been written comes out in pieces, then the end."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces[::-1]
        self._deadline_s = perf_counter() + 60
        self._is_tls = True  # nothing to wait for

    def receive(self) -> bytes:
        return self._pieces.pop() if self._pieces else b""

    def close(self) -> None:
        pass


def read(answer: bytes, cuts: list[int] | None = None) -> Answer:
    edges = sorted({0, len(answer), *(cut % (len(answer) + 1) for cut in cuts or [])})
    pieces = [answer[begin:end] for begin, end in pairwise(edges)]
    return read_answer(Wire(pieces), LIMITS, sent_bytes=1, to_head_request=False)


def theirs(answer: bytes) -> tuple[int, bytes] | str:
    """Status and body by h11, at the end of the connection, or the fault that it finds."""
    try:
        return _by_h11(answer)
    except h11.RemoteProtocolError as error:
        return str(error)


def _by_h11(answer: bytes) -> tuple[int, bytes]:
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=10**6)
    parser.send(h11.Request(method="GET", target="/", headers=[("host", "h")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(answer)
    parser.receive_data(b"")
    status, body = 0, b""
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return status, body
        elif not isinstance(event, h11.InformationalResponse):
            raise h11.RemoteProtocolError("no end")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    answer = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(answer)))
        answer = draw(
            st.one_of(
                st.sampled_from(FRAGMENTS).map(lambda new, a=answer, at=at: a[:at] + new + a[at:]),
                st.integers(1, 9).map(lambda n, a=answer, at=at: a[:at] + a[at + n :]),
                st.integers(0, 255).map(lambda n, a=answer, at=at: a[:at] + bytes([n]) + a[at + 1 :]),
                st.integers(1, 20).map(lambda n, a=answer, at=at: a[:at] + a[at : at + n] + a[at:]),
            )
        )
    return answer


@settings(max_examples=600, deadline=None)
@given(mutated(), st.lists(st.integers(0, 500), max_size=6))
@example(HEAD + b"Content-Length: 5\r\n\r\nwor", [])
def test_what_is_taken_for_whole_is_what_another_parser_reads(answer: bytes, cuts: list[int]) -> None:
    try:
        ours = read(answer, cuts)
    except (AnswerError, ClosedEarlyError):
        return
    assert theirs(answer) == (ours.head.status, ours.body) or _is_pedantry(theirs(answer))


def _is_pedantry(fault: tuple[int, bytes] | str) -> bool:
    """What h11 refuses although it does not change where a body ends: control characters in fields."""
    return isinstance(fault, str) and ("illegal header" in fault or "illegal status line" in fault)


@settings(max_examples=200, deadline=None)
@given(mutated(), st.lists(st.integers(0, 500), max_size=6), st.lists(st.integers(0, 500), max_size=6))
def test_pieces_make_no_difference(answer: bytes, cuts: list[int], others: list[int]) -> None:
    def outcome(pieces: list[int]) -> Any:
        try:
            found = read(answer, pieces)
        except (AnswerError, ClosedEarlyError):
            return "error"
        return found.head.status, found.body

    assert outcome(cuts) == outcome(others)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_an_error(noise: bytes) -> None:
    with pytest.raises((AnswerError, ClosedEarlyError)):
        read(noise)


@pytest.mark.parametrize("seed", SEEDS[:4], ids=["counted", "folded", "chunked", "interim"])
def test_an_answer_cut_anywhere_is_an_error(seed: bytes) -> None:
    assert read(seed).head.length != UNTIL_CLOSE
    for end in range(len(seed)):
        with pytest.raises((IncompleteAnswerError, ClosedEarlyError)):
            read(seed[:end])


def test_mutated_answers_end_in_time_over_a_real_connection(lean: Lean, server: ScriptedServer) -> None:
    """One session, 300 answers, then the end of the connection or a lasting silence: no hang, no crash."""
    rng = random.Random(7)
    answers: list[list[Any]] = []
    for _ in range(300):
        answer = bytearray(rng.choice(SEEDS))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(answer))
            if rng.random() < 0.5:
                answer[at] = rng.randrange(256)
            else:
                answer[at:at] = rng.choice(FRAGMENTS)
        answers.append([bytes(answer), CLOSE] if rng.random() < 0.9 else [bytes(answer)])
    server.scripts = {f"/{n}": answer for n, answer in enumerate(answers)}
    limit_s = 0.1
    outcomes = lean.calls(server.url, *(("GET", f"/{n}", {}) for n in range(300)), network_timeout_s=limit_s)
    names = {error.__name__ for kind in FAILURES for error in (kind, *kind.__subclasses__())}
    for n, outcome in enumerate(outcomes):
        assert "raised" not in outcome, (answers[n], outcome)
        assert outcome["took_s"] < limit_s + 0.5
        if outcome["error"] in {None, "LocustBadStatusCode"}:
            assert outcome["body"] == read(answers[n][0]).body, base64.b64encode(answers[n][0])
        else:
            assert outcome["body"] is None
            assert outcome["error"] in names | {"ClosedEarlyError", "RequestTimeoutError"}
