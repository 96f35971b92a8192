"""Whether whoever started us is still there: its process, and the pipe it may hold to our stdin."""

import os
import select
import stat
from dataclasses import dataclass, field


@dataclass(slots=True)
class Parent:
    """Remembers the parent at start.

    A stdin that is no pipe, or has ended already at start, tells nothing.
    """

    pid: int = field(default_factory=os.getppid)
    _pipe: "select.poll | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        pipe = _open_pipe()
        if pipe and not pipe.poll(0):
            self._pipe = pipe

    def gone(self) -> bool:
        """Whether we have been orphaned: another parent, or the other end of the pipe closed."""
        return os.getppid() != self.pid or bool(self._pipe and self._pipe.poll(0))


def _open_pipe() -> "select.poll | None":
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(0).st_mode)
    except OSError:
        return None
    if not is_pipe:
        return None
    pipe = select.poll()
    pipe.register(0, 0)  # hang-up and errors are always reported; input does not matter
    return pipe
