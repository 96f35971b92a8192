"""An answer as a locustfile sees it: the attributes and the with-block of FastHttpUser's responses."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from locust.exception import CatchResponseError, LocustError, ResponseError
from requests.cookies import RequestsCookieJar
from requests.utils import get_encoding_from_headers

from harness.generator.lean.cookies import cookies_of
from harness.generator.lean.fields import Fields

_NOT_CAUGHT = (
    "a request's outcome can be changed in a with-block only: "
    "`with self.client.get(…, catch_response=True) as response:`"
)


class LeanResponse:
    """An answer, or why there is none: then `status_code` is 0, `content` None and `error` the reason."""

    error: Exception | None = None
    """Why the request failed by itself: no answer, a broken one, or a status of 400 and more."""
    encoding: str | None = None
    """Set it before `text` is read, where the server does not say it."""
    started_s: float = 0.0
    ended_s: float = 0.0
    """Before the request was sent, and after the last byte of the answer, by `time.perf_counter`."""
    history: Sequence[LeanResponse] = ()
    """The redirects that were followed, oldest first."""
    js: Any = None
    """What `rest` parsed."""
    request_meta: dict[str, Any]
    """What the request event will be fired with; `context` may be changed in a with-block."""

    _catches = False
    _is_entered = False
    _outcome: BaseException | bool | None = None
    _fields: Fields | None = None
    _event: Any = None

    def __init__(
        self, method: str, url: str, status_code: int = 0, head: bytes = b"", content: bytes | None = None
    ) -> None:
        self.method = method
        self.url = url
        """Of the request; after redirects of the last one."""
        self.status_code = status_code
        self.content = content
        """The body, decoded; None when there is no answer."""
        self._head = head

    @property
    def ok(self) -> bool:
        """Whether there is an answer with a status below 400."""
        return 0 < self.status_code < 400

    @property
    def headers(self) -> Fields:
        """Header fields, by name in any case."""
        if self._fields is None:
            self._fields = Fields(self._head)
        return self._fields

    @property
    def reason(self) -> str:
        """The words after the status."""
        return self._head.partition(b"\r\n")[0].decode("latin-1")[13:]

    @property
    def cookies(self) -> RequestsCookieJar:
        """The cookies that this answer sets."""
        return cookies_of(self.url, self._head)

    @property
    def elapsed(self) -> timedelta:
        """From before the request was sent to the last byte of the answer."""
        return timedelta(seconds=self.ended_s - self.started_s)

    @property
    def text(self) -> str | None:
        """The body as text: by `encoding`, else as the head says, else UTF-8 if it is that, else Latin-1."""
        if self.content is None:
            return None
        headers: Any = self.headers
        encoding = self.encoding or get_encoding_from_headers(headers)
        try:
            return str(self.content, encoding or "utf-8", errors="replace" if encoding else "strict")
        except (UnicodeDecodeError, LookupError):
            return str(self.content, "latin-1")

    def json(self, **options: Any) -> Any:
        """The body, parsed; TypeError when there is no answer, ValueError when it is not JSON."""
        content: Any = self.content
        return jsonlib.loads(content, **options)

    def raise_for_status(self) -> None:
        """Raise what the request failed with, or what it was called a failure for."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        if self.error is not None and self._outcome is None:
            raise self.error

    def success(self) -> None:
        """Call the request a success, whatever its status."""
        self._require_with_block()
        self._outcome = True

    def failure(self, exc: object) -> None:
        """Call the request a failure: for an exception, or in the words given."""
        self._require_with_block()
        self._outcome = exc if isinstance(exc, Exception) else CatchResponseError(exc)

    def _require_with_block(self) -> None:
        if not self._is_entered:
            raise LocustError(_NOT_CAUGHT)

    def report_to(self, event: Any, meta: dict[str, Any], *, at_once: bool) -> None:
        """Fire the request event with `meta` and this response: at once, or at the end of a with-block."""
        if at_once:
            event.fire(response=self, **meta)
            return
        self._catches, self._event, self.request_meta = True, event, meta

    def __enter__(self) -> Self:
        if not self._catches:
            raise LocustError(_NOT_CAUGHT)
        self._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Report the request once: as it was called, or else as it went.

        A ResponseError raised in the block is the request's failure; anything else goes on its way, and as
        with Locust's own users the request is then not reported unless it was called something before.
        """
        outcome = self._outcome
        is_verdict = outcome is None and isinstance(error, ResponseError)
        if is_verdict:
            outcome = error
        elif outcome is None and error is not None:
            return False
        if outcome is not None:
            self.request_meta["exception"] = None if outcome is True else outcome
        # The response is not in its own request_meta: a cycle per request is work for the collector.
        self._event.fire(**{"response": self, **self.request_meta})
        return error is None or is_verdict

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code} {self.method} {self.url}>"
