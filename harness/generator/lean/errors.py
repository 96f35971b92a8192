"""What can go wrong with a request. Each is reported as a failure of the request, with a text that repeats.

Failures are counted by their text (`harness.generator.causes`), so no text holds what is unique to a request.
Time-outs are `TimeoutError`s and lost connections `ConnectionResetError`s: causes know them by these.
"""

from __future__ import annotations


class RequestTimeoutError(TimeoutError):
    """The answer was not complete in time."""


class ConnectTimeoutError(TimeoutError):
    """No connection in time."""


class ClosedEarlyError(ConnectionResetError):
    """A connection was closed or reset before the first byte of an answer.

    `sent_bytes` is how much of the request had left by then: with 0, it cannot have been processed.
    """

    def __init__(self, text: str, *, sent_bytes: int) -> None:
        super().__init__(text)
        self.sent_bytes = sent_bytes


class AnswerError(Exception):
    """An answer that cannot be used."""


class MalformedAnswerError(AnswerError):
    """An answer that is not HTTP/1.1, or whose end cannot be told for sure."""


class IncompleteAnswerError(AnswerError):
    """The connection was closed in the middle of an answer."""


class OversizedAnswerError(AnswerError):
    """An answer longer than the user's limits."""


class UndecodableAnswerError(AnswerError):
    """A body that is not what its Content-Encoding says."""


class RedirectError(AnswerError):
    """A redirect that cannot be followed, or one too many."""


FAILURES = (OSError, AnswerError)
"""What is reported as a failure of the request. Anything else is a mistake in the locustfile, and raised."""
