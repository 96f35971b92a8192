"""The files that the main process of a run leaves in its folder, written so that a crash loses no more than
the last second, and a full disk loses nothing that fits.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.generator.problems import Problems

BALLAST = "ballast"
"""A file that the harness puts into the run folder to have space in reserve."""
DISK_FULL = "disk full"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class RunFiles:
    """The open files of one run folder. `on_trouble` is told in few words why writing failed."""

    def __init__(self, folder: Path, problems: Problems, on_trouble: Callable[[str], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._problems = problems
        self._on_trouble = on_trouble
        self._series = _Appended(folder / "series.jsonl")
        self._generator = _Appended(folder / "generator.jsonl")

    def add_series(self, lines: str) -> None:
        """Append lines to `series.jsonl`."""
        self._series.add(lines)
        self._persist(self._series.write)

    def add_second(self, second: Mapping[str, Any]) -> None:
        """Append one line to `generator.jsonl`, without the fields that are None."""
        known = {key: value for key, value in second.items() if value is not None}
        line = json.dumps(known, separators=(",", ":")) + "\n"
        self._generator.add(line)
        self._persist(self._generator.write)

    def announce(self, load_start_epoch_s: int) -> None:
        """Write `load.json`: when the load begins, for whoever watches."""
        self._whole("load.json", {"load_start_epoch_s": load_start_epoch_s, "pid": os.getpid()})

    def complete(self, completion: Mapping[str, Any]) -> None:
        """Put the series on disk for good, then write `completion.json`."""
        for file in (self._series, self._generator):
            self._persist(file.sync)
        self._whole("completion.json", completion)

    def _whole(self, name: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=1) + "\n"
        self._persist(lambda: _replace(self._folder / name, text))

    def _persist(self, write: Callable[[], None]) -> None:
        """Write; when that fails, free the ballast and try once more. What is not written is kept."""
        try:
            write()
        except OSError as error:
            self._report(error)
            with suppress(OSError):
                (self._folder / BALLAST).unlink(missing_ok=True)
            with suppress(OSError):
                write()

    def _report(self, error: OSError) -> None:
        reason = DISK_FULL if error.errno in _FULL else f"cannot write: {error.strerror}"
        self._problems.note(f"{self._folder}: {reason}; free space there and run again")
        self._on_trouble(reason)


class _Appended:
    """A file that only grows. What could not be written yet is written first the next time."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._unsaved = bytearray()

    def add(self, text: str) -> None:
        self._unsaved += text.encode()

    def write(self) -> None:
        while self._unsaved:
            del self._unsaved[: os.write(self._descriptor, self._unsaved)]

    def sync(self) -> None:
        self.write()
        with suppress(OSError):  # not every file can be synced (a pipe cannot)
            os.fsync(self._descriptor)


def _replace(path: Path, text: str) -> None:
    """Write a whole file so that a reader finds all of it or none."""
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
