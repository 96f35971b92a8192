"""Units as people write them (`500ms`, `5m`, `0.1%`, `2GiB`) and the base units used inside. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import floor, log10

DURATION_UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
SIZE_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}

_TERM = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([A-Za-z%]*)")


def seconds(text: str) -> float:
    """Seconds in a duration such as `500ms`, `30s`, `5m`, `1h` or `1m30s`.

    ValueError when a unit is missing or unknown, or the duration is negative.
    """
    terms = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not terms or "".join(number + unit for number, unit in terms) != text.strip().replace(" ", ""):
        raise ValueError(
            f"'{text}' is not a duration; write a number and a unit, such as 500ms, 30s, 5m or 1h"
        )
    return sum(float(number) * DURATION_UNITS[unit] for number, unit in terms)


def ratio(text: str) -> float:
    """The ratio in a percentage such as `0.1%` (0.001); ValueError without the percent sign."""
    match = _TERM.fullmatch(text)
    if not match or match[2] != "%":
        raise ValueError(f"'{text}' is not a percentage; write it with its sign, such as 0.1%")
    return float(match[1]) / 100


def size_bytes(text: str) -> int:
    """Bytes in a size such as `2GiB` or `500MB`; ValueError when the unit is missing or unknown."""
    match = _TERM.fullmatch(text)
    if not match or match[2] not in SIZE_UNITS:
        raise ValueError(f"'{text}' is not a size; write a number and one of {', '.join(SIZE_UNITS)}")
    return int(float(match[1]) * SIZE_UNITS[match[2]])


def show(value: float | None, unit: str) -> str:
    """A value of a base unit as a person would write it; an en dash for None.

    Base units: `s`, `ratio`, `bytes`, `per_s`, `count`; any other unit is written behind the number.
    """
    if value is None:
        return "–"
    writer = _WRITERS.get(unit)
    return writer(value) if writer else f"{_digits(value, 4)} {unit}".strip()


def show_seconds(value: float) -> str:
    """Seconds with a unit that keeps three significant digits readable: `7.12 ms`, `1.24 s`, `5m 20s`."""
    if value < 0.9995:
        return f"{_digits(value * 1000, 3)} ms"
    if value < 119.5:
        return f"{_digits(value, 3)} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}m {rest:02d}s"


def _show_ratio(value: float) -> str:
    return f"{_digits(value * 100, 3)} %"


def _show_bytes(value: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if abs(value) < 1024:
            return f"{_digits(value, 3)} {unit}" if unit != "B" else f"{value:.0f} B"
        value /= 1024
    return f"{_digits(value, 3)} GiB"


def _digits(value: float, digits: int) -> str:
    """At least `digits` significant digits, but at most nine decimals; no exponent and no trailing zeros."""
    exponent = floor(log10(abs(value))) if value else 0
    shown = f"{value:,.{min(max(0, digits - 1 - exponent), 9)}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


_WRITERS: dict[str, Callable[[float], str]] = {
    "s": show_seconds,
    "ratio": _show_ratio,
    "bytes": _show_bytes,
    "per_s": lambda value: f"{_digits(value, 4)}/s",
    "count": "{:.0f}".format,
}
