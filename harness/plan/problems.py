"""Problems of scenario files: where, what, how to mend it; gathered, then raised all at once.

Refuses to stop at the first one: who finds a problem adds it here and goes on with what is still known.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from harness.errors import HarnessError, ScenarioErrors

SHORT = 14
"""A set of names no longer than this is shown whole."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, counted from 1; line 0 means the file (or the option) as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problems:
    """What is wrong so far, over all files of one planning."""

    def __init__(self) -> None:
        self._found: dict[tuple[Position, str], HarnessError] = {}

    def add(self, position: Position, what: str, mend: str = "") -> None:
        """Notes one problem; the same words at the same place count once."""
        self._found.setdefault((position, what), HarnessError(what, where=str(position), mend=mend))

    def unknown(
        self, position: Position, kind: str, name: str, known: Collection[str], see: str = ""
    ) -> None:
        """Notes that `name` is no known `kind`, with the nearest known name and, when short, all of them."""
        self.add(position, f"unknown {kind} '{name}'", known_names(name, known, see))

    def __len__(self) -> int:
        return len(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def found(self) -> list[HarnessError]:
        """Every problem: file by file in the order first met, by line within a file."""
        files = list(dict.fromkeys(position.file for position, _ in self._found))
        keys = sorted(self._found, key=lambda key: (files.index(key[0].file), key[0].line, key[0].column))
        return [self._found[key] for key in keys]

    def raise_if_any(self) -> None:
        """ScenarioErrors with every problem, if there is one."""
        if self._found:
            raise ScenarioErrors(self.found)


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that `name` most likely stands for, or None when none is near."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return near[0] if near else None


def known_names(name: str, known: Collection[str], see: str = "") -> str:
    """How to mend an unknown name: the nearest one, all of them when they are few, and where to look."""
    parts = [f"did you mean '{near}'?"] if (near := nearest(name, known)) else []
    if len(known) <= SHORT and not (near and see):
        listed = f"known: {', '.join(sorted(known)) or 'none'}"
        parts.append(f"({listed})" if near else listed)
    if see:
        parts.append(f"(see `{see}`)")
    return " ".join(parts)
