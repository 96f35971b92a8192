"""Why a request failed, in few words: the failures of an endpoint are counted by this text.

Refuses to keep more than `MOST_CAUSES` texts per endpoint, so that memory stays flat when a target puts
something unique into every message. Knows exceptions of Locust, gevent, requests and urllib3 by their names,
so that recording can be tested without importing Locust, which patches sockets and threads.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

LONGEST_CHARS = 120
MOST_CAUSES = 50
OTHER_CAUSES = "other causes"
TIMED_OUT = "timed out"
UNFINISHED = "unfinished"

_WORDED_BY_USER = ("CatchResponseError", "ResponseError")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_WORDED = {
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "connection reset",
    BrokenPipeError: "connection reset",
}


class UnfinishedError(Exception):
    """A request was still running when its user was stopped for good."""

    def __str__(self) -> str:
        return "unfinished when the load was stopped"


def _is_timeout(kind: type) -> bool:
    return any(base.__name__.endswith(("Timeout", "TimeoutError")) for base in kind.__mro__)


def _origin(error: Any) -> Any:
    """The error below: geventhttpclient wraps what happened (useragent.py:562, `original`)."""
    while isinstance(below := getattr(error, "original", None), BaseException):
        error = below
    return error


def is_unanswered(exception: BaseException, response: Any) -> bool:
    """Whether no answer came in time, as opposed to a wrong or broken one.

    A user class that words the failure itself replaces the exception, so the response's own is looked at too.
    """
    errors = (_origin(exception), _origin(getattr(response, "error", None)))
    return isinstance(exception, UnfinishedError) or any(_is_timeout(type(error)) for error in errors)


def cause_of(exception: BaseException, response: Any) -> str:
    """The text that failures are counted by: the user class's words, the status, or the client's error."""
    if isinstance(exception, UnfinishedError):
        return UNFINISHED
    if is_unanswered(exception, response):
        return TIMED_OUT
    if type(exception).__name__ in _WORDED_BY_USER:
        return shortened(str(exception.args[0] if exception.args else exception))
    status = getattr(response, "status_code", 0) or 0
    if status >= HTTPStatus.BAD_REQUEST:
        return status_line(status)
    origin = _origin(exception)
    words = (words for kind, words in _WORDED.items() if isinstance(origin, kind))
    text = getattr(origin, "text", None) or origin  # without the URL, which may be unique
    return next(words, shortened(f"{type(origin).__name__}: {text}"))


def status_line(status: int) -> str:
    """A status as people know it, such as `500 Internal Server Error`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}"


def shortened(text: str) -> str:
    """One line of at most `LONGEST_CHARS` characters, without addresses of objects."""
    line = _ADDRESS.sub("0x…", " ".join(text.split()))
    return line if len(line) <= LONGEST_CHARS else f"{line[: LONGEST_CHARS - 1]}…"


class CauseLimit:
    """Lets `MOST_CAUSES` distinct texts per endpoint through, and gives the rest one name."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}

    def admit(self, endpoint: str, cause: str) -> str:
        """`cause` itself, or `other causes` once the endpoint has too many."""
        known = self._known.setdefault(endpoint, set())
        if cause in known or len(known) < MOST_CAUSES:
            known.add(cause)
            return cause
        return OTHER_CAUSES
