"""Where a request goes: the origin of a URL, the target within it, and the credentials in front of it."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from requests.utils import requote_uri

DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """What a connection is made to."""

    scheme: str
    host: str
    """A name, in ASCII, or an address; an IPv6 address without its brackets."""
    port: int

    @property
    def authority(self) -> str:
        """The Host field: brackets around an IPv6 address, the port unless it is the scheme's own."""
        host = f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class Address(NamedTuple):
    """A URL taken apart."""

    origin: Origin
    target: str
    """Path and query, percent-encoded."""
    authorization: str | None
    """Basic credentials that the URL carries."""
    url: str
    """The URL without credentials."""


def address_of(url: str) -> Address:
    """Take a URL apart; ValueError when it is not an http or https URL with a host."""
    parts = urlsplit(requote_uri(url.strip()))
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"'{url}' is not the URL of a host; write http://host/path or https://host/path")
    origin = Origin(parts.scheme, _ascii_host(parts.hostname), parts.port or DEFAULT_PORTS[parts.scheme])
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return Address(origin, target, _credentials(parts), bare.geturl())


def _ascii_host(host: str) -> str:
    try:
        return unquote(host) if ":" in host else host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"'{host}' is not the name of a host: {error}") from error


def _credentials(parts: SplitResult) -> str | None:
    if parts.username is None or parts.password is None:
        return None
    return basic_authorization(unquote(parts.username), unquote(parts.password))


def basic_authorization(user: str | bytes, password: str | bytes) -> str:
    """The Authorization field of Basic authentication (RFC 7617), in Latin-1 as Locust's other users do."""
    both = [part.encode("latin-1") if isinstance(part, str) else part for part in (user, password)]
    return f"Basic {b64encode(b':'.join(both)).decode()}"
