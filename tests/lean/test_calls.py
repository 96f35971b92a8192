"""What a call sends and reports: headers, credentials, redirects, cookies, names, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Lean
from scripted_server import HOLD, Request, ScriptedServer, ok

from harness.generator.lean.writing import MOST_KEPT, writer_for


def sent(server: ScriptedServer, lean: Lean, method: str = "GET", **options: Any) -> Request:
    """What the server gets from one call."""
    server.scripts["/x"] = [ok()]
    settings = options.pop("settings", {})
    (outcome,) = lean.calls(options.pop("base", server.url), (method, "/x", options), **settings)
    assert outcome["error"] is None
    return server.requests[-1]


def test_what_goes_with_every_request(lean: Lean, server: ScriptedServer) -> None:
    fields = sent(server, lean).fields
    assert fields == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "locust-harness",
        "accept-encoding": "gzip, deflate, br",
    }


def test_headers_of_a_call_replace_those_of_the_user(lean: Lean, server: ScriptedServer) -> None:
    headers = {"user-agent": "mine", "X-A": "call", "Accept-Encoding": None}
    request = sent(
        server, lean, headers=headers, settings={"default_headers": {"X-A": "user", "X-B": "user"}}
    )
    assert request.head.lower().count(b"user-agent") == 1
    assert (request.fields["user-agent"], request.fields["x-a"]) == ("mine", "call")
    assert request.fields["x-b"] == "user"
    assert "accept-encoding" not in request.fields


def test_json_can_have_another_type(lean: Lean, server: ScriptedServer) -> None:
    fields = sent(server, lean, "POST", json={}, headers={"content-type": "application/hal+json"}).fields
    assert (fields["content-type"], fields["accept"]) == ("application/hal+json", "application/json")


CREDENTIALS = {
    "of the call": {"auth": {"tuple": ["user", "pass:word"]}},
    "of the host": {"credentials": "user:pass%3Aword@"},
}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_credentials_are_sent_as_basic_authorization(lean: Lean, server: ScriptedServer, case: str) -> None:
    options: dict[str, Any] = dict(CREDENTIALS[case])
    base = server.url.replace("//", f"//{options.pop('credentials', '')}")
    # base64 of `user:pass:word`
    assert sent(server, lean, base=base, **options).fields["authorization"] == "Basic dXNlcjpwYXNzOndvcmQ="


REFUSED = {
    "line break in a header": {"headers": {"X": "a\r\nY: b"}},
    "NUL in a header": {"headers": {"X": "a\0"}},
    "space in a header's name": {"headers": {"X Y": "a"}},
    "header that is not Latin-1": {"headers": {"X": "€"}},
    "Transfer-Encoding": {"headers": {"transfer-encoding": "chunked"}, "data": "a"},
    "streaming": {"stream": True},
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_sent_is_refused(lean: Lean, server: ScriptedServer, case: str) -> None:
    (outcome,) = lean.calls(server.url, ("POST", "/x", REFUSED[case]))
    assert outcome["raised"].startswith(("ValueError", "UnicodeEncodeError"))
    assert server.requests == []


@pytest.mark.parametrize("url", ["ftp://h/", "http://", "http:///x", "http://h:99999/", "http://h:x/"])
def test_what_is_no_url_is_refused(lean: Lean, server: ScriptedServer, url: str) -> None:
    (outcome,) = lean.calls(server.url, ("GET", f"/{url}" if url[0] == "f" else url, {}))
    assert "raised" in outcome or outcome["status"] in {0, 404}
    assert all(request.target.startswith(b"/") for request in server.requests)


def test_a_url_cannot_break_out_of_its_line(lean: Lean, server: ScriptedServer) -> None:
    lean.calls(server.url, ("GET", "/x HTTP/1.1\r\nX-Evil: 1\r\n\r\n", {}))
    assert all("x-evil" not in request.fields for request in server.requests)


def test_absolute_urls_go_where_they_say(lean: Lean, server: ScriptedServer) -> None:
    with ScriptedServer({"/y": [ok()]}) as other:
        base = server.url.replace("//", "//user:word@")
        (outcome,) = lean.calls(base, ("GET", f"{other.url}/y", {}))
        assert outcome["status"] == 200
        assert "authorization" not in other.requests[0].fields, "credentials are for the own host only"


def test_a_redirect_is_reported_as_it_is(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok(b"", b"Location: /y", status=b"302 Found")]
    (outcome,) = lean.calls(server.url, ("GET", "/x", {}))
    assert (outcome["status"], outcome["error"], outcome["headers"]["location"]) == (302, None, "/y")
    assert len(server.requests) == 1


def test_redirects_are_bounded(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok(b"", b"Location: /x", status=b"302 Found")]
    (outcome,) = lean.calls(server.url, ("GET", "/x", {"allow_redirects": True}), max_redirects=5)
    assert (outcome["error"], len(server.requests)) == ("RedirectError", 6)
    assert outcome["words"] == "more than 5 redirects"


@pytest.mark.parametrize("location", ["ftp://h/", "http://", "http://h:x/"])
def test_a_redirect_to_what_is_no_url_is_an_error(lean: Lean, server: ScriptedServer, location: str) -> None:
    server.scripts["/x"] = [ok(b"", b"Location: " + location.encode(), status=b"302 Found")]
    (outcome,) = lean.calls(server.url, ("GET", "/x", {"allow_redirects": True}))
    assert outcome["error"] == "RedirectError"


def test_redirects_share_the_time_out(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [0.15, ok(b"", b"Location: /x", status=b"302 Found")]
    (outcome,) = lean.calls(server.url, ("GET", "/x", {"allow_redirects": True}), network_timeout_s=0.4)
    assert outcome["timed_out"]
    assert outcome["took_s"] < 0.6


def test_secrets_do_not_follow_to_another_origin(lean: Lean, server: ScriptedServer) -> None:
    with ScriptedServer({"/y": [ok()]}) as other:
        server.scripts["/x"] = [ok(b"", f"Location: {other.url}/y".encode(), status=b"307 Moved")]
        headers = {"Authorization": "secret", "Cookie": "a=b", "X-Kept": "1"}
        lean.calls(server.url, ("POST", "/x", {"headers": headers, "data": "z", "allow_redirects": True}))
        (request,) = other.requests
        assert not {"authorization", "cookie"} & set(request.fields)
        assert (request.fields["x-kept"], request.body) == ("1", b"z")


def test_cookies_are_kept_only_where_asked_for(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x"] = [ok(b"", b"Set-Cookie: a=1; Path=/", b"Set-Cookie: b=2; Path=/elsewhere")]
    get: tuple[str, str, dict[str, Any]] = ("GET", "/x", {})
    lean.calls(server.url, get, get)
    assert all("cookie" not in request.fields for request in server.requests)
    lean.calls(server.url, get, get, keeps_cookies=True)
    assert server.requests[-1].fields["cookie"] == "a=1"
    lean.calls(server.url, get, ("GET", "/x", {"headers": {"Cookie": "own=1"}}), keeps_cookies=True)
    assert server.requests[-1].fields["cookie"] == "own=1"


def test_cookies_set_by_a_redirect_go_with_the_next_request(lean: Lean, server: ScriptedServer) -> None:
    server.scripts |= {
        "/x": [ok(b"", b"Location: /y", b"Set-Cookie: a=1", status=b"302 Found")],
        "/y": [ok()],
    }
    lean.calls(server.url, ("POST", "/x", {"data": "z", "allow_redirects": True}), keeps_cookies=True)
    assert server.requests[-1].fields["cookie"] == "a=1"


def test_the_event_names_the_request(lean: Lean, server: ScriptedServer) -> None:
    server.scripts["/x?a=1"] = [ok(b"words")]
    call = {"name": "/named", "context": {"k": 1}, "params": {"a": 1}}
    outcomes = lean.calls(server.url, ("GET", "/x", call), ("GET", "/x", {"params": {"a": 1}}))
    assert outcomes[0]["event"] == {
        "request_type": "GET",
        "name": "/named",
        "url": f"{server.url}/x?a=1",
        "context": {"k": 1},
        "response_length": 5,
    }
    assert outcomes[1]["event"]["name"] == "/x"


STATUSES = {
    200: None,
    201: None,
    302: None,
    304: None,
    400: "400 Bad Request",
    503: "503 Service Unavailable",
}


@pytest.mark.parametrize("status", STATUSES)
def test_statuses_fail_as_with_fast_http_user(lean: Lean, server: ScriptedServer, status: int) -> None:
    body = b"" if status == 304 else b"why"
    server.scripts["/x"] = [ok(body, status=f"{status} X".encode())]
    (outcome,) = lean.calls(server.url, ("GET", "/x", {}))
    assert (outcome["status"], outcome["cause"]) == (status, STATUSES[status])
    assert outcome["body"] == body
    assert outcome["timed_out"] is False


def test_urls_that_are_always_new_take_no_memory() -> None:
    """Written requests are kept up to a bound, once for all users; beyond it the next ones are right, too."""
    writer = writer_for("http://h", {"X": "y"})
    for n in range(MOST_KEPT + 10):
        assert f"/{n} ".encode() in writer.write("GET", f"/{n}").head
    assert len(writer._kept) <= MOST_KEPT
    assert writer_for("http://h", {"X": "y"}) is writer
    assert writer_for("http://h", {"X": "z"}) is not writer


def test_users_with_requests_side_by_side_never_share_a_connection(
    lean: Lean, server: ScriptedServer
) -> None:
    server.scripts |= {"/x": [HOLD], "/y": [ok()]}
    outcomes = lean.calls(server.url, ("GET", "/x", {"timeout": 0.1}), ("GET", "/y", {}))
    assert [request.connection for request in server.requests] == [1, 2]
    assert outcomes[1]["error"] is None
