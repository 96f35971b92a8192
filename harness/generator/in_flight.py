"""Requests in flight: known while they run, so that none is forgotten when the load stops.

Locust kills the greenlets of running requests when it stops and never records those requests (with or
without --stop-timeout). Here the sessions' `request` is wrapped, once, at the class: a request that is killed
is fired as a failure with its elapsed time.
"""

# ruff: noqa: SLF001  Locust has no public way to do this; the lines are named where they matter

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent import GreenletExit, getcurrent
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession, FastHttpUser
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_STOPPING

from harness.generator.causes import UnfinishedError
from harness.generator.lean.session import LeanSession
from harness.generator.lean.user import LeanHttpUser

Running = tuple[Any, float]
"""The greenlet of a request, and when it started."""


class InFlight:
    """The requests that are running in this process."""

    def __init__(self) -> None:
        self.running: set[Running] = set()

    def install(self) -> None:
        """Watch every request of every FastHttpUser, HttpUser and LeanHttpUser from now on."""
        FastHttpSession.request = self._watched(FastHttpSession.request)  # type: ignore[method-assign]
        HttpSession.request = self._watched(HttpSession.request)  # type: ignore[method-assign]
        LeanSession.request = self._watched(LeanSession.request)  # type: ignore[method-assign]

    def _watched(self, original: Callable[..., Any]) -> Callable[..., Any]:
        running, clock = self.running, time.perf_counter

        @functools.wraps(original)
        def request(session: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            user = session.user
            if user is not None and user._state == LOCUST_STATE_STOPPING and not is_leaving(user):
                raise StopUser  # asked to stop: its task may not start another request
            token = (getcurrent(), clock())
            running.add(token)
            try:
                return original(session, method, url, *args, **kwargs)
            except (GreenletExit, gevent.Timeout) as error:
                elapsed_s = clock() - token[1]
                name = kwargs.get("name") or (args[0] if args else None) or session.request_name or url
                _fire_unanswered(session, method, url, name, elapsed_s, error)
                raise
            finally:
                running.discard(token)

        return request

    @property
    def greenlets(self) -> set[Any]:
        """The greenlets in which requests are running."""
        return {greenlet for greenlet, _ in self.running}


def _fire_unanswered(
    session: Any, method: str, url: str, name: str, elapsed_s: float, error: BaseException
) -> None:
    """Report a request that was cut off: by us (killed), or by a `gevent.Timeout` of the user's own."""
    session.request_event.fire(
        request_type=method,
        name=name,
        response_time=elapsed_s * 1000,
        response_length=0,
        response=None,
        context={},
        exception=UnfinishedError() if isinstance(error, GreenletExit) else error,
        start_time=time.time() - elapsed_s,
        url=url,
    )


_LEAVING = "_harness_leaving"


def let_leave(user_class: type[Any]) -> None:
    """Allow requests in `on_stop` (a log-out) even after the user was asked to stop."""
    original = user_class.on_stop
    if hasattr(original, _LEAVING):
        return

    @functools.wraps(original)
    def on_stop(self: Any) -> None:
        setattr(self, _LEAVING, True)
        original(self)

    setattr(on_stop, _LEAVING, True)
    user_class.on_stop = on_stop


def is_leaving(user: Any) -> bool:
    """Whether the user is in its `on_stop`."""
    return getattr(user, _LEAVING, False) is True


def limit_waiting(timeout_s: float) -> None:
    """Give every user class that does not set a time-out of its own this one, in seconds.

    Subclasses that set `network_timeout` or `connection_timeout`, and calls with `timeout=`, keep theirs.
    """
    for kind in (FastHttpUser, LeanHttpUser):
        kind.network_timeout = timeout_s
        kind.connection_timeout = timeout_s
    send = HttpSession.send

    @functools.wraps(send)
    def send_in_time(session: HttpSession, prepared: Any, **kwargs: Any) -> Any:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = timeout_s
        return send(session, prepared, **kwargs)

    HttpSession.send = send_in_time  # type: ignore[method-assign,assignment]
