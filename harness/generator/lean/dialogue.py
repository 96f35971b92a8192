"""From a message to a response: sends cookies, decodes the answer, follows redirects where asked to."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple
from urllib.parse import urljoin

from requests.cookies import RequestsCookieJar

from harness.generator.lean.address import address_of
from harness.generator.lean.answer import Limits
from harness.generator.lean.cookies import cookie_for, remember
from harness.generator.lean.decoding import decoded
from harness.generator.lean.errors import FAILURES, RedirectError
from harness.generator.lean.exchange import Exchange
from harness.generator.lean.fields import Fields
from harness.generator.lean.response import LeanResponse
from harness.generator.lean.writing import Message, Writer

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEP_METHOD = frozenset({307, 308})
OF_ORIGIN = frozenset({"authorization", "cookie", "host"})
"""Fields that are not sent on to another origin (RFC 9110, 15.4)."""
OF_BODY = frozenset({"content-type", "content-encoding", "content-language"})


class Bounds(NamedTuple):
    """How long a request may take, and how far it may lead."""

    deadline_s: float
    """Of everything, by `time.perf_counter`."""
    connect_limit_s: float | None
    """Of each connecting; None: the session's."""
    redirects: int
    """How many are followed; with 0, a redirect is the response."""


class Dialogue:
    """Makes the requests of one session, one after the other or side by side."""

    def __init__(self, exchange: Exchange, limits: Limits, cookies: RequestsCookieJar | None) -> None:
        self._exchange = exchange
        self._most_bytes = limits.body_bytes
        self._cookies = cookies

    def response_to(
        self, message: Message, body: bytes | None, bounds: Bounds, writer: Writer
    ) -> LeanResponse:
        """The response, with its `ended_s`; what went wrong on the way is its `error`.

        `writer` writes the requests that redirects lead to.
        """
        trail: list[LeanResponse] = []
        try:
            response = self._respond(message, body, bounds)
            while bounds.redirects and response.status_code in REDIRECTS and "location" in response.headers:
                trail.append(response)
                if len(trail) > bounds.redirects:
                    raise RedirectError(f"more than {bounds.redirects} redirects")
                message, body = redirected(message, body, response, writer)
                response = self._respond(message, body, bounds)
        except FAILURES as error:
            response = LeanResponse(message.method, message.url)
            response.error = error
            response.ended_s = perf_counter()
        if trail:
            response.history = trail
        return response

    def _respond(self, message: Message, body: bytes | None, bounds: Bounds) -> LeanResponse:
        cookie = None
        if self._cookies is not None and b"\r\ncookie:" not in message.head.lower():
            cookie = cookie_for(self._cookies, message.url)
        head, content, _ = self._exchange.answer_to(
            message, message.rendered(body, cookie), bounds.deadline_s, bounds.connect_limit_s
        )
        ended_s = perf_counter()  # of the last byte: decoding is our own time
        if self._cookies is not None:
            remember(self._cookies, message.url, head.text)
        if head.is_encoded:
            content = decoded(content, Fields(head.text)["content-encoding"], self._most_bytes)
        response = LeanResponse(message.method, message.url, head.status, head.text, content)
        response.ended_s = ended_s
        return response


def redirected(
    message: Message, body: bytes | None, response: LeanResponse, writer: Writer
) -> tuple[Message, bytes | None]:
    """The request that a redirect leads to, and its body; RedirectError when it cannot be made.

    As browsers and `requests` do (RFC 9110, 15.4): 307 and 308 keep method and body; 303, and 301 and 302
    after a POST, become a GET.
    """
    method, status = message.method, response.status_code
    if (status == 303 and method != "HEAD") or (status not in KEEP_METHOD and method == "POST"):
        method, body = "GET", None
    dropped: frozenset[str] = frozenset() if method == message.method else OF_BODY
    try:
        location = urljoin(message.url, response.headers["location"])
        if address_of(location).origin != message.origin:
            dropped = dropped | OF_ORIGIN
        kept = {name: value for name, value in message.fields.items() if name.lower() not in dropped}
        return writer.write(method, location, kept), body
    except ValueError as error:
        raise RedirectError("the redirect leads to what is no URL") from error
