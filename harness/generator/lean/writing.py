"""Writes requests: the bytes of a head, made once for each method, URL and headers, and of a body.

Nothing of the caller's can break out of its place: URLs are percent-encoded, and names and values of fields
with CR, LF or NUL are refused.
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from harness.generator.lean.address import Address, Origin, address_of, basic_authorization
from harness.generator.lean.decoding import OFFERED

MOST_KEPT = 1000
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""RFC 9110, 9.2.2."""
EXPECT_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Say `Content-Length: 0` when they have none (RFC 9110, 8.6)."""
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Headers = Mapping[str, Any]
Auth = tuple[str | bytes, str | bytes]

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BREAKS_OUT = re.compile(r"[\r\n\0]")
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)


class Message(NamedTuple):
    """A request but for its body."""

    method: str
    url: str
    origin: Origin
    fields: Headers
    """What was asked for beside the session's own fields."""
    head: bytes
    """Request line and fields, without the length of the body and the empty line."""
    bare: bytes
    """All of the request when it has no body."""
    closes: bool
    """Whether the request asks for the connection to be closed."""

    def rendered(self, body: bytes | None, cookie: str | None) -> bytes:
        """The bytes to send."""
        if body is None and cookie is None:
            return self.bare
        head = self.head + b"Cookie: %b\r\n" % cookie.encode("latin-1") if cookie else self.head
        if body is None and self.method not in EXPECT_BODY:
            return head + b"\r\n"
        body = body or b""
        return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


class Writer:
    """Writes requests for one base URL with the same default headers; holds nothing of a user's own."""

    def __init__(self, base_url: str, default_headers: Headers | None = None) -> None:
        self._own = address_of(base_url)
        self.base_url = self._own.url if self._own.authorization else base_url
        self._defaults = {"User-Agent": "locust-harness", "Accept-Encoding": OFFERED} | dict(
            default_headers or {}
        )
        self._kept: dict[Any, Message] = {}

    def absolute(self, url: str) -> str:
        """A path behind the base URL; an absolute URL as it is."""
        return url if _ABSOLUTE.match(url) else f"{self.base_url}{url}"

    def write(
        self,
        method: str,
        url: str,
        headers: Headers | None = None,
        kind: str | None = None,
        auth: Auth | None = None,
    ) -> Message:
        """A request for `url`, a path or absolute; `kind` is the body's media type unless `headers` say so.

        ValueError when the URL or a header cannot be sent.
        """
        key = (method, url, tuple(headers.items()) if headers else None, kind, auth)
        try:
            kept = self._kept.get(key)
        except TypeError:  # a header's value that is no key
            return self._written(method, url, headers, kind, auth)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[key] = self._written(method, url, headers, kind, auth)
        return kept

    def _written(
        self, method: str, url: str, headers: Headers | None, kind: str | None, auth: Auth | None
    ) -> Message:
        if not _NAME.fullmatch(method):
            raise ValueError(f"'{method}' is not a method")
        address = address_of(self.absolute(url))
        asked = _asked(headers, kind, auth)
        fields = self._fields(address, asked)
        lines = [f"{method} {address.target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
        head = "".join(f"{line}\r\n" for line in lines).encode("latin-1")
        return Message(
            method=method,
            url=address.url,
            origin=address.origin,
            fields=asked,
            head=head,
            bare=head + (b"Content-Length: 0\r\n\r\n" if method in EXPECT_BODY else b"\r\n"),
            closes=any(name.lower() == "connection" and "close" in value.lower() for name, value in fields),
        )

    def _fields(self, address: Address, asked: Headers) -> list[tuple[str, str]]:
        """All fields, a later one of the same name in place of an earlier one, and none that is None."""
        fields: dict[str, tuple[str, Any]] = {"host": ("Host", address.origin.authority)}
        credentials = address.authorization
        if credentials is None and address.origin == self._own.origin:
            credentials = self._own.authorization
        own = {**self._defaults, "Authorization": credentials}
        for name, value in [*own.items(), *asked.items()]:
            fields[name.lower()] = (name, value)
        if "transfer-encoding" in fields:
            raise ValueError("the header Transfer-Encoding cannot be set: bodies are sent with their length")
        fields.pop("content-length", None)  # ours is right
        return [(name, _checked(name, value)) for name, value in fields.values() if value is not None]


def writer_for(base_url: str, default_headers: Headers | None = None) -> Writer:
    """A writer that all sessions alike share: a thousand users keep what is written once, not each."""
    try:
        return _shared_writer(base_url, tuple((default_headers or {}).items()))
    except TypeError:  # a header's value that is no key
        return Writer(base_url, default_headers)


@lru_cache(maxsize=64)
def _shared_writer(base_url: str, default_headers: tuple[tuple[str, Any], ...]) -> Writer:
    return Writer(base_url, dict(default_headers))


def _asked(headers: Headers | None, kind: str | None, auth: Auth | None) -> dict[str, Any]:
    """The caller's headers, after what the call itself implies."""
    implied: dict[str, Any] = {}
    if kind:
        implied["Content-Type"] = kind
    if kind == JSON:
        implied["Accept"] = JSON
    if auth:
        implied["Authorization"] = basic_authorization(*auth)
    given = {name.lower() for name in headers or ()}
    return {name: value for name, value in implied.items() if name.lower() not in given} | dict(headers or {})


def _checked(name: str, value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value).strip(" \t")
    if not _NAME.fullmatch(name) or _BREAKS_OUT.search(text):
        raise ValueError(f"header {name!r}: {text!r} cannot be sent; names are tokens, values are one line")
    return text


def with_params(url: str, params: Any) -> str:
    """A URL with more parameters in its query: a mapping, pairs, or a string that is encoded already."""
    url, _, _ = url.partition("#")
    query = params if isinstance(params, str) else urlencode(_without_none(params), doseq=True)
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def body_of(data: Any, json: Any) -> tuple[bytes | None, str | None]:
    """The bytes of a body and its media type: of `data`, as it is or in form, or else of `json`."""
    if not data and json is not None:
        return jsonlib.dumps(json).encode(), JSON
    if data is None or isinstance(data, bytes):
        return data, None
    if isinstance(data, str):
        return data.encode(), None
    if isinstance(data, bytearray | memoryview):
        return bytes(data), None
    return urlencode(_without_none(data), doseq=True).encode(), FORM


def _without_none(pairs: Any) -> list[tuple[Any, Any]]:
    items: Iterable[tuple[Any, Any]] = pairs.items() if isinstance(pairs, Mapping) else pairs
    return [(name, value) for name, value in items if value is not None]
