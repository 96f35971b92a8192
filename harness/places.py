"""Where scenarios, locustfiles and shapes lie: in the project at hand, or as shipped with the package."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

import harness
from harness.errors import UsageError

PACKAGE = Path(harness.__file__).parent


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that one adds to."""

    root: Path

    @classmethod
    def around(cls, folder: Path) -> Places:
        """The project at or above `folder`, or what the package ships, or the source tree it runs from.

        The project's path is relative to `folder`, so that its files are shown shortly, as they are called.
        """
        candidates = [folder, *folder.parents, PACKAGE / "shipped", PACKAGE.parent]
        for root in candidates:
            if (root / "scenarios").is_dir() and (root / "locustfiles").is_dir():
                return cls(Path(relpath(root, folder)))
        raise UsageError(
            "no scenarios/ and locustfiles/ here", where=str(folder), mend="call it in a project folder"
        )

    @property
    def scenarios(self) -> Path:
        """Folder of the scenario files."""
        return self.root / "scenarios"

    @property
    def locustfiles(self) -> Path:
        """Folder of the shipped User classes."""
        return self.root / "locustfiles"

    @property
    def shapes(self) -> Path:
        """Folder of the shapes."""
        return self.root / "shapes"

    def scenario_names(self) -> list[str]:
        """Names of the scenarios, sorted."""
        return sorted(path.stem for path in self.scenarios.glob("*.yaml"))
