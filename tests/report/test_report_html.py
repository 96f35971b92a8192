"""The page as text: what it says, how large it is, what it allows."""

from __future__ import annotations

import re
import time

import report_results as results

from harness.model.stage import Stage
from harness.report import html


def text_of(page: str) -> str:
    body = page[page.index("<body>") : page.index('<script type="application/json"')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_verdict_and_gravest_finding_come_first() -> None:
    text = text_of(html.render(results.realistic(failing=True)))
    order = ["FAIL P95 of POST /reflection/batch", "Needs attention", "Limit ≤ 10 s", "Promises kept"]
    assert sorted(order, key=text.index) == order


def test_failing_finding_says_everything_that_is_known_of_it() -> None:
    page = html.render(results.realistic(failing=True))
    text = text_of(page)
    for part in (
        "REQ-5",
        "How to mend it",
        "proven",
        "11.6 s to 13.3 s (95 %)",
        "scenarios/sla/phase3.yaml:4:28",
    ):
        assert part in text
    assert '<a href="evidence/statements.json">' in page
    assert "<code>SELECT … FROM execution_log</code>" in page


def test_links_can_start_beside_the_run_folder() -> None:
    assert 'href="run-1/plan.json"' in html.render(results.realistic(), links_from="run-1/")


def test_run_without_load_says_so_and_shows_no_zeros() -> None:
    text = text_of(html.render(results.empty()))
    assert "INVALID" in text
    assert "The load never began, so there is nothing to draw." in text
    assert "No request was sent." in text
    assert "it never became ready" in text
    assert "Throughput –" in text


def test_interrupted_and_shortened_are_said() -> None:
    text = text_of(html.render(results.realistic(interrupted=True, shortened=True)))
    assert "Interrupted: judged as far as it went." in text
    assert "Shortened on purpose: never a reference or a baseline." in text


def test_an_hour_is_rendered_fast_and_stays_small() -> None:
    hour = (Stage(name="steady", duration_s=3600, start_level=50, end_level=50),)
    result = results.realistic(stages=hour, step_s=6.0)
    started = time.perf_counter()
    page = html.render(result)
    assert time.perf_counter() - started < 2
    assert len(result.verdict.timeline) == 600
    assert len(page.encode()) < 1_500_000


def test_policy_allows_nothing_but_the_page_itself() -> None:
    page = html.render(results.hostile())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
    assert "unsafe" not in policy[1]
    assert not re.search(
        r"<[^>]+\son\w+=", page[page.index("<body>") : page.index('<script type="application')]
    )


def test_same_result_gives_the_same_page() -> None:
    assert html.render(results.realistic()) == html.render(results.realistic())
