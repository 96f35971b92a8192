"""YAML with positions: values as YAML says, variables from the environment that is handed over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.problems import Problems
from harness.plan.reading import read

ENVIRONMENT = {"URL": "http://127.0.0.1:1", "USERS": "12", "EMPTY": "", "ODD": "a: b, {c} # d"}


@pytest.fixture
def document(tmp_path: Path):
    def of(text: str, environment: dict[str, str] | None = None):
        path = tmp_path / "some.yaml"
        path.write_text(text, encoding="utf-8")
        problems = Problems()
        return read(path, ENVIRONMENT if environment is None else environment, problems), problems.found

    return of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: ${URL}", "http://127.0.0.1:1"),
        ("a: {b: ${URL}, c: ${USERS}}", {"b": "http://127.0.0.1:1", "c": "12"}),
        ("a: [${USERS:-3}, ${NONE:-3}]", ["12", "3"]),
        ("a: ${EMPTY:-x}", "x"),
        ("a: ${EMPTY}", None),
        ('a: "${EMPTY}"', ""),
        ("a: ${NONE:-}", None),
        ("a: ${NONE:-b: c, d}", "b: c, d"),
        ("a: ${ODD}", "a: b, {c} # d"),
        ("a: {b: ${ODD}}", {"b": "a: b, {c} # d"}),
        ('a: "<${USERS}/${USERS}>"', "<12/12>"),
        ("a: 1 # ${NONE}", 1),
        ("a: $5 {", "$5 {"),
        ("a: größer ${USERS} ≥", "größer 12 ≥"),
    ],
)
def test_variables(document, text, value):
    found, problems = document(text)
    assert not problems
    assert found.value("a") == value


def test_missing_variables_are_all_told_with_their_places(document):
    found, problems = document("a: ${ONE}\nb:\n  - x\n  - pre ${USRS} ${TWO}\n")
    assert [str(problem).partition("some.yaml:")[2] for problem in problems] == [
        "1:4: environment variable 'ONE' is not set; set it, or give it a default: ${ONE:-value}",
        (
            "4:5: environment variable 'USRS' is not set;"
            " did you mean 'USERS'? Else set it, or give it a default: ${USRS:-value}"
        ),
        "4:5: environment variable 'TWO' is not set; set it, or give it a default: ${TWO:-value}",
    ]
    assert found.broken == {("a",), ("b", 1)}


def test_environment_of_the_process_is_not_read(document):
    name = next(iter(os.environ))
    _, problems = document(f"a: ${{{name}}}", {})
    assert problems


def test_positions_of_keys_and_values(document):
    found, _ = document("a: 1\nlist:\n  - {x: 1,  y: two}\n  - z\n")
    assert str(found.at("list", 0, "y")).endswith(":3:16")
    assert str(found.at_key("list", 0, "y")).endswith(":3:13")
    assert str(found.at("list", 1)).endswith(":4:5")
    assert str(found.at("list", 0, "no such key")).endswith(":3:5"), "the nearest there is"


def test_positions_stay_where_variables_are_replaced(document):
    found, _ = document("a: {b: ${URL}, c: x}")
    assert str(found.at("a", "c")).endswith(":1:19")


def test_aliases_share_a_value_and_dates_stay_text(document):
    found, problems = document("a: &x {k: [1, yes, 2026-01-02, ~, .5]}\nb: *x\n")
    assert not problems
    assert found.value("a") == found.value("b") == {"k": [1, True, "2026-01-02", None, 0.5]}


def test_aliases_that_multiply_are_an_accident(document):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 7)]
    _, problems = document("\n".join(lines))
    assert "repeats without end" in str(problems[0])


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(alphabet=st.characters(codec="ascii")).filter(lambda text: "${" not in text)
)
KEYS = st.text(alphabet="abcdefghij", min_size=1)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(tree=st.dictionaries(KEYS, TREES, min_size=1), flow=st.booleans())
def test_reads_what_yaml_wrote(tmp_path_factory, tree: dict[str, Any], flow):
    """Without variables, reading is what safe YAML says, and every value has a place."""
    path = tmp_path_factory.getbasetemp() / f"tree-{os.getpid()}.yaml"
    path.write_text(yaml.safe_dump(tree, default_flow_style=flow), encoding="utf-8")
    problems = Problems()
    found = read(path, {}, problems)
    assert not problems.found
    assert found.data == tree
    assert all(position.line for position in found.values.values())
