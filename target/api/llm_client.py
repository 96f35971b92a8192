"""The client of the LLM upstream: every call passes a rate limiter and has a timeout.

A failed call is None, and counted.
"""

import asyncio
import time

import httpx

from target.api.metrics import Metrics
from target.settings import ServiceSettings

_MODEL = "advisor-small"


class Limiter:
    """A token bucket: `rate_per_s` calls a second on average, `burst` at once, first come first served."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self._interval_s = 1.0 / rate_per_s
        self._credit_s = (burst - 1) * self._interval_s
        self._next_at = 0.0

    def reserve(self, now: float) -> float:
        """Book the next place and return how many seconds from `now` it begins."""
        self._next_at = max(self._next_at, now - self._credit_s)
        wait_s = max(0.0, self._next_at - now)
        self._next_at += self._interval_s
        return wait_s


class LlmClient:
    """Asks for suggestions."""

    def __init__(self, settings: ServiceSettings, metrics: Metrics) -> None:
        self._limiter = Limiter(settings.llm_limit_per_s, settings.llm_burst)
        self._metrics = metrics
        self._http = httpx.AsyncClient(
            base_url=settings.llm_url,
            timeout=settings.llm_timeout_s,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
            trust_env=False,
        )

    async def suggest(self, prompt: str) -> list[str] | None:
        """Suggestions for a weak case; None when the upstream failed, refused or took too long."""
        with self._metrics.llm_waiting.track_inprogress():
            await asyncio.sleep(self._limiter.reserve(time.monotonic()))
        start = time.perf_counter()
        outcome = "error"
        try:
            answer = await self._http.post(
                "/v1/chat/completions",
                json={"model": _MODEL, "messages": [{"role": "user", "content": prompt}]},
            )
            outcome = "ok" if answer.status_code == 200 else f"status {answer.status_code}"
            return _lines(answer) if answer.status_code == 200 else None
        except httpx.TimeoutException:
            outcome = "timeout"
            return None
        except httpx.HTTPError:
            return None
        finally:
            self._metrics.llm_calls.labels(outcome).inc()
            self._metrics.llm_seconds.observe(time.perf_counter() - start)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _lines(answer: httpx.Response) -> list[str]:
    content: str = answer.json()["choices"][0]["message"]["content"]
    return [line.strip("- ") for line in content.splitlines() if line.strip("- ")]
