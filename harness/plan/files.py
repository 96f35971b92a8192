"""Files that a plan finds by name, and the hashes of those that decide what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.model.plan import HashedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where the shipped parts are. What stands beside a scenario is found first."""

    scenarios: Path
    locustfiles: Path
    shapes: Path

    def beside(self, scenario: Path, part: str = "") -> tuple[Path, ...]:
        """The folders in which a scenario's targets or SLAs (`part`), or its sisters, are looked for."""
        return tuple(dict.fromkeys((scenario.parent / part, self.scenarios / part)))


def named(folders: Sequence[Path]) -> dict[str, Path]:
    """The YAML files of some folders by name without .yaml; the first folder wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def hashed(paths: Iterable[str | Path]) -> tuple[HashedFile, ...]:
    """The files with their SHA-256, in the order of their names, each once."""
    unique = sorted({Path(path).as_posix() for path in paths})
    return tuple(HashedFile(path=path, sha256=sha256(Path(path).read_bytes()).hexdigest()) for path in unique)
