"""Cases of the user and its responses, run one by one in a process of their own: `user_cases.py NAME`.

Locust patches sockets and threads of whoever imports it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
import locust  # before all that follows: it patches
from gevent.pywsgi import WSGIServer
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from locust.exception import CatchResponseError, LocustError, ResponseError, StopTest, StopUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_STOPPING

from harness.generator.causes import cause_of
from harness.generator.in_flight import InFlight
from harness.generator.lean.session import LeanSession
from harness.generator.lean.user import LeanHttpUser


class Lean(LeanHttpUser):
    abstract = True


class Fast(FastHttpUser):
    abstract = True


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    path = environ["PATH_INFO"]
    if path == "/slow":
        gevent.sleep(5)
    start("500 Broken" if path == "/500" else "200 OK", [("Content-Type", "application/json")])
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [b'{"a": 1}'] if path != "/text" else [b"text"]


class Scene:
    """A server, a user of a class, and the events it fired."""

    def __init__(self, user_class: type[Any], **attributes: Any) -> None:
        server = WSGIServer(("127.0.0.1", 0), application, log=None)
        server.start()
        self.events: list[dict[str, Any]] = []
        environment = Environment(user_classes=[user_class], host=f"http://127.0.0.1:{server.server_port}")
        environment.events.request.add_listener(lambda **event: self.events.append(event))
        made = type("Made", (user_class,), {"host": environment.host, **attributes})
        self.user = made(environment)
        self.client = self.user.client

    def close(self) -> None:
        """FastHttpUser leaves its sockets to the collector, which warns of them."""
        if isinstance(self.user, FastHttpUser):
            self.client.client.close()

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


def _raise(error: BaseException) -> None:
    raise error


def _blocks() -> dict[str, Callable[[Any], None]]:
    return {
        "nothing": lambda response: None,
        "success": lambda response: response.success(),
        "failure": lambda response: response.failure("words"),
        "failure with an error": lambda response: response.failure(KeyError("k")),
        "failure, then success": lambda response: (response.failure("words"), response.success()),
        "ResponseError": lambda response: _raise(ResponseError("words")),
        "another error": lambda response: _raise(KeyError("k")),
        "failure, then another error": lambda response: (response.failure("w"), _raise(KeyError("k"))),
        "raise_for_status": lambda response: response.raise_for_status(),
        "failure, then raise_for_status": lambda response: (
            response.failure("w"),
            response.raise_for_status(),
        ),
        "success, then raise_for_status": lambda response: (
            response.success(),
            response.raise_for_status(),
        ),
        "context": lambda response: response.request_meta["context"].update(remark="r"),
    }


def a_with_block_ends_as_with_fast_http_user() -> None:
    outcomes: dict[str, list[Any]] = {}
    for kind in (Lean, Fast):
        scene = Scene(kind)
        for path in ("/", "/500"):
            for name, block in _blocks().items():
                scene.events.clear()
                raised = None
                try:
                    with scene.client.get(path, catch_response=True) as response:
                        block(response)
                except Exception as error:  # noqa: BLE001  compared below
                    raised = type(error).__name__
                fired = [
                    (type(event["exception"]).__name__, str(event["exception"])[-10:], event["context"])
                    for event in scene.events
                ]
                outcomes.setdefault(f"{path} {name}", []).append((raised, fired))
        scene.close()
    assert len(outcomes) == 24
    for case, (ours, theirs) in outcomes.items():
        assert ours == theirs, (case, ours, theirs)


def events_are_as_those_of_fast_http_user() -> None:
    ours, theirs = Scene(Lean), Scene(Fast)
    for method in ("get", "post", "put", "patch", "delete", "head", "options"):
        for path in ("/", "/500"):
            for scene in (ours, theirs):
                response = getattr(scene.client, method)(path, name="n")
                assert response.status_code == (500 if path == "/500" else 200), (
                    method,
                    path,
                    response.error,
                )
                assert response.ok == (path == "/")
            same = ("request_type", "name", "context", "response_length")
            assert {key: ours.last[key] for key in same} == {key: theirs.last[key] for key in same}
            assert set(ours.last) == set(theirs.last)
            assert repr(ours.last["exception"])[:50] == repr(theirs.last["exception"])[:50]
    theirs.close()
    assert ours.events[0]["response"].json() == theirs.events[0]["response"].json() == {"a": 1}


def outcomes_can_be_changed_in_a_with_block_only() -> None:
    client = Scene(Lean).client
    for wrong in (
        lambda: client.get("/").success(),
        lambda: client.get("/", catch_response=True).failure("x"),
        lambda: client.get("/").__enter__(),
    ):
        with suppress(LocustError):
            wrong()
            raise AssertionError("no error")


def a_response_in_a_block_is_freed_at_once() -> None:
    """No cycle: a collector with nothing to do is a collector that does not disturb the measurement."""
    import gc
    import weakref

    scene = Scene(Lean)
    gc.collect()
    gc.disable()
    with scene.client.get("/", catch_response=True) as response:
        response.success()
    gone = weakref.ref(response)
    del response
    scene.events.clear()
    assert gone() is None


def rest_parses_json_and_fails_what_is_none() -> None:
    scene = Scene(Lean)
    with scene.user.rest("GET", "/") as response:
        assert response.js == {"a": 1}
    assert scene.last["exception"] is None
    with scene.user.rest("GET", "/text") as response:
        pass
    assert isinstance(scene.last["exception"], CatchResponseError)
    with scene.user.rest("GET", "/") as response:
        assert response.js == 2, "told"
    assert str(scene.last["exception"]) == "told"
    with scene.user.rest_("GET", "/") as response:
        pass
    assert scene.last["name"] == "/?_=..."


def requests_can_be_renamed_and_contexts_are_merged() -> None:
    scene = Scene(Lean, context=lambda self: {"user": 1, "k": 1})
    with scene.client.rename_request("group"):
        scene.client.get("/", context={"k": 2})
    assert (scene.last["name"], scene.last["context"]) == ("group", {"user": 1, "k": 2})
    scene.client.get("/")
    assert (scene.last["name"], scene.last["context"]) == ("/", {"user": 1, "k": 1})
    scene.client.base_url = f"{scene.client.base_url}/base"
    assert scene.client.get("/x").url.endswith("/base/x")


def settings_are_class_attributes() -> None:
    scene = Scene(Lean, network_timeout=0.1, default_headers={"X": "y"}, cookies=True, max_body_bytes=3)
    assert type(scene.client.get("/slow").error).__name__ == "RequestTimeoutError"
    assert type(scene.client.get("/").error).__name__ == "OversizedAnswerError"
    assert scene.client.cookiejar is not None
    assert Scene(Lean).client.cookiejar is None


def a_wrong_host_stops_the_test() -> None:
    for host in (None, "localhost:80", "ftp://h"):
        try:
            type("Wrong", (Lean,), {"host": host})(Environment())
        except StopTest:
            continue
        raise AssertionError(host)


def a_killed_request_is_recorded_as_unfinished_and_its_connection_dropped() -> None:
    """By the approach of in_flight.py: the session's `request` is watched, at the class."""
    in_flight = InFlight()
    LeanSession.request = in_flight._watched(LeanSession.request)  # type: ignore[method-assign]
    scene = Scene(Lean)
    scene.user._state = LOCUST_STATE_RUNNING
    scene.client.get("/")
    running = gevent.spawn(scene.client.get, "/slow", name="n")
    gevent.sleep(0.1)
    assert len(in_flight.running) == 1
    running.kill()
    assert (scene.last["name"], cause_of(scene.last["exception"], None)) == ("n", "unfinished")
    assert 90 < scene.last["response_time"] < 1000
    assert not in_flight.running
    assert scene.client.get("/").json() == {"a": 1}, "the late answer is not taken for this one's"
    try:
        with gevent.Timeout(0.1):
            scene.client.get("/slow")
    except gevent.Timeout:
        assert cause_of(scene.last["exception"], None) == "timed out"
    else:
        raise AssertionError("the user's own time-out must come through")
    scene.user._state = LOCUST_STATE_STOPPING
    with suppress(StopUser):
        scene.client.get("/")
        raise AssertionError("a user that was asked to stop starts no request")


def requests_side_by_side_have_connections_of_their_own() -> None:
    scene = Scene(Lean, network_timeout=0.3)
    slow = gevent.spawn(scene.client.get, "/slow")
    gevent.sleep(0.05)
    assert scene.client.get("/").json() == {"a": 1}
    assert slow.get().error is not None


def time_outs_and_refusals_are_worded() -> None:
    scene = Scene(Lean, network_timeout=0.1)
    response = scene.client.get("/slow")
    assert cause_of(response.error, response) == "timed out"
    response = scene.client.get("/500")
    assert cause_of(response.error, response) == "500 Internal Server Error"
    response = scene.client.get("http://127.0.0.1:1/")
    assert cause_of(response.error, response) == "connection refused"


if __name__ == "__main__":
    assert locust
    globals()[sys.argv[1]]()
