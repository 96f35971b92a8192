"""The LLM double limits, fails and hangs as told, and logs; the service's client stays within the limit."""

import contextlib
import itertools
from collections.abc import Iterator
from random import Random

import httpx
import pytest
from target_running import Target, together, wait_for

from target.api.llm_client import Limiter
from target.llm.behaviour import Behaviour, Limit
from target.settings import ServiceSettings

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "why?"}]}


@contextlib.contextmanager
def behaving(target: Target, **changes: object) -> Iterator[str]:
    """The double with other settings for a while; yields its URL."""
    url = target.ready["llm"]["url"]
    before = httpx.get(f"{url}/admin/behaviour", trust_env=False).json()
    assert httpx.put(f"{url}/admin/behaviour", json=changes, trust_env=False).status_code == 200
    try:
        yield url
    finally:
        httpx.put(f"{url}/admin/behaviour", json=before, trust_env=False)


def ask(url: str, timeout_s: float = 10.0) -> httpx.Response:
    return httpx.post(f"{url}/v1/chat/completions", json=QUESTION, timeout=timeout_s, trust_env=False)


def test_answer_has_the_form_of_the_openai_chat_api(target: Target) -> None:
    answer = ask(target.ready["llm"]["url"]).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["role"] == "assistant"
    assert len(answer["choices"][0]["message"]["content"].splitlines()) == 3


def test_calls_above_the_limit_are_refused_and_logged(target: Target) -> None:
    before = len(target.llm_log())
    with behaving(target, limit_per_s=2, median_s=0.05) as url:
        statuses = [ask(url).status_code for _ in range(5)]  # five calls of 50 ms fit into one second
    assert statuses.count(429) >= 2
    log = target.llm_log()[before:]
    assert [call["status"] for call in log] == statuses
    assert all(earlier["at"] <= later["at"] for earlier, later in itertools.pairwise(log))


def test_failing_upstream_fails_the_batch_with_its_cause(target: Target) -> None:
    with behaving(target, mode="error"):
        answer = target.http.post("/reflection/batch")
    assert (answer.status_code, "LLM" in answer.json()["detail"]) == (502, True)


def test_partly_failing_upstream_leaves_single_suggestions_empty(target: Target) -> None:
    def answered() -> set[bool]:
        suggestions = target.http.post("/reflection/batch").json().get("suggestions", [])
        return {bool(one["suggestions"]) for one in suggestions}

    with behaving(target, mode="error", mode_ratio=0.5):
        assert wait_for(lambda: answered() == {True, False}, within_s=20)  # 15 of 16 batches are mixed


def test_hanging_call_is_logged_when_the_caller_gives_up(target: Target) -> None:
    before = len(target.llm_log())
    with behaving(target, mode="hang") as url, pytest.raises(httpx.ReadTimeout):
        ask(url, timeout_s=0.2)
    assert wait_for(lambda: len(target.llm_log()) > before, within_s=20)
    assert target.llm_log()[-1]["status"] == 499


@pytest.mark.parametrize(
    "changes", [{"speed": 1}, {"mode": "sleepy"}, {"median_s": -1}, {"median_s": "fast"}], ids=str
)
def test_wrong_behaviour_is_refused_by_name(target: Target, changes: dict[str, object]) -> None:
    url = target.ready["llm"]["url"]
    answer = httpx.put(f"{url}/admin/behaviour", json=changes, trust_env=False)
    assert answer.status_code == 422
    assert ask(url).status_code == 200


def test_parallel_batches_stay_within_the_upstream_limit(target: Target) -> None:
    before = len(target.llm_log())
    answers = together(target, [("POST", "/reflection/batch", None)] * 12)
    assert all(one["suggestions"] for answer in answers for one in answer.json()["suggestions"])
    calls = target.llm_log()[before:]
    assert [call["status"] for call in calls] == [200] * 60
    starts = sorted(call["at"] for call in calls)
    busiest = max(sum(at <= other < at + 1 for other in starts) for at in starts)
    assert busiest <= target.ready["llm"]["limit_per_s"]


def test_limiter_never_starts_more_than_rate_and_burst_in_a_second() -> None:
    settings = ServiceSettings(dsn="", api_key="", llm_url="")
    limiter = Limiter(settings.llm_limit_per_s, settings.llm_burst)
    random, now, starts = Random(3), 0.0, []
    for _ in range(2_000):
        now += random.choice([0.0, 0.0, 0.0, 0.05, 0.5])
        starts.append(now + limiter.reserve(now))
    busiest = max(sum(at <= other < at + 1 for other in starts[n : n + 100]) for n, at in enumerate(starts))
    assert busiest <= settings.llm_limit_per_s + settings.llm_burst < Behaviour().limit_per_s


def test_limit_counts_over_a_sliding_second() -> None:
    limit = Limit()
    assert [limit.admits(at, 2) for at in (0.0, 0.5, 0.9, 1.0, 1.1, 1.6)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]


def test_latency_stays_between_its_bounds_around_the_median() -> None:
    behaviour, random = Behaviour(median_s=0.5, sigma=0.8, min_s=0.2, max_s=1.0), Random(5)
    drawn = sorted(behaviour.latency_s(random) for _ in range(2_001))
    assert (drawn[0], drawn[-1]) == (0.2, 1.0)
    assert drawn[1_000] == pytest.approx(0.5, rel=0.1)
