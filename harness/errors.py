"""Errors that end a command, and the exit statuses they end it with. Refuses to print or exit itself."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command's exit status means; `verdict.json` carries the same number because `make` hides it."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INCONCLUSIVE = 3
    BROKEN = 4
    REFUSED = 5
    INTERRUPTED = 130


class HarnessError(Exception):
    """One thing that went wrong, told in three parts: where, what, and how to mend it.

    `where` and `mend` may be empty. `status` is attached where the error is born and read once, at the top.
    """

    status = ExitStatus.BROKEN

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located}; {self.mend}" if self.mend else located


class UsageError(HarnessError):
    """The command or a scenario file is wrong; nothing was started."""

    status = ExitStatus.USAGE


class ScenarioErrors(UsageError):  # noqa: N818  it holds many
    """Every problem of one set of scenario files at once, in the order of the files."""

    def __init__(self, problems: list[HarnessError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class RefusedError(HarnessError):
    """The guard refused to send load, or to write, before the first request."""

    status = ExitStatus.REFUSED
