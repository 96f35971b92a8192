"""A session: the record of one load, from its first second to its completion marker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.generator.cells import Cells
from harness.generator.problems import Problems
from harness.generator.recorder import Record
from harness.generator.run_files import RunFiles


class Session:
    """Merges records and writes them; without a folder it only counts."""

    def __init__(self, folder: Path | None, problems: Problems, on_trouble: Callable[[str], None]) -> None:
        self.cells = Cells()
        self._files = RunFiles(folder, problems, on_trouble) if folder else None

    def announce(self, load_start_epoch_s: int) -> None:
        """Tell whoever watches when the load begins."""
        if self._files:
            self._files.announce(load_start_epoch_s)

    def add(self, records: Iterable[Record]) -> None:
        """Add what one process recorded."""
        self.cells.add(records)

    def add_second(self, second: Mapping[str, Any]) -> None:
        """Add how one process was in one second."""
        if self._files:
            self._files.add_second(second)

    def flush(self) -> None:
        """Write every record that was added since the last call."""
        lines = self.cells.take_lines()
        if self._files and lines:
            self._files.add_series(lines)

    def complete(self, completion: Mapping[str, Any]) -> None:
        """Put everything on disk for good, the completion marker last."""
        self.flush()
        if self._files:
            self._files.complete(completion)
