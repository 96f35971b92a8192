"""Problems: what of ours, of Locust's or of the user's code went wrong in a Locust process, one line each.

Locust swallows exceptions of listeners and of its greenlets into its log (event.py:42, log.py:83), so the log
is read too: what is logged as an error is a problem. What a user's own greenlets and threads raise reaches
nobody but stderr, and leaves Locust's exit status at 0: gevent's hub and `threading`, which print it,
are listened to.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any

import gevent

if TYPE_CHECKING:
    from locust.event import Events

LONGEST_CHARS = 300
MOST_LINES = 100
ALREADY_TOLD = ("locust.user.task", "locust.user.users")
"""Loggers that repeat what the event `user_error` tells."""


class Problems:
    """Distinct problems in the order of their first appearance, with how often each was seen."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._untold: list[str] = []
        self._uncaught: deque[BaseException] = deque(maxlen=MOST_LINES)

    def note(self, what: str) -> None:
        """Note one problem; the same one again only counts."""
        line = " ".join(what.split())[:LONGEST_CHARS]
        if line not in self._seen:
            if len(self._seen) >= MOST_LINES:
                return
            self._untold.append(line)
        self._seen[line] = self._seen.get(line, 0) + 1

    def is_told(self, logged: Any) -> bool:
        """Whether the exception of a log record was noted when it ended its greenlet."""
        return bool(logged) and any(error is logged[1] for error in self._uncaught)

    def take_untold(self) -> list[str]:
        """Problems first seen since the last call: what a worker reports."""
        untold, self._untold = self._untold, []
        return untold

    @property
    def lines(self) -> list[str]:
        """One line a problem, with its count when it was seen more than once."""
        return [f"{line} ({times} times)" if times > 1 else line for line, times in self._seen.items()]

    def listen(self, events: Events) -> None:
        """Note exceptions of user code, and whatever is logged as an error from now on."""
        events.user_error.add_listener(self._on_user_error)
        handler = _ErrorLog(self)
        for name in ("", "locust"):  # "locust" does not propagate (log.py:58)
            logging.getLogger(name).addHandler(handler)
        hub = gevent.get_hub()
        self._print_exception = hub.print_exception
        hub.print_exception = self._on_uncaught
        self._thread_hook = threading.excepthook
        threading.excepthook = self._on_uncaught_in_thread

    def _on_uncaught(self, context: Any, kind: type, error: Any, trace: TracebackType | None) -> None:
        """An exception that ended a greenlet. Locust's own greenlets log it afterwards (`_ErrorLog`)."""
        if isinstance(error, BaseException):
            self._uncaught.append(error)
            self.note(f"uncaught in a greenlet: {describe(error)}{_place(trace)}")
        self._print_exception(context, kind, error, trace)

    def _on_uncaught_in_thread(self, raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value:
            self.note(f"uncaught in a thread: {describe(raised.exc_value)}{_place(raised.exc_traceback)}")
        self._thread_hook(raised)

    def _on_user_error(
        self, user_instance: Any, exception: BaseException, tb: TracebackType, **_: object
    ) -> None:
        user = getattr(user_instance, "user", user_instance)  # Locust passes a TaskSet (user/task.py:376)
        self.note(f"{type(user).__name__}: {describe(exception)}{_place(tb)}")


class _ErrorLog(logging.Handler):
    def __init__(self, problems: Problems) -> None:
        super().__init__(logging.ERROR)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in ALREADY_TOLD or self._problems.is_told(record.exc_info):
            return
        lines = [line for line in record.getMessage().splitlines() if line.strip()] or ["(no message)"]
        if record.exc_info and record.exc_info[1]:
            lines.append(f"{describe(record.exc_info[1])}{_place(record.exc_info[2])}")
        self._problems.note(f"{record.name}: {lines[0]}{f' … {lines[-1]}' if len(lines) > 1 else ''}")


def describe(error: BaseException) -> str:
    """An exception in a few words: its class and what it says."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return f" (in {frames[-1].filename}:{frames[-1].lineno})" if frames else ""
