"""The page in a real browser: drawn, silent, closed to what is written into it."""

from __future__ import annotations

import pytest
import report_results as results
from conftest import Opener
from playwright.sync_api import Page

from harness.model.result import Result

pytestmark = pytest.mark.browser

INKED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, at) => at % 4 === 3 && value > 0);
}"""


def drawn(page: Page) -> list[str]:
    """What every chart shows right now, after the frame in which changes are drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in page.locator(".plot canvas").all()]


RESULTS = [
    pytest.param(results.realistic(), id="everything passed"),
    pytest.param(results.realistic(failing=True, stages=results.SPIKE), id="a spike that failed"),
    pytest.param(results.empty(), id="no load at all"),
    pytest.param(results.realistic(interrupted=True, shortened=True), id="interrupted and shortened"),
    pytest.param(results.hostile(), id="hostile texts"),
]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (380, "dark")])
def test_page_is_silent_and_fits(opened: Opener, result: Result, width: int, scheme: str) -> None:
    seen = opened(result, width=width, scheme=scheme)
    assert seen.errors == []
    assert all(url.startswith(("file:", "data:")) for url in seen.requests)
    assert len([url for url in seen.requests if url.startswith("file:")]) == 1
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_chart_is_drawn(opened: Opener) -> None:
    page = opened(results.realistic()).page
    canvases = page.locator(".plot canvas")
    assert canvases.count() == 7  # latency, endpoints, throughput, users, CPU, memory, pool
    assert all(canvas.evaluate(INKED) for canvas in canvases.all())


def test_charts_share_one_crosshair_and_move_by_keyboard(opened: Opener) -> None:
    page = opened(results.realistic()).page
    first = page.locator(".plot").first
    first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator(".uplot.idle").count() == 0
    read = page.locator(".plot .u-legend tr:first-child .u-value").all_inner_texts()
    assert read[0].startswith("0:02 · warm-up")
    assert len({text.split(" ")[0] for text in read}) == 1
    page.keyboard.press("Escape")
    assert page.locator(".uplot.idle").count() == 7


def test_zoom_of_one_chart_is_the_zoom_of_all(opened: Opener) -> None:
    page = opened(results.realistic()).page
    before = drawn(page)
    over = page.locator(".plot .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 50, steps=4)
    page.mouse.up()
    assert all(was != now for was, now in zip(before, drawn(page), strict=True))
    page.mouse.dblclick(box["x"] + 300, box["y"] + 50)
    assert drawn(page) == before


def test_data_table_shows_missing_values_as_a_dash(opened: Opener) -> None:
    page = opened(results.realistic(stages=results.SPIKE)).page
    page.locator("#chart-latency details.data summary").click()
    rows = page.locator("#chart-latency details.data tbody tr")
    assert rows.count() == 195
    assert rows.nth(62).inner_text().split("\t") == ["1:02", "–", "–", "–"]


def test_stages_are_tabs_that_the_keyboard_reaches(opened: Opener) -> None:
    page = opened(results.realistic(stages=results.SPIKE)).page
    tabs = page.get_by_role("tab")
    assert tabs.first.inner_text() == "calm"
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    panel = page.get_by_role("tabpanel")
    assert panel.count() == 1
    assert panel.get_attribute("data-tab") == "empty"
    assert panel.locator("td .none").first.get_attribute("title") == "no request was sent in this stage"


def test_hostile_names_are_shown_literally(opened: Opener) -> None:
    page = opened(results.hostile()).page
    assert (
        page.locator("h1").inner_text().startswith("POST /<script>alert(1)</script><!--</script>\"'&|`@all`")
    )
    assert page.locator("script").count() == 3  # figures, library, own
    labels = page.locator("#chart-endpoints .u-label").all_inner_texts()
    assert any("<script>alert(1)</script>" in label for label in labels)
    assert page.locator("a[href^='javascript'], a[href*='..']").count() == 0


def test_dark_scheme_is_dark(opened: Opener) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened(results.realistic(), scheme="dark").page.evaluate(ground) == "rgb(15, 18, 22)"
    assert opened(results.realistic()).page.evaluate(ground) == "rgb(246, 247, 248)"


def test_switching_the_scheme_redraws(opened: Opener) -> None:
    seen = opened(results.realistic())
    before = drawn(seen.page)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(15, 18, 22)'")
    assert all(was != now for was, now in zip(before, drawn(seen.page), strict=True))
    assert seen.errors == []


def test_page_prints(opened: Opener) -> None:
    seen = opened(results.realistic(failing=True), scheme="dark")
    assert seen.page.pdf().startswith(b"%PDF")
    assert seen.errors == []
