"""The Locust user whose `client` is a lean session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from locust import User
from locust.exception import StopTest
from locust.user.users import RestMixin

from harness.generator.lean.answer import Limits
from harness.generator.lean.exchange import ContextFactory, trusting_context, verifying_context
from harness.generator.lean.response import LeanResponse
from harness.generator.lean.session import DEFAULT_LIMITS, LeanSession


class LeanHttpUser(User, RestMixin[LeanResponse]):
    """Has the calls of FastHttpUser, `rest` among them, at about a third of its cost.

    What differs from FastHttpUser: certificates are verified, redirects are responses and followed only with
    `allow_redirects=True`, cookies are kept only with `cookies = True`, and `network_timeout` bounds the
    whole request instead of each wait. Proxies, `files=`, `stream=True` and `iter_lines` are not supported.
    """

    abstract = True

    network_timeout: ClassVar[float] = 60.0
    """Seconds for a whole request: connecting, sending, all of the answer, redirects."""
    connection_timeout: ClassVar[float] = 60.0
    """Seconds for connecting, TLS included."""
    max_redirects: ClassVar[int] = 30
    """How many redirects a request with `allow_redirects=True` follows."""
    insecure: ClassVar[bool] = False
    """Take any certificate."""
    ssl_context_factory: ClassVar[ContextFactory | None] = None
    """Makes the SSLContext of a user, instead of the shared one that verifies by the system's authorities."""
    default_headers: ClassVar[Mapping[str, Any] | None] = None
    """Sent with every request; None as a value leaves a field out."""
    cookies: ClassVar[bool] = False
    """Keep cookies and send them back."""
    max_head_bytes: ClassVar[int] = DEFAULT_LIMITS.head_bytes
    """Longest head of an answer; a longer one is an error."""
    max_body_bytes: ClassVar[int] = DEFAULT_LIMITS.body_bytes
    """Longest body of an answer, as transferred and decoded; a longer one is an error."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if self.host is None:
            raise StopTest("there is no host; set it in the User class, or with --host")
        try:
            self.client = self._session(self.host)
        except ValueError as error:
            raise StopTest(str(error)) from error

    def _session(self, host: str) -> LeanSession:
        shared = trusting_context if self.insecure else verifying_context
        return LeanSession(
            host,
            self.environment.events.request,
            self,
            network_timeout_s=self.network_timeout,
            connection_timeout_s=self.connection_timeout,
            max_redirects=self.max_redirects,
            default_headers=self.default_headers,
            keeps_cookies=self.cookies,
            limits=Limits(self.max_head_bytes, self.max_body_bytes),
            make_context=type(self).ssl_context_factory or shared,
        )
