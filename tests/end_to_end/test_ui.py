"""`harness ui`: the embedded target and Locust's own web UI, used as a person would, in a real browser."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_user_explores_with_classes_and_shapes_to_choose(project, browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    process = project.start("ui", "--port", port, "--reports", project.reports)
    try:
        project.wait_for(lambda: listening(port), timeout_s=60)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_role("button", name=re.compile("start", re.IGNORECASE)).first.wait_for()
        content = page.content()
        assert [
            name for name in ("ReflectionAnalyze", "Search", "Spike", "Constant") if name not in content
        ] == []
        page.locator('input[name="userCount"]').fill("8")
        page.locator('input[name="spawnRate"]').fill("8")
        page.get_by_role("button", name=re.compile("^start", re.IGNORECASE)).click()
        expect(page.get_by_role("cell", name="/search", exact=True)).to_be_visible(timeout=30_000)
        page.get_by_role("button", name=re.compile("stop", re.IGNORECASE)).first.click()
        page.close()
    finally:
        process.send_signal(signal.SIGINT)
        outcome = project.end(process, timeout_s=40)
    assert outcome.status == 0, outcome.stderr
    assert not listening(port)


def test_port_that_is_taken_is_told(project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        outcome = project.harness("ui", "--port", taken.getsockname()[1], "--reports", project.reports)
    assert outcome.status == 4
    assert "is taken; name another with --port" in outcome.stderr


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
