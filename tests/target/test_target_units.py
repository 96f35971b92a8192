"""The pure parts: embedding, choice of pairs, settings, statements."""

import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target import faults
from target.api.consolidation import Pair, pairs_of
from target.api.statements import load
from target.dataset.rows import twin
from target.dataset.text import leaf, sentence
from target.embedding import DIMENSIONS, embed, literal, packed
from target.settings import ServiceSettings


def cosine(one: list[int], other: list[int]) -> float:
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    return dot / (sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5


@given(st.text())
def test_every_text_has_a_direction(text: str) -> None:
    vector = embed(text)
    assert len(vector) == DIMENSIONS
    assert any(vector)
    assert embed(text) == vector
    assert len(packed(vector)) == 4 + 4 * DIMENSIONS
    assert literal(vector).startswith("[")


def test_case_and_punctuation_do_not_matter_but_words_do() -> None:
    assert embed("Card, declined!") == embed("card declined")
    assert embed("card declined") != embed("card accepted")


def test_twins_are_closer_than_the_limit_and_strangers_are_not() -> None:
    drawn = random.Random(1)
    texts = [sentence(drawn, leaf(drawn), words=24) for _ in range(60)]
    assert all(cosine(embed(text), embed(twin(text))) > 0.95 for text in texts)
    pairs = [(a, b) for n, a in enumerate(texts) for b in texts[n + 1 :]]
    assert all(cosine(embed(a), embed(b)) < 0.95 for a, b in pairs)


def found(case: str, use: int, other: str | None, other_use: int, similarity: float) -> Any:
    return SimpleNamespace(
        case_id=case, usage_count=use, other_id=other, other_usage_count=other_use, similarity=similarity
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([found("a", 5, None, 0, 0)], []),
        ([found("a", 5, "b", 9, 0.97)], [("b", "a")]),
        ([found("a", 5, "b", 9, 0.97), found("b", 9, "a", 5, 0.97)], [("b", "a")]),
        ([found("b", 5, "a", 5, 0.97)], [("a", "b")]),
        ([found("a", 9, "b", 5, 0.97), found("b", 5, "c", 1, 0.98)], [("b", "c")]),
        ([found("a", 9, "b", 5, 0.99), found("b", 5, "c", 1, 0.98)], [("a", "b")]),
        ([found("a", 9, "b", 5, 0.97), found("a", 9, "c", 1, 0.98)], [("a", "c"), ("a", "b")]),
    ],
    ids=[
        "no neighbour",
        "the more used one stays",
        "seen from both sides",
        "a tie keeps the lower id",
        "who keeps is not given up",
        "who is given up keeps nobody",
        "one keeper, two twins",
    ],
)
def test_pairs(rows: list[Any], expected: list[tuple[str, str]]) -> None:
    assert [(pair.keeper, pair.removed) for pair in pairs_of(rows, set())] == expected


def test_a_case_merged_before_is_in_no_pair() -> None:
    assert pairs_of([found("a", 5, "b", 9, 0.97)], {"b"}) == []
    assert pairs_of([found("a", 5, "b", 9, 0.97)], {"x"}) == [Pair(keeper="b", removed="a", similarity=0.97)]


def test_settings_survive_the_process_boundary() -> None:
    settings = ServiceSettings(dsn="postgresql://u:ß@h/d", api_key="k", llm_url="u", faults=("crash:5s",))
    assert settings.line().count("\n") == 1
    assert ServiceSettings.parse(settings.line()) == settings


def test_statements_are_loaded_without_their_comments() -> None:
    statements = load([])
    assert "search" in statements
    assert all("--" not in str(statement).split("\n")[0] for statement in statements.values())
    slow = load(faults.parse(["slow_statement:200"]))
    assert "pg_sleep(0.2)" in str(slow["search"])
    assert str(slow["classify"]) == str(statements["classify"])
