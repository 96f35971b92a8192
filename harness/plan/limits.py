"""Values with units as people write them in YAML, turned into base units. Pure.

Every function takes what YAML gave and raises ValueError with `what; how to mend`.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from harness.model.units import ratio, seconds, size_bytes

EXAMPLES = {"s": "500ms or 5m", "ratio": "1%", "bytes": "2GiB", "per_s": "100/s", "count": "10"}
SUFFIXES = {"s": "s", "ratio": "%", "bytes": "MiB", "per_s": "/s"}

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*s")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def in_unit(written: object, unit: str) -> float:
    """The value of `written` in the base unit `unit`: `s`, `ratio`, `bytes`, `per_s`, or `count`."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(f"{_named(written)} is no limit; write {EXAMPLES.get(unit, 'a number')}")  # noqa: TRY004
    text = str(written).strip()
    if text.startswith("-"):
        raise ValueError(f"'{text}' is negative; write at least 0")
    if unit in SUFFIXES and _NUMBER.fullmatch(text) and float(text):
        raise ValueError(f"'{text}' has no unit; write it with one, such as {text}{SUFFIXES[unit]}")
    match unit:
        case "s":
            return 0.0 if text == "0" else seconds(text)
        case "ratio":
            return 0.0 if text == "0" else ratio(text)
        case "bytes":
            return 0.0 if text == "0" else float(size_bytes(text))
        case "per_s":
            return _rate(text)
        case _:
            return _number(text)


def duration_s(written: object) -> float:
    """Seconds in a duration such as `5m`."""
    return in_unit(written, "s")


def percentage(written: object) -> float:
    """The ratio in a percentage such as `50%`."""
    return in_unit(written, "ratio")


def web_address(text: str) -> str:
    """The base URL of a target without a trailing slash: http or https, a host, at most a path."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, or a port above 65535
        sound = False
    if not sound:
        raise ValueError(f"'{text}' is no address of a target; write http:// or https:// and a host")
    if parts.username or parts.password:
        raise ValueError("the address holds a password; give it as api_key: ${TARGET_API_KEY}")
    if parts.query or parts.fragment:
        raise ValueError(f"'{text}' goes on after the path; leave out what begins with ? or #")
    return text.rstrip("/")


def url_path(text: str) -> str:
    """A path below the base URL."""
    if not text.startswith("/"):
        raise ValueError(f"path '{text}' does not begin with /; write /{text}")
    return text


def _rate(text: str) -> float:
    match = _RATE.fullmatch(text)
    if not match and text != "0":
        raise ValueError(f"'{text}' is not a rate; write it per second, such as {EXAMPLES['per_s']}")
    return float(match[1]) if match else 0.0


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"'{text}' is not a plain number; write one such as {EXAMPLES['count']}")
    return float(text)


def _named(written: object) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(written), f"'{written}'")
