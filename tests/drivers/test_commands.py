"""Programs that are started end when they should, as they should, and with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.drivers.commands import Child, Conversation, output_of
from harness.drivers.processes import identify
from harness.errors import HarnessError

SLEEPER = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(os.getpid(), flush=True); time.sleep(60)"
)


def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    """Poll real processes: they need a moment to start and to die."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def start(tmp_path: Path, source: str) -> tuple[Child, int]:
    lines: list[str] = []
    child = Child(
        [sys.executable, "-c", source],
        environment=dict(os.environ),
        log=tmp_path / "log",
        on_line=lines.append,
    )
    assert until(lambda: bool(lines))
    return child, int(lines[0])


def test_stop_ends_the_program_and_tells_its_signal(tmp_path: Path) -> None:
    child, pid = start(tmp_path, SLEEPER)
    assert identify(pid)
    assert child.stop() == -signal.SIGTERM
    assert identify(pid) is None


def test_kill_9_of_the_program_is_seen_as_such(tmp_path: Path) -> None:
    child, pid = start(tmp_path, SLEEPER)
    os.kill(pid, signal.SIGKILL)
    assert child.wait(10) == -signal.SIGKILL
    child.stop()


def test_exit_status_of_the_program_is_that_of_the_leash(tmp_path: Path) -> None:
    child = Child(
        [sys.executable, "-c", "raise SystemExit(7)"],
        environment=dict(os.environ),
        log=tmp_path / "log",
    )
    assert child.wait(10) == 7
    child.stop()


def test_unknown_program_says_so_in_the_log(tmp_path: Path) -> None:
    child = Child(["no-such-program"], environment=dict(os.environ), log=tmp_path / "log")
    assert child.wait(10) == 127
    child.stop()
    assert "no-such-program: cannot be started" in (tmp_path / "log").read_text()


def test_kill_9_of_the_holder_ends_the_program(tmp_path: Path) -> None:
    holder_source = f"""
import os, sys, time
from pathlib import Path
from harness.drivers.commands import Child
child = Child([sys.executable, "-c", {SLEEPER!r}], environment=dict(os.environ),
              log=Path({str(tmp_path / "log")!r}), on_line=lambda line: print(line, flush=True))
time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", holder_source], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    pid = int(holder.stdout.readline())
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert until(lambda: identify(pid) is None)


def test_kill_9_of_the_leash_ends_the_program(tmp_path: Path) -> None:
    child, pid = start(tmp_path, SLEEPER)
    os.kill(child.pid, signal.SIGKILL)
    assert until(lambda: identify(pid) is None)
    child.stop()


def test_a_program_that_ignores_the_request_is_ended_by_force(tmp_path: Path) -> None:
    child, pid = start(tmp_path, STUBBORN)
    child.stop(timeout_s=0.5)
    assert until(lambda: identify(pid) is None)


ECHO = "import sys; [print(line.strip()[::-1], flush=True) for line in sys.stdin]"


def test_conversation_answers_line_by_line() -> None:
    conversation = Conversation([sys.executable, "-c", ECHO])
    assert [conversation.ask(word, timeout_s=10).strip() for word in ("abc", "xyz")] == ["cba", "zyx"]
    assert not conversation.is_over
    conversation.end()
    assert conversation.is_over


@pytest.mark.parametrize(
    ("source", "words"),
    [("import sys; sys.exit('it broke')", "it broke"), ("input(); input()", "exit status -9")],
)
def test_conversation_without_an_answer_is_an_error(source: str, words: str) -> None:
    conversation = Conversation([sys.executable, "-c", source])
    with pytest.raises(HarnessError, match=words):
        conversation.ask("abc", timeout_s=2)
    assert conversation.is_over


def test_output_of_a_failing_command_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="it broke"):
        output_of([sys.executable, "-c", "import sys; sys.exit('it broke')"])
