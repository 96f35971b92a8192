"""The recorder: latencies of every request in this process, exact, per endpoint and start second.

A listener of Locust's `request` event. Right answers, nearly all requests, take the short way: one dictionary
look-up and one append to an array of whole microseconds. `take` hands out what was recorded since its last
call, so memory is flat whatever the length of the run.
"""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Callable
from typing import Any

from harness.generator.causes import CauseLimit, cause_of, is_unanswered, shortened
from harness.generator.problems import Problems, describe

Record = dict[str, Any]
"""What became known about one endpoint and start second: `t`, `endpoint`, bytes of arrays, and counts."""

ARRAYS = ("answered", "failed", "unanswered", "service")
COUNTS = ("causes", "statuses", "remarks")
SERVICE_MS = "harness_service_ms"
"""Key of a request's context: latency from the actual start, where `response_time` is from the intended."""
REMARK = "remark"
"""Key of a request's context: what a user class has to say about a right answer."""
LONGEST_US = 2**32 - 1
"""Longest latency an array can hold: 71 minutes. Longer ones are recorded as this."""
EXPECTED_STATUS = 200

Key = tuple[str, str, int]
"""Method, name, start second."""


def endpoint_of(method: str, name: str) -> str:
    """An endpoint's name: the request's name, with its method before it if it does not begin with it."""
    return name if name.startswith(f"{method} ") or not method else f"{method} {name}"


def requests_in(records: list[Record]) -> int:
    """How many requests some records tell of."""
    packed = sum(len(record.get(name, b"")) for record in records for name in ARRAYS if name != "service")
    return packed // array("I").itemsize


class Recorder:
    """Records requests; `listener` is given to `events.request`."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._answered: dict[Key, array[int]] = {}
        self._parts: dict[Key, _Part] = {}
        self._causes = CauseLimit()
        self._remarks = CauseLimit()
        self.listener: Callable[..., None] = self._make_listener()

    def _make_listener(self) -> Callable[..., None]:
        answered, others = self._answered, self._record_other

        def listener(  # a closure: local names, because this runs for every request
            request_type: str,
            name: str,
            response_time: float,
            exception: BaseException | None = None,
            context: dict[str, Any] | None = None,
            response: Any = None,
            start_time: float | None = None,
            **_: object,
        ) -> None:
            try:
                right = exception is None and response.status_code == EXPECTED_STATUS
                if right and not context and not response.history:
                    key = (request_type, name, int(start_time))  # type: ignore[arg-type]
                    us = int(response_time * 1000 + 0.5)
                    try:
                        answered[key].append(us)
                    except KeyError:
                        answered[key] = array("I", (us,))
                    return
            except (AttributeError, TypeError, ValueError, OverflowError):
                pass  # no response, no start time, or an absurd latency: the long way knows what to do
            others(request_type, name, response_time, exception, context or {}, response, start_time)

        return listener

    def _record_other(
        self,
        method: str,
        name: str,
        response_time: float | None,
        exception: BaseException | None,
        context: dict[str, Any],
        response: Any,
        start_time: float | None,
    ) -> None:
        try:
            if response_time is None:
                self._problems.note(f"a request named '{name}' has no response time and is not recorded")
                return
            if response_time < 0:
                self._problems.note(f"a request named '{name}' has a negative response time, recorded as 0")
            start = time.time() - response_time / 1000 if start_time is None else start_time
            part = self._parts.setdefault((method, name, int(start)), _Part())
            self._fill(
                part, endpoint_of(str(method), str(name)), _us(response_time), exception, context, response
            )
        except Exception as error:  # noqa: BLE001  a listener must not break the user's request
            self._problems.note(f"recorder: {describe(error)}")

    def _fill(
        self,
        part: _Part,
        endpoint: str,
        us: int,
        exception: BaseException | None,
        context: dict[str, Any],
        response: Any,
    ) -> None:
        status = _status(response, right=exception is None)
        if status != EXPECTED_STATUS and (exception is not None or response is not None):
            part.statuses[status] += 1
        if exception is None:
            part.answered.append(us)
            if (service_ms := context.get(SERVICE_MS)) is not None:
                part.service.append(_us(service_ms))
            if remark := context.get(REMARK):
                part.remarks[self._remarks.admit(endpoint, shortened(str(remark)))] += 1
            return
        (part.unanswered if is_unanswered(exception, response) else part.failed).append(us)
        part.causes[self._causes.admit(endpoint, cause_of(exception, response))] += 1

    def take(self) -> list[Record]:
        """Everything recorded since the last call, as plain values that can be sent to a master."""
        answered, parts = dict(self._answered), dict(self._parts)
        self._answered.clear()  # not replaced: the listener holds it. No switch of greenlets in between
        self._parts.clear()
        records = [_record(key, {"answered": samples.tobytes()}) for key, samples in answered.items()]
        return records + [_record(key, part.contents()) for key, part in parts.items()]


class _Part:
    """What is rare: all that is not a plain right answer, of one endpoint and second."""

    __slots__ = (*ARRAYS, *COUNTS)

    def __init__(self) -> None:
        self.answered = array("I")
        self.failed = array("I")
        self.unanswered = array("I")
        self.service = array("I")
        self.causes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.remarks: Counter[str] = Counter()

    def contents(self) -> Record:
        arrays = {name: getattr(self, name).tobytes() for name in ARRAYS if getattr(self, name)}
        return arrays | {name: dict(getattr(self, name)) for name in COUNTS if getattr(self, name)}


def _record(key: Key, contents: Record) -> Record:
    method, name, second = key
    return {"t": second, "endpoint": endpoint_of(str(method), str(name)), **contents}


def _status(response: Any, *, right: bool) -> int:
    """The status of an answer, 0 without one. A right answer that came by redirects has that of the first."""
    chain = getattr(response, "history", None) if right else None
    return getattr(chain[0] if chain else response, "status_code", 0) or 0


def _us(milliseconds: float) -> int:
    return min(max(int(milliseconds * 1000 + 0.5), 0), LONGEST_US)
