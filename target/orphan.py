"""A child process ends with its owner.

The owner holds a pipe to our stdin, and its end means that the owner is gone.

Used by the API and the LLM double. The pipe also carries one first line, the settings.
"""

import ctypes
import os
import select
import signal
import sys
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def settings_line() -> str:
    """The first line of stdin; empty when the owner died before writing it."""
    return sys.stdin.readline()


def die_with_owner(clean: Callable[[], None] = lambda: None) -> None:
    """From now on end at once when the owner is gone, after `clean`."""
    threading.Thread(target=_watch, args=(clean,), daemon=True, name="owner-watch").start()


def die_by_kernel() -> None:
    """Ask Linux for a SIGKILL when the owner's main thread ends: works even when this process hangs.

    Ends at once when the owner has gone before.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    pipe = select.poll()
    pipe.register(sys.stdin.fileno(), 0)  # hang-up is always reported
    if pipe.poll(0):
        os._exit(1)


def _watch(clean: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    clean()
    os._exit(1)
