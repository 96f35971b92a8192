"""What the benchmarks of the lean user share: the null server, and what a process costs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("lean_server.c")
CLIENT_CORE, SERVER_CORE = 0, (os.cpu_count() or 1) - 1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def pinned(core: int, *words: object, nice: int = 0) -> list[str]:
    """A command that keeps to one core; a `nice` below 0 needs privilege, and is 0 without."""
    return ["nice", "-n", f"{nice}", "taskset", "-c", f"{core}", *(f"{word}" for word in words)]


def cpu_s(pid: int) -> float:
    """CPU time that a process has used, all threads, in seconds (to 10 ms)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def wait_for_quiet(limit_s: float = 60.0) -> None:
    """Wait until the machine has been nine tenths idle for 2 s; go on all the same after `limit_s`."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        before = _cpu_times()
        time.sleep(2)
        spent = [after - earlier for after, earlier in zip(_cpu_times(), before, strict=True)]
        if spent[3] >= 0.9 * sum(spent):
            return


def _cpu_times() -> list[int]:
    """Ticks that all cores have spent: user, nice, system, idle, and others (proc(5))."""
    return [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]


class NullServer:
    """The server of lean_server.c, in a process on a core of its own."""

    def __init__(self, program: Path, nice: int) -> None:
        command = pinned(SERVER_CORE, program, nice=nice)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self._line()}"

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    @property
    def total(self) -> int:
        """Requests answered so far."""
        assert self.process.stdin
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return int(self._line())

    def counts(self) -> dict[int, int]:
        """Stop it; requests answered by second of the wall clock."""
        output, _ = self.process.communicate(timeout=10)
        return {int(second): int(count) for second, count in map(str.split, output.splitlines())}


@contextmanager
def null_server(nice: int = 0) -> Iterator[NullServer]:
    """Compile the server and run it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "lean_server"
        subprocess.run(["cc", "-O2", "-o", program, SOURCE], check=True)
        server = NullServer(program, nice)
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait()


def version_of(words: Sequence[str]) -> str:
    """What a program says its version is, in one line."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0]
