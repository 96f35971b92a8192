"""Request by request the same as `requests`: what the server gets, and what the caller gets."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import Any

import pytest
import requests
from conftest import Lean
from scripted_server import CLOSE, Request, ScriptedServer, dripped, ok

HEAD = b"HTTP/1.1 200 OK\r\n"


def _redirect(status: int, location: str = "/echo") -> list[Any]:
    return [ok(b"", f"Location: {location}".encode(), status=f"{status} Moved".encode())]


def _echo(request: Request) -> list[Any]:
    told = [request.method, request.target, request.fields.get("content-type", "").encode(), request.body]
    return [ok(b"\n".join(told), b"Content-Type: text/plain; charset=utf-8")]


SCRIPTS: dict[str, Any] = {
    "/echo": _echo,
    "/echo?a=1&b=2&b=3": _echo,
    "/echo?q=%C3%A4%20b": _echo,
    "/echo?q=1&p=x+y": _echo,
    "/a%20b/%C3%A4": _echo,
    "/gzip": [ok(gzip.compress(b"words"), b"Content-Encoding: gzip")],
    "/deflate": [ok(zlib.compress(b"words"), b"Content-Encoding: deflate")],
    "/chunked": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nwords\r\n0\r\nT: u\r\n\r\n"],
    "/dripped": dripped(ok(b"words", b"A: b"), 7),
    "/close": [HEAD + b"\r\nwords", CLOSE],
    "/interim": [b"HTTP/1.1 100 Continue\r\n\r\n", ok(b"words")],
    "/latin": [ok("ä".encode("latin-1"), b"Content-Type: text/html")],
    "/utf-8": [ok("ä".encode(), b"Content-Type: text/html; charset=UTF-8")],
    "/json": [ok('{"ä": 1}'.encode(), b"Content-Type: application/json")],
    "/204": [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "/304": [b"HTTP/1.1 304 Not Modified\r\n\r\n"],
    "/404": [ok(b"gone", status=b"404 Not Found")],
    "/500": [ok(b"broken", status=b"500 Internal Server Error")],
    "/302": _redirect(302),
    "/301": _redirect(301),
    "/303": _redirect(303),
    "/307": _redirect(307),
    "/308": _redirect(308, "../echo"),
    "/twice": _redirect(302, "/302"),
    "/cookies": [ok(b"", b"Set-Cookie: a=1; Path=/", b"Set-Cookie: b=2")],
    "/repeated": [ok(b"", b"X: 1", b"X: 2", b"y:   spaces")],
}

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{f"GET {path}": ("GET", path, {}) for path in SCRIPTS if "?" not in path and "%" not in path},
    "HEAD": ("HEAD", "/json", {}),
    "OPTIONS": ("OPTIONS", "/echo", {}),
    "DELETE": ("DELETE", "/echo", {}),
    "DELETE with a body": ("DELETE", "/echo", {"data": "x"}),
    "POST nothing": ("POST", "/echo", {}),
    "POST text": ("POST", "/echo", {"data": "wörds"}),
    "POST form": ("POST", "/echo", {"data": {"a": "1 2", "b": ["x", "ä"]}}),
    "POST json": ("POST", "/echo", {"json": {"a": [1, 2.5, None]}}),
    "PUT": ("PUT", "/echo", {"data": "x"}),
    "PATCH json": ("PATCH", "/echo", {"json": []}),
    "params": ("GET", "/echo", {"params": {"a": 1, "b": [2, 3], "c": None}}),
    "params beside others": ("GET", "/echo?q=1", {"params": {"p": "x y"}}),
    "text that must be quoted": ("GET", "/echo?q=ä b", {}),
    "path that must be quoted": ("GET", "/a b/ä", {}),
    "fragment": ("GET", "/echo#part", {}),
    **{
        f"{method} {status} followed": (method, f"/{status}", {"allow_redirects": True} | body)
        for method, body in (("GET", {}), ("POST", {"data": {"a": "b"}}), ("PUT", {"json": 1}))
        for status in (301, 302, 303, 307, 308)
        # requests drops the body of a PUT, and the method too after 302; only a POST may (RFC 9110, 15.4)
        if method != "PUT" or status not in {301, 302}
    },
    "HEAD 303 followed": ("HEAD", "/303", {"allow_redirects": True}),
    "two redirects": ("GET", "/twice", {"allow_redirects": True}),
}


@pytest.mark.parametrize("case", CALLS)
def test_the_same_as_requests(lean: Lean, server: ScriptedServer, case: str) -> None:
    server.scripts = dict(SCRIPTS)
    method, path, options = CALLS[case]
    theirs = requests.request(method, server.url + path, **({"allow_redirects": False} | options), timeout=5)
    received = server.requests[:]
    server.requests.clear()
    (ours,) = lean.calls(server.url, (method, path, options))

    got = [(each.method, each.target, each.body, each.fields.get("content-type")) for each in server.requests]
    assert got == [
        (each.method, each.target, each.body, each.fields.get("content-type")) for each in received
    ]
    assert [each.fields.get("content-length") for each in server.requests] == [
        # requests says 0 for DELETE and OPTIONS without a body, which means the same
        each.fields.get("content-length") if each.body or each.method in {b"POST", b"PUT", b"PATCH"} else None
        for each in received
    ]
    assert ours["status"] == theirs.status_code
    assert ours["body"] == theirs.content
    assert ours["headers"] == {name.lower(): value for name, value in theirs.headers.items()}
    assert ours["reason"] == theirs.reason
    assert ours["url"] == theirs.url
    assert ours["history"] == [each.status_code for each in theirs.history]
    assert ours["cookies"] == dict(theirs.cookies)
    if theirs.encoding:
        assert ours["text"] == theirs.text
    assert bool(ours["error"]) == (not theirs.ok)


def test_bytes_are_sent_as_they_are(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/echo"] = _echo
    data = {"bytes": base64.b64encode(bytes(range(256))).decode()}
    lean.calls(server.url, ("POST", "/echo", {"data": data}))
    assert server.requests[0].body == bytes(range(256))


@pytest.mark.parametrize("status", [301, 302])
def test_only_a_post_becomes_a_get(lean: Lean, server: ScriptedServer, status: int) -> None:
    server.scripts = dict(SCRIPTS)
    lean.calls(server.url, ("PUT", f"/{status}", {"data": "x", "allow_redirects": True}))
    assert (server.requests[-1].method, server.requests[-1].body) == (b"PUT", b"x")
