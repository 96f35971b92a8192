"""A process that makes requests with a lean session as it is told: Locust patches whoever imports it.

In: {"base": URL, "settings": {…}, "calls": [[method, url, options] …]}; a new session for each line.
Out: one outcome per call, see `_outcome`.
"""

from __future__ import annotations

import base64
import gc
import json
import sys
import time
from typing import Any

import gevent
from locust.event import EventHook  # first: it patches

from harness.generator.causes import cause_of, is_unanswered
from harness.generator.lean.answer import Limits
from harness.generator.lean.exchange import trusting_context, verifying_context
from harness.generator.lean.session import LeanSession


def _made(value: Any) -> Any:
    """What JSON cannot say: bytes as {"bytes": base64}, tuples as {"tuple": […]}."""
    match value:
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"tuple": items}:
            return tuple(items)
    return value


def _settings(told: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in told.items() if key not in ("limits", "insecure", "ca")}
    if "limits" in told:
        found["limits"] = Limits(*told["limits"])
    if told.get("insecure"):
        found["make_context"] = trusting_context
    if "ca" in told:
        found["make_context"] = lambda: gevent.ssl.create_default_context(cafile=told["ca"])
    return {"make_context": verifying_context} | found


def _outcome(session: LeanSession, fired: list[dict[str, Any]], call: list[Any]) -> dict[str, Any]:
    method, url, options = call
    options = {key: _made(value) for key, value in options.items()}
    gevent.sleep(options.pop("pause", 0))
    began = time.perf_counter()
    try:
        response = session.request(method, url, **options)
    except Exception as error:  # noqa: BLE001  told, not hidden
        return {"raised": f"{type(error).__name__}: {error}"}
    took_s = time.perf_counter() - began
    event = fired.pop()
    assert not fired, "one event per request"
    assert event["response"] is response
    assert event["exception"] is response.error
    content = response.content
    return {
        "status": response.status_code,
        "body": None if content is None else base64.b64encode(content).decode(),
        "text": response.text,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "url": response.url,
        "reason": response.reason,
        "history": [each.status_code for each in response.history],
        "cookies": dict(response.cookies),
        "error": type(response.error).__name__ if response.error else None,
        "words": str(response.error) if response.error else None,
        "cause": cause_of(response.error, response) if response.error else None,
        "timed_out": bool(response.error) and is_unanswered(response.error, response),
        "took_s": took_s,
        "event": {key: event[key] for key in ("request_type", "name", "url", "context", "response_length")},
        "response_time": event["response_time"],
    }


def main() -> None:
    for line in sys.stdin:
        told = json.loads(line)
        fired: list[dict[str, Any]] = []
        event = EventHook()
        event.add_listener(lambda **request: fired.append(request))  # noqa: B023  called in this turn only
        session = LeanSession(told["base"], event, **_settings(told.get("settings", {})))
        outcomes = [_outcome(session, fired, call) for call in told["calls"]]
        session.close()
        del session
        gc.collect()
        print(json.dumps(outcomes), flush=True)


main()
