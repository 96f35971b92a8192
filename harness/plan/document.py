"""A file's values, each with the position where it stood. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.plan.problems import Position

Key = str | int
Trail = tuple[Key, ...]
"""Keys and indexes that lead from the top of a document to one value."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file: its values, and the positions of its keys and values."""

    file: str
    data: Any
    """Mappings, lists, text, numbers, booleans and None; `{}` when the file could not be read."""
    readable: bool
    keys: Mapping[Trail, Position]
    values: Mapping[Trail, Position]
    broken: frozenset[Trail]
    """Values that already have a problem of their own and are None here."""

    def at(self, *trail: Key) -> Position:
        """Position of a value; that of its nearest parent when there is no such value."""
        return self._nearest(trail, self.values)

    def at_key(self, *trail: Key) -> Position:
        """Position of a key; that of its value for an item of a list."""
        return self.keys.get(trail) or self.at(*trail)

    def value(self, *trail: Key) -> Any:
        """The value at a trail, or None when there is none."""
        found = self.data
        for key in trail:
            in_list = isinstance(found, list) and isinstance(key, int) and key < len(found)
            if not in_list and not (isinstance(found, dict) and key in found):
                return None
            found = found[key]
        return found

    def _nearest(self, trail: Trail, places: Mapping[Trail, Position]) -> Position:
        for length in range(len(trail), -1, -1):
            if position := places.get(trail[:length]):
                return position
        return Position(self.file)
