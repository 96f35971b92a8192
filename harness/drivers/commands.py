"""Starts and stops other programs. With `leash.py`, the only place that imports subprocess."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO

from harness.errors import HarnessError

STOP_TIMEOUT_S = 20.0


class Child:
    """A program on the leash: it ends when the harness ends, whatever ends the harness."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path | None,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Start `command`; its output goes to `log` (None: our stderr), but stdout to `on_line` if given."""
        self.command = tuple(command)
        with log.open("ab") if log else nullcontext(sys.stderr.buffer) as stream:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "harness.drivers.leash", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if on_line else stream,
                stderr=stream,
                env=dict(environment),
                start_new_session=True,
            )
        if on_line and self._process.stdout:
            reader = threading.Thread(target=_read_lines, args=(self._process.stdout, on_line), daemon=True)
            reader.start()

    @property
    def pid(self) -> int:
        """Process id of the leash; the program and all it starts are below it."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status (negative: the signal that ended it), or None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Ask the program to end in order (SIGTERM) and return at once."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def wait(self, timeout_s: float) -> int | None:
        """Exit status, or None when it still runs after `timeout_s` seconds."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> int | None:
        """Ask it to stop, wait, and end it by force after `timeout_s` seconds; its exit status."""
        if self.status is None:
            self.ask_to_stop()
            if self.wait(timeout_s) is None:
                self._process.kill()
                self._process.wait()
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        return self.status


def _read_lines(stream: IO[bytes], on_line: Callable[[str], None]) -> None:
    for line in stream:
        on_line(line.decode(errors="replace").rstrip("\n"))
    stream.close()


class Conversation:
    """A program that answers each line with a line, and ends when its input does: never after the harness."""

    def __init__(self, command: Sequence[str]) -> None:
        self._name = " ".join(command[:3])
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    @property
    def is_over(self) -> bool:
        """Whether the program has ended."""
        return self._process.poll() is not None

    def ask(self, line: str, *, timeout_s: float) -> str:
        """The answer to one line; HarnessError with the program's last words when there is none in time."""
        timer = threading.Timer(timeout_s, self._process.kill)
        timer.start()
        answer = self._exchanged(line)
        timer.cancel()
        if not answer:
            self._process.kill()
            _, errors = self._process.communicate()
            raise HarnessError(_last_line(errors, self._process.returncode), where=self._name)
        return answer

    def _exchanged(self, line: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            return ""
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        return self._process.stdout.readline()

    def end(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.communicate()


def _last_line(errors: str | None, status: int) -> str:
    found = (errors or "").strip().splitlines()[-1:]
    return found[0] if found else f"exit status {status}"


def output_of(command: Sequence[str], *, timeout_s: float = 60.0) -> str:
    """Standard output of a short command; HarnessError with the end of its stderr when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=True, text=True)
    except subprocess.CalledProcessError as error:
        what = _last_line(error.stderr, error.returncode)
        raise HarnessError(what, where=" ".join(command[:3])) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HarnessError(str(error), where=" ".join(command[:3])) from error
    return done.stdout
