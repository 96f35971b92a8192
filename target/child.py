"""Our own child processes (API, LLM double).

Each serves a socket we bound, and dies when the pipe to its stdin ends.
"""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from target.errors import TargetError

_STOP_S = 10.0


@dataclass(slots=True, kw_only=True)
class Child:
    """A running child; it starts to serve once it was told its settings."""

    name: str
    port: int
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def tell(self, line: str) -> None:
        """Write the settings, its first line of input."""
        assert self.process.stdin is not None  # noqa: S101 - asked for below
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def wait_until_healthy(self, timeout_s: float) -> None:
        """Return when GET /healthz answers 200; TargetError when it dies or takes too long."""
        end = time.monotonic() + timeout_s
        while not self._healthy():
            if self.process.poll() is not None:
                raise TargetError(
                    self.name, f"ended with {self.process.returncode} at start", "see its log above"
                )
            if time.monotonic() > end:
                raise TargetError(self.name, f"does not answer after {timeout_s:g} s", "see its log above")
            time.sleep(0.02)

    def _healthy(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def close(self) -> None:
        """SIGTERM, and SIGKILL for one that does not listen."""
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


def bind(port: int, *, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket; TargetError when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise TargetError(
            f"port {port}", error.strerror or str(error), "stop who uses it, or choose another --port"
        ) from error
    listener.listen(2048)
    return listener


def start(
    name: str, module: str, listener: socket.socket, more: Sequence[str], *, log: IO[str] | None
) -> Child:
    """Start `python -m module` on the socket, which from then on is the child's alone.

    Its death closes the port.
    """
    port: int = listener.getsockname()[1]
    output = log or sys.stderr
    with listener:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--fd", str(listener.fileno()), *more],
            stdin=subprocess.PIPE, stdout=output, stderr=output, text=True,
            pass_fds=[listener.fileno()], start_new_session=True,
        )  # fmt: skip
    return Child(name=name, port=port, process=process)
