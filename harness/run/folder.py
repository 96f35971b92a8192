"""The run folder: where the files of one run live, how they are written and read back."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from harness.errors import HarnessError, UsageError
from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.run import Completion, Run
from harness.model.series import Cell, Second, Series
from harness.model.verdict import Verdict

BALLAST_BYTES = 4 * 2**20
"""Freed when the disk is full, so that a verdict and a report can still be written."""
LEAST_FREE_BYTES = 100 * 2**20
"""No run is started with less room than this."""

UNENDED = "harness: was ended before it could end the run; only what came before is judged; run it again"
"""The problem of a run whose `run.json` was never closed."""

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class RunFolder:
    """`reports/<run-id>/` and the files in it (ARCHITECTURE.md lists them)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, reports: Path, scenario: str, stamp: str) -> RunFolder:
        """A new folder named after a time stamp and the scenario; HarnessError when there is no room."""
        try:
            reports.mkdir(parents=True, exist_ok=True)
            path = _unused(reports / f"{stamp}-{scenario}")
            (path / "evidence").mkdir(parents=True)
            folder = cls(path)
            folder._reserve()
        except OSError as error:
            raise HarnessError(
                error.strerror or str(error), where=str(reports), mend="make it writable, or free some space"
            ) from error
        return folder

    @classmethod
    def existing(cls, path: Path) -> RunFolder:
        """The folder of an earlier run; UsageError when it is none."""
        if not (path / "plan.json").is_file():
            raise UsageError(
                "is not a run folder (it has no plan.json)",
                where=str(path),
                mend="name a folder below reports/",
            )
        return cls(path)

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.path.name

    def file(self, name: str) -> Path:
        """Path of a file in the folder."""
        return self.path / name

    def _reserve(self) -> None:
        free = os.statvfs(self.path)
        if free.f_bavail * free.f_frsize < LEAST_FREE_BYTES:
            raise HarnessError(
                f"less than {LEAST_FREE_BYTES // 2**20} MiB are free",
                where=str(self.path.parent),
                mend="free some space, or name another folder with --reports",
            )
        self.file("ballast").write_bytes(os.urandom(BALLAST_BYTES))

    def drop_ballast(self) -> None:
        """Give back the reserved room."""
        with suppress(FileNotFoundError):
            self.file("ballast").unlink()

    def write(self, name: str, text: str) -> Path:
        """Write a file as a whole or not at all; the ballast goes when the disk is full."""
        path = self.file(name)
        try:
            _replace(path, text)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.drop_ballast()
            _replace(path, text)
        return path

    def write_value(self, name: str, value: BaseModel) -> Path:
        """Write a value as indented JSON."""
        return self.write(name, value.model_dump_json(indent=1) + "\n")

    def plan(self) -> Plan:
        """The plan of the run."""
        return self._value("plan.json", Plan)

    def run(self) -> Run:
        """What happened; of a run whose harness was killed, as much as its files tell."""
        run = self._value("run.json", Run)
        if run.ended_at is not None:
            return run
        return run.model_copy(
            update={
                "load_start_epoch_s": self.load_start_epoch_s(),
                "completion": self.completion(),
                "problems": (*run.problems, UNENDED),
            }
        )

    def verdict(self) -> Verdict:
        """How it was judged."""
        return self._value("verdict.json", Verdict)

    def completion(self) -> Completion | None:
        """What the generator wrote at its end in order; None when it did not end so."""
        return self._value("completion.json", Completion) if self.file("completion.json").is_file() else None

    def evidence(self) -> tuple[Evidence, ...]:
        """Everything the collectors left, by name."""
        return tuple(
            Evidence.model_validate_json(path.read_text())
            for path in sorted(self.file("evidence").glob("*.json"))
        )

    def load_start_epoch_s(self) -> int | None:
        """The whole second at which the load began, as soon as the generator announced it."""
        try:
            return int(json.loads(self.file("load.json").read_text())["load_start_epoch_s"])
        except (OSError, ValueError, KeyError):
            return None

    def series(self) -> Series:
        """The series of the run; a last line that was cut by a kill is left out."""
        start = self.load_start_epoch_s()
        if start is None:
            return Series()

        def second(line: str) -> Second:
            return second_from(json.loads(line), start)

        return Series(
            cells=tuple(_parsed(self.file("series.jsonl"), _cell_reader(start))),
            seconds=tuple(_parsed(self.file("generator.jsonl"), second)),
        )

    def _value(self, name: str, kind: type[M]) -> M:
        path = self.file(name)
        try:
            return kind.model_validate_json(path.read_text())
        except OSError as error:
            raise HarnessError(error.strerror or str(error), where=str(path)) from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise HarnessError(f"{place}: {first['msg']}", where=str(path)) from error


def second_from(record: Mapping[str, Any], load_start_epoch_s: int) -> Second:
    """One line of `generator.jsonl`, parsed, on the run's clock."""
    fields = dict(record)
    return Second(t_s=int(fields.pop("t")) - load_start_epoch_s, **fields)


def _cell_reader(load_start_epoch_s: int) -> Callable[[str], Cell]:
    return lambda line: Cell.from_line(line, load_start_epoch_s=load_start_epoch_s)


def _parsed(path: Path, read: Callable[[str], T]) -> Iterator[T]:
    if not path.is_file():
        return
    with path.open() as stream:
        for line in stream:
            if line.endswith("\n"):  # a line without its end was cut when the writer was killed
                yield read(line)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def _unused(path: Path) -> Path:
    number = 2
    found = path
    while found.exists():
        found = path.with_name(f"{path.name}-{number}")
        number += 1
    return found


def newest_first(reports: Path) -> list[RunFolder]:
    """Every run folder below `reports`, the newest first (their names begin with the time)."""
    if not reports.is_dir():
        return []
    names = sorted(
        (path.name for path in reports.iterdir() if re.match(r"\d{8}-\d{6}-", path.name)), reverse=True
    )
    return [RunFolder(reports / name) for name in names if (reports / name / "plan.json").is_file()]
