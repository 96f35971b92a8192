"""Runs one command and ends it when whoever holds the other end of stdin goes away, even by kill -9.

    python -m harness.drivers.leash COMMAND [ARGUMENT …]

The command gets a session of its own, so that Ctrl-C in a terminal reaches the harness alone, which then
decides the order of stopping. SIGTERM and the end of stdin ask the command to stop (SIGTERM), and after
`GRACE_S` seconds end its whole process group. The leash ends as the command ended: same status, same signal.
Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

GRACE_S = 15.0
PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Run `command` on the leash and return its exit status (127 when it cannot be started)."""
    try:
        child = subprocess.Popen(
            command,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509  this process has a single thread so far
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]}: cannot be started: {error.strerror}\n")
        return 127
    signal.signal(signal.SIGTERM, lambda *_: _stop(child))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_stop_when_stdin_ends, args=(child,), daemon=True).start()
    status = child.wait()
    _kill_group(child)
    if status < 0:
        with suppress(OSError):  # SIGKILL has its default already
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the command also dies when the leash itself is killed; elsewhere there is no such call."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _stop_when_stdin_ends(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        pass
    _stop(child)


def _stop(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        child.terminate()
    timer = threading.Timer(GRACE_S, _kill_group, args=(child,))
    timer.daemon = True
    timer.start()


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
