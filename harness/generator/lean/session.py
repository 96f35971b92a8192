"""The session of one user: makes requests, times them, and reports each to Locust once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from locust.contrib.fasthttp import LocustBadStatusCode, LocustUserAgent
from requests.cookies import RequestsCookieJar

from harness.generator.lean.answer import Limits
from harness.generator.lean.calls import Calls
from harness.generator.lean.dialogue import Bounds, Dialogue
from harness.generator.lean.exchange import ContextFactory, Exchange, verifying_context
from harness.generator.lean.response import LeanResponse
from harness.generator.lean.writing import Auth, Headers, body_of, with_params, writer_for

Timeout = float | tuple[float | None, float | None] | None

GOOD = LocustUserAgent.valid_response_codes
"""Statuses that are no failure, redirects among them: the same as FastHttpUser's."""
DEFAULT_LIMITS = Limits(head_bytes=2**16, body_bytes=2**28)


class LeanSession(Calls):
    """What FastHttpUser's session does, on connections of its own."""

    def __init__(
        self,
        base_url: str,
        request_event: Any,
        user: Any = None,
        *,
        network_timeout_s: float = 60.0,
        connection_timeout_s: float = 60.0,
        max_redirects: int = 30,
        default_headers: Headers | None = None,
        keeps_cookies: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        make_context: ContextFactory = verifying_context,
    ) -> None:
        self.request_event = request_event
        self.user = user
        self.request_name: str | None = None
        """Name of the requests made in `rename_request`."""
        self.cookiejar = RequestsCookieJar() if keeps_cookies else None
        self._timeout_s = network_timeout_s
        self._max_redirects = max_redirects
        self._default_headers = default_headers
        self._writer = writer_for(base_url, default_headers)
        self._exchange = Exchange(limits, connection_timeout_s, make_context)
        self._dialogue = Dialogue(self._exchange, limits, self.cookiejar)

    @property
    def base_url(self) -> str:
        """What goes before a path, without credentials."""
        return self._writer.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._writer = writer_for(url, self._default_headers)

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Give the requests of a with-block one name in the statistics."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None

    def request(  # noqa: PLR0917  in the order of FastHttpSession.request
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        catch_response: bool = False,
        stream: bool = False,
        headers: Headers | None = None,
        auth: Auth | None = None,
        json: Any = None,
        allow_redirects: bool = False,
        context: dict[str, Any] | None = None,
        *,
        params: Any = None,
        timeout: Timeout = None,
    ) -> LeanResponse:
        """Make a request; what goes wrong on the way is in the response's `error`, and reported.

        `url` is a path or absolute. `data` (bytes, text, or pairs for a form) or else `json` is the body.
        `timeout` in seconds bounds the whole request, redirects included; a pair bounds connecting and the
        whole. ValueError when the request cannot be written.
        """
        if stream:
            raise ValueError("stream=True is not supported by LeanHttpUser; derive from FastHttpUser")
        body, kind = (None, None) if data is None and json is None else body_of(data, json)
        message = self._writer.write(method, with_params(url, params) if params else url, headers, kind, auth)
        connect_limit_s, limit_s = timeout if isinstance(timeout, tuple) else (None, timeout)
        start_time, started_s = time.time(), perf_counter()
        bounds = Bounds(
            started_s + (self._timeout_s if limit_s is None else limit_s),
            connect_limit_s,
            self._max_redirects if allow_redirects else 0,
        )
        response = self._dialogue.response_to(message, body, bounds, self._writer)
        response.started_s = started_s
        if response.error is None and response.status_code not in GOOD:
            response.error = LocustBadStatusCode(response.url, code=response.status_code)
        meta = {
            "request_type": method,
            "name": name or self.request_name or url,
            "context": self._context(context),
            "exception": response.error,
            "start_time": start_time,
            "url": message.url,
            "response_length": len(response.content or b""),
            "response_time": (response.ended_s - started_s) * 1000,
        }
        response.report_to(self.request_event, meta, at_once=not catch_response)
        return response

    def _context(self, context: dict[str, Any] | None) -> dict[str, Any]:
        own = self.user.context() if self.user is not None else {}
        return {**own, **context} if context else own

    def close(self) -> None:
        """Close the connections that are idle."""
        self._exchange.close()
