"""Answers: did the endpoints themselves answer, or something before them? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.series import Window
from harness.model.verdict import Finding, Status
from harness.verdict.checks import sound, unsound
from harness.verdict.material import Material
from harness.verdict.words import counted

REFUSALS = {401: "wrong or missing API key", 403: "wrong or missing API key", 429: "rate limited"}
REDIRECTS = (301, 302, 303, 307, 308)
MOVED = (301, 307, 308)
"""These say that the same request belongs elsewhere; 302 and 303 may be the answer that was wanted."""
MOVED_SHARE = 0.01
FILE = "series.jsonl"


def answers_allowed(material: Material) -> Iterator[Finding]:
    """An endpoint of which all answers were 401, 403 or 429 was never tested."""
    name = "answers allowed"
    refused = False
    for endpoint in material.recording.series.endpoints:
        window = material.recording.whole(endpoint)
        answers = window.requests - window.statuses.get(0, 0)
        by_status = {status: window.statuses.get(status, 0) for status in REFUSALS}
        if not answers or sum(by_status.values()) < answers:
            continue
        refused = True
        status = max(by_status, key=lambda key: by_status[key])
        limited = status == 429
        sentence = f"all {answers:,} answers of {endpoint} were {status}: {REFUSALS[status]}"
        mend = (
            "raise the target's rate limit, or lower the load"
            if limited
            else "set TARGET_API_KEY to a valid key"
        )
        yield unsound(f"{name} {endpoint}", sentence, FILE, mend=mend, endpoint=endpoint)
    if not refused:
        yield sound(name, "no endpoint answered only 401, 403 or 429", FILE)


def answers_direct(material: Material) -> Iterator[Finding]:
    """Redirects that were counted as right answers: another address was measured than the name says.

    INVALID from a share of 1 % of 301, 307 and 308 on; otherwise a warning, because a redirect to another
    page may be the answer that was wanted, or the way to a log-in. Failures with such a status were noticed
    by the user class and are not counted here.
    """
    name = "answers direct"
    redirected = False
    for endpoint in material.recording.series.endpoints:
        window = material.recording.whole(endpoint)
        number = _right(window, REDIRECTS)
        if not number:
            continue
        redirected = True
        moved = _right(window, MOVED) >= MOVED_SHARE * window.answered.total
        status = max(REDIRECTS, key=lambda status: window.statuses.get(status, 0))
        told = f"{number:,} of {counted(window.answered.total, 'right answer')} of {endpoint}"
        sentence = f"{told} were redirects ({status}), so another address was measured"
        mend = "send to the final address, or mark redirects as failures (allow_redirects=False)"
        grave = Status.INVALID if moved else Status.WARN
        yield unsound(f"{name} {endpoint}", sentence, FILE, mend=mend, status=grave, endpoint=endpoint)
    if not redirected:
        yield sound(name, "no right answer was a redirect", FILE)


def _right(window: Window, statuses: tuple[int, ...]) -> int:
    """Right answers of some statuses, at the least: failures may have had such a status too."""
    return max(0, sum(window.statuses.get(status, 0) for status in statuses) - window.failed.total)
