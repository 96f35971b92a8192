"""The door: requests without the right key are turned away before anybody looks at their body."""

import secrets

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = b"x-api-key"
_OPEN = ("/healthz", "/metrics")


class ApiKeyGuard:
    """Middleware that asks for the header X-API-Key; health and metrics need none."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._key = api_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or answer 401."""
        if scope["type"] != "http" or scope["path"] in _OPEN or self._knows(scope):
            await self._app(scope, receive, send)
            return
        await JSONResponse({"detail": "missing or wrong X-API-Key"}, 401)(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        return secrets.compare_digest(given, self._key)
