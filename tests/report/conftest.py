"""Pages as a real browser saw them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from harness.model.result import Result
from harness.report import html


@dataclass
class Seen:
    """A page in the browser, what went wrong in it, and every address it asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Opener = Callable[..., Seen]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Renders a result and opens it: `opened(result, width=1280, scheme="light")`."""
    contexts = []

    def open_(result: Result, *, width: int = 1280, scheme: str = "light") -> Seen:
        file = tmp_path / "report.html"
        file.write_text(html.render(result), "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        seen = Seen(page=context.new_page())
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("console", lambda message: seen.errors.append(message.text))
        seen.page.on("dialog", lambda dialog: (seen.errors.append("dialog"), dialog.dismiss()))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(file.as_uri(), wait_until="load")
        return seen

    yield open_
    for context in contexts:
        context.close()
