"""Connections: kept, replaced, retried only where nothing can happen twice, and never waited on for ever."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest
from conftest import Lean
from scripted_server import CLOSE, HOLD, RESET, Request, ScriptedServer, dripped, ok

GET: tuple[str, str, dict[str, Any]] = ("GET", "/x", {})
POST: tuple[str, str, dict[str, Any]] = ("POST", "/x", {"data": "a"})
HEAD = b"HTTP/1.1 200 OK\r\n"


def test_one_connection_carries_all_requests(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok()]
    outcomes = lean.calls(server.url, GET, POST, GET)
    assert [outcome["status"] for outcome in outcomes] == [200] * 3
    assert server.connections == 1


ENDS = {
    "connection: close": [ok(b"ok", b"Connection: close")],
    "close among options": [ok(b"ok", b"connection: x, Close")],
    "HTTP/1.0": [ok().replace(b"1.1", b"1.0")],
    "until close": [HEAD + b"\r\nok", CLOSE],
    "garbage after the body": [ok() + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"],
    "garbage a little later": [ok(), 0.05, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"],
    "garbage after chunks": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\npoison"],
    "body of an answer to HEAD": [HEAD + b"Content-Length: 2\r\n\r\nok"],
}


@pytest.mark.parametrize("case", ENDS)
def test_a_connection_that_cannot_be_trusted_is_not_used_again(
    lean: Lean, server: ScriptedServer, case: str
) -> None:
    server.scripts["/x"] = ENDS[case]
    method = "HEAD" if "HEAD" in case else "GET"
    outcomes = lean.calls(server.url, (method, "/x", {}), ("POST", "/x", {"pause": 0.15}))
    assert [outcome["error"] for outcome in outcomes] == [None, None]
    assert outcomes[1]["body"] == b"ok"
    assert [request.connection for request in server.requests] == [1, 2]


def test_http_1_0_can_be_kept_alive(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok(b"ok", b"Connection: keep-alive").replace(b"1.1", b"1.0")]
    lean.calls(server.url, GET, GET)
    assert server.connections == 1


def test_a_request_that_asks_for_it_closes_the_connection(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok()]
    lean.calls(server.url, ("GET", "/x", {"headers": {"connection": "close"}}), GET)
    assert server.connections == 2


@pytest.mark.parametrize("end", [CLOSE, RESET])
def test_a_connection_closed_while_idle_is_replaced_for_any_method(
    lean: Lean, server: ScriptedServer, end: str
) -> None:
    server.scripts["/x"] = [ok(), 0.02, end]
    outcomes = lean.calls(server.url, POST, ("POST", "/x", {"data": "b", "pause": 0.2}))
    assert [outcome["error"] for outcome in outcomes] == [None, None]
    assert [request.body for request in server.requests] == [b"a", b"b"], "nothing was sent twice"


def _once_then(*steps: Any) -> Any:
    """The second request of the first connection gets `steps`; all others are answered."""
    seen: list[int] = []

    def script(request: Request) -> list[Any]:
        seen.append(request.connection)
        return list(steps) if seen == [1, 1] else [ok()]

    return script


RETRIES = {"GET": 3, "HEAD": 3, "PUT": 3, "DELETE": 3, "OPTIONS": 3, "POST": 2, "PATCH": 2}


@pytest.mark.parametrize("end", [CLOSE, RESET])
@pytest.mark.parametrize("method", RETRIES)
def test_only_idempotent_requests_are_sent_again(
    lean: Lean, server: ScriptedServer, method: str, end: str
) -> None:
    server.scripts["/x"] = _once_then(end)
    server.scripts["/warm"] = server.scripts["/x"]
    outcomes = lean.calls(server.url, ("OPTIONS", "/warm", {}), (method, "/x", {}))
    assert len(server.requests) == RETRIES[method]
    is_retried = RETRIES[method] == 3
    assert outcomes[1]["error"] == (None if is_retried else "ClosedEarlyError")
    assert outcomes[1]["cause"] == (None if is_retried else "connection reset")


def test_a_request_is_sent_again_once_only(lean: Lean, server: ScriptedServer) -> None:
    server.scripts |= {"/x": [CLOSE], "/warm": [ok()]}
    outcomes = lean.calls(server.url, ("GET", "/warm", {}), GET)
    assert outcomes[1]["error"] == "ClosedEarlyError"
    assert len(server.requests) == 3


def test_nothing_is_sent_again_after_a_first_byte(lean: Lean, server: ScriptedServer) -> None:
    server.scripts |= {"/x": [b"H", CLOSE], "/warm": [ok()]}
    outcomes = lean.calls(server.url, ("GET", "/warm", {}), GET)
    assert outcomes[1]["error"] == "IncompleteAnswerError"
    assert len(server.requests) == 2


SLOW = {
    "no answer": [HOLD],
    "half a head": [HEAD, HOLD],
    "half a body": [HEAD + b"Content-Length: 9\r\n\r\nwords", HOLD],
    "half a chunk": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nwords", HOLD],
    "no end": [HEAD + b"\r\nwords", HOLD],
    "only interim answers": [b"HTTP/1.1 100 Continue\r\n\r\n", HOLD],
    "a byte now and then": dripped(ok(b"x" * 5000), 1),
}


@pytest.mark.parametrize("case", SLOW)
def test_the_whole_request_is_bounded_by_its_time_out(lean: Lean, server: ScriptedServer, case: str) -> None:
    server.scripts |= {"/x": SLOW[case], "/quick": [ok()]}
    quick = ("GET", "/quick", {})
    outcomes = lean.calls(server.url, quick, GET, quick, network_timeout_s=0.3)
    assert outcomes[1]["error"] == "RequestTimeoutError"
    assert (outcomes[1]["cause"], outcomes[1]["timed_out"]) == ("timed out", True)
    assert 0.29 < outcomes[1]["took_s"] < 0.6
    assert 290 < outcomes[1]["response_time"] < 600
    assert (outcomes[0]["error"], outcomes[2]["error"]) == (None, None)
    assert len(server.requests) == 3, "what timed out is not repeated"


def test_a_call_can_have_a_time_out_of_its_own(lean: Lean, server: ScriptedServer) -> None:
    server.scripts |= {"/x": [0.3, ok()], "/quick": [ok()]}
    quick = ("GET", "/quick", {})
    short = ("GET", "/x", {"timeout": 0.1})
    pair = ("GET", "/x", {"timeout": {"tuple": [5, 0.1]}})
    long = ("GET", "/x", {"timeout": 5})
    outcomes = lean.calls(server.url, quick, short, pair, long, network_timeout_s=0.2)
    assert [outcome["timed_out"] for outcome in outcomes] == [False, True, True, False]


def test_connecting_is_bounded(lean: Lean) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        full_url = f"http://127.0.0.1:{full.getsockname()[1]}"
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:  # the queue of the listener is full: further SYNs are not answered
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        time.sleep(0.05)  # until the kernel has dealt with them
        (outcome,) = lean.calls(full_url, GET, connection_timeout_s=0.2)
        for filler in fillers:
            filler.close()
    assert (outcome["error"], outcome["timed_out"]) == ("ConnectTimeoutError", True)
    assert outcome["took_s"] < 0.6


def test_a_refused_connection_is_named(lean: Lean) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    (outcome,) = lean.calls(url, GET)
    assert (outcome["cause"], outcome["status"], outcome["body"]) == ("connection refused", 0, None)


def test_an_answer_that_comes_before_all_was_sent_is_read(lean: Lean) -> None:
    """The server answers after some of the body and closes: the rest cannot be sent any more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(100)
                peer.sendall(ok(b"too much", status=b"413 Content Too Large"))
                peer.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        (outcome,) = lean.calls(url, ("POST", "/x", {"data": "x" * 20_000_000}), network_timeout_s=3)
        thread.join()
    # A reset may overtake the answer and wipe it out; then the connection was lost, in so many words.
    assert (outcome["status"], outcome["error"]) in {(413, "LocustBadStatusCode"), (0, "ClosedEarlyError")}


def test_a_body_larger_than_all_buffers_arrives(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok()]
    (outcome,) = lean.calls(server.url, ("PUT", "/x", {"data": "x" * 10_000_000}))
    assert outcome["status"] == 200
    assert server.requests[0].body == b"x" * 10_000_000


def test_ipv6_addresses_can_be_hosts(lean: Lean) -> None:
    with ScriptedServer({"/x": [ok()]}, host="::1") as server:
        (outcome,) = lean.calls(server.url, GET)
        assert outcome["status"] == 200
        assert server.requests[0].fields["host"] == f"[::1]:{server.port}"


def test_a_name_with_several_addresses_is_tried_through(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok()]
    (outcome,) = lean.calls(f"http://localhost:{server.port}", GET)
    assert outcome["status"] == 200
