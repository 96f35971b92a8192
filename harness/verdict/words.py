"""Words of findings: numbers with their nouns, and lists of names. Pure."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN_NAMES = 3


def counted(number: float, noun: str) -> str:
    """`1 request`, `1,542 requests`."""
    return f"{number:,.0f} {noun}" + ("" if round(number) == 1 else "s")


def listed(names: Sequence[str], *, most: int = SHOWN_NAMES) -> str:
    """`a`, `a and b`, `a, b and c`, and beyond `most` of them `a, b, c and 4 more`."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1] if shown else "") if part)


def about(number: float) -> str:
    """A number at two significant digits, since it is an estimate: `3,700`."""
    return f"{float(f'{number:.2g}'):,.0f}"
