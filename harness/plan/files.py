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


def deciding(locustfiles: Iterable[str], inputs: str | None) -> tuple[HashedFile, ...]:
    """The files that decide what is sent, hashed: locustfiles, private modules beside them, and inputs.

    `inputs` None: the `inputs.json` beside the locustfiles, where there is one.
    """
    files = {Path(file) for file in locustfiles}
    folders = {file.parent for file in files}
    private = {found for folder in folders for found in folder.glob("_*.py")}
    sent = {Path(inputs)} if inputs else {folder / "inputs.json" for folder in folders}
    return tuple(
        HashedFile(path=file.as_posix(), sha256=sha256(file.read_bytes()).hexdigest())
        for file in sorted(files | private | sent)
        if file.is_file()
    )
