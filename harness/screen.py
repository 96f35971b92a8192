"""What stderr shows while a run lasts: a panel in a terminal, plain lines elsewhere; and Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live as Panel

from harness import progress
from harness.model.plan import Plan
from harness.pipeline.running import Audience
from harness.run.watch import Live

LINE_EVERY_S = 10.0


@dataclass
class Screen:
    """Shows a run on stderr: a panel in a terminal, a line every ten seconds elsewhere."""

    interrupted: threading.Event = field(default_factory=threading.Event)
    console: Console = field(default_factory=lambda: Console(stderr=True))
    _shown_at: float = 0.0
    _panel: Panel | None = None

    @contextmanager
    def watching(self, plan: Plan) -> Iterator[Audience]:
        """The audience of one run; Ctrl-C and SIGTERM ask it to end, a second one ends it at once."""
        before = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield Audience(
                tell=self._tell,
                show=lambda live, danger: self._show(live, danger, plan),
                interrupted=self.interrupted,
            )
        finally:
            self._close()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, *_: object) -> None:
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        self.interrupted.set()
        self.console.print("stopping the load, then judging what there is (again: at once)", style="yellow")

    def _tell(self, sentence: str) -> None:
        self._close()
        self.console.print(sentence, style="dim", highlight=False)

    def _show(self, live: Live, danger: tuple[str, ...], plan: Plan) -> None:
        if self.console.is_terminal:
            if self._panel is None:
                self._panel = Panel(console=self.console, transient=True, auto_refresh=False)
                self._panel.start()
            self._panel.update(progress.panel(live, plan, danger), refresh=True)
        elif time.monotonic() - self._shown_at >= LINE_EVERY_S:
            self._shown_at = time.monotonic()
            self.console.print(progress.line(live, danger), highlight=False, soft_wrap=True)

    def _close(self) -> None:
        if self._panel:
            self._panel.stop()
            self._panel = None
