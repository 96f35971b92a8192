"""What the service tells Prometheus; one registry per process.

Names here are read by dashboards and by load tests.
"""

import time
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

disable_created_metrics()  # type: ignore[no-untyped-call]  # one series fewer for each counter and histogram
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)


class Metrics:
    """All metrics of the service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        self.requests = counter("target_requests_total", "Requests answered", "method", "endpoint", "status")
        self.request_seconds = Histogram(
            "target_request_seconds",
            "Time to answer",
            ["method", "endpoint"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.pool_timeouts = counter("target_pool_timeouts_total", "Requests that got no connection in time")
        self.llm_calls = counter("target_llm_calls_total", "Calls to the LLM", "outcome")
        self.llm_seconds = Histogram(
            "target_llm_call_seconds", "Time of a call to the LLM", buckets=_SECONDS, registry=self.registry
        )
        self.llm_waiting = self.gauge("target_llm_waiting", "Calls that wait for the rate limiter")
        self.consolidated = counter("target_consolidated_cases_total", "Cases taken out of use", "reason")
        self.backed_up = counter("target_backed_up_cases_total", "Archived cases copied to the backup")

    def gauge(self, name: str, text: str) -> Gauge:
        """A new gauge; `set_function` makes it read its value when scraped."""
        return Gauge(name, text, registry=self.registry)

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        return generate_latest(self.registry)


class Measured:
    """Middleware that counts and times every request under the path template of its endpoint."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._children: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and record the status and the time until the last byte was sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._record(scope, status, time.perf_counter() - start)

    def _record(self, scope: Scope, status: int, took_s: float) -> None:
        route = scope.get("route")
        key = scope["method"], route.path if route else "unmatched", status
        if key not in self._children:
            method, endpoint, _ = key
            count = self._metrics.requests.labels(method, endpoint, str(status))
            self._children[key] = count, self._metrics.request_seconds.labels(method, endpoint)
        count, seconds = self._children[key]
        count.inc()
        seconds.observe(took_s)
