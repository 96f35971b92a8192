"""The null server answers every request once, whatever pieces it arrives in."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from harness.run.null_server import ANSWER, ANSWER_HEAD, CONTINUE


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "harness.run.null_server"], stdout=subprocess.PIPE, text=True
    )
    try:
        line = json.loads(server.stdout.readline())
        assert line["pids"] == {"api": [server.pid]}
        yield int(line["base_url"].rsplit(":", 1)[1])
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
        yield made


def read(connection: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length and (piece := connection.recv(4096)):
        found += piece
    return found


POST = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"
TRAILED = b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n"


@pytest.mark.parametrize(
    "requests",
    [(GET,), (POST,), (CHUNKED,), (TRAILED,), (POST, GET, CHUNKED, POST, TRAILED, GET)],
    ids=["get", "body", "chunked body", "trailers", "pipelined"],
)
@pytest.mark.parametrize("piece", [1, 7, 1000], ids=["byte by byte", "in pieces", "at once"])
def test_every_request_gets_one_answer(
    connection: socket.socket, requests: tuple[bytes, ...], piece: int
) -> None:
    sent = b"".join(requests)
    for start in range(0, len(sent), piece):
        connection.sendall(sent[start : start + piece])
    assert read(connection, len(ANSWER) * len(requests)) == ANSWER * len(requests)
    connection.sendall(b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert read(connection, 10_000) == ANSWER  # nothing more, and then the end


def test_a_body_that_looks_like_a_request_is_a_body(connection: socket.socket) -> None:
    connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(GET), GET))
    connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert read(connection, 10_000) == ANSWER * 2


def test_head_gets_no_body_and_an_expectant_client_is_told_to_continue(connection: socket.socket) -> None:
    connection.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
    assert read(connection, len(ANSWER_HEAD)) == ANSWER_HEAD
    connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert read(connection, len(CONTINUE)) == CONTINUE
    connection.sendall(b"hi")
    assert read(connection, len(ANSWER)) == ANSWER


def test_a_head_without_an_end_is_not_kept_for_ever(connection: socket.socket) -> None:
    with suppress(OSError):  # reset while it is still sent
        for _ in range(10_000):
            connection.sendall(b"x" * 1000)
    with suppress(OSError):  # reset or closed, as the system likes
        assert connection.recv(1) == b""
