"""Cookies of one session, by the rules of `http.cookiejar` as `requests` applies them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from requests import PreparedRequest
from requests.cookies import MockRequest, RequestsCookieJar, get_cookie_header
from requests.structures import CaseInsensitiveDict

from harness.generator.lean.fields import Fields


def cookie_for(jar: RequestsCookieJar, url: str) -> str | None:
    """The Cookie field of a request for `url`; None when there is nothing to send."""
    header: str | None = get_cookie_header(jar, _request(url))
    return header


def remember(jar: RequestsCookieJar, url: str, head: bytes) -> None:
    """Keep the cookies that an answer from `url` sets."""
    if b"\nset-cookie:" in head.lower():
        answer: Any = SimpleNamespace(info=lambda: Fields(head))
        request: Any = MockRequest(_request(url))
        jar.extract_cookies(answer, request)


def cookies_of(url: str, head: bytes) -> RequestsCookieJar:
    """The cookies that one answer sets."""
    jar = RequestsCookieJar()
    remember(jar, url, head)
    return jar


def _request(url: str) -> PreparedRequest:
    request = PreparedRequest()
    request.url, request.headers = url, CaseInsensitiveDict()
    return request
