"""The calls of a session by method: `get`, `post` and so on, each a `request`."""

from __future__ import annotations

from typing import Any

from harness.generator.lean.response import LeanResponse


class Calls:
    """One call per method; `options` are those of `request`."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> LeanResponse:
        """Make a request."""
        raise NotImplementedError

    def get(self, url: str, **options: Any) -> LeanResponse:
        """Make a GET request."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> LeanResponse:
        """Make a HEAD request."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Any) -> LeanResponse:
        """Make an OPTIONS request."""
        return self.request("OPTIONS", url, **options)

    def delete(self, url: str, **options: Any) -> LeanResponse:
        """Make a DELETE request."""
        return self.request("DELETE", url, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> LeanResponse:
        """Make a POST request."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> LeanResponse:
        """Make a PUT request."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Any = None, **options: Any) -> LeanResponse:
        """Make a PATCH request."""
        return self.request("PATCH", url, data=data, **options)
