"""Header fields of an answer: by name in any case, parsed from the head only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Fields(Mapping[str, str]):
    """Fields of one head; a field that came several times has its values joined by `, ` (RFC 9110, 5.3)."""

    def __init__(self, head: bytes = b"") -> None:
        self._values: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self._names.setdefault(name.lower(), name)
                self._values.setdefault(name.lower(), []).append(value.strip(" \t"))

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        return repr(dict(self))

    def get_all(self, name: str, default: T | None = None) -> list[str] | T | None:
        """Every value of a field, apart, as `http.cookiejar` asks for them; `default` when there is none."""
        return self._values.get(name.lower(), default)

    def getlist(self, name: str) -> list[str]:
        """Every value of a field, apart, as FastHttpUser's headers give them."""
        return list(self._values.get(name.lower(), ()))
