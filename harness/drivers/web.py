"""Plain HTTP GETs of the harness itself: health checks and metrics. Never the load."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The target is asked directly, whatever proxy the environment names."""


class Unreachable(Exception):  # noqa: N818  reads as a fact: why nothing answered
    """No answer; the message says why."""


def get(url: str, *, timeout_s: float = 5.0) -> tuple[int, str]:
    """Status and body of a GET; Unreachable when there is no answer."""
    try:
        with NO_PROXY.open(url, timeout=timeout_s) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, ""
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(str(reason) or type(error).__name__) from error
