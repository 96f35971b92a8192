"""Values of a document checked against the schema: every mismatch becomes a problem at its key or value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from harness.plan.document import Document, Key, Trail
from harness.plan.problems import Problems

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

KINDS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "dict": "a mapping (key: value)",
    "model": "a mapping (key: value)",
    "tuple": "a list",
    "list": "a list",
}


def checked(document: Document, trail: Trail, kind: type[T], problems: Problems) -> T | None:
    """The value at a trail as `kind`; None after noting why it is none."""
    try:
        return TypeAdapter(kind).validate_python(document.value(*trail))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(document, trail, detail, kind, problems)
        return None


def fields(
    document: Document,
    model: type[M],
    problems: Problems,
    *,
    trail: Trail = (),
    apart: Collection[str] = (),
) -> M:
    """The mapping at a trail as `model`; keys that are wrong are noted and take their defaults.

    So checking can go on. Keys in `apart` are left at their defaults, for the caller to check. All fields of
    `model` need defaults.
    """
    mapping = document.value(*trail)
    if not isinstance(mapping, dict):
        if trail not in document.broken:
            problems.add(document.at(*trail), "this is no mapping (key: value)", "see `harness schema`")
        return model()
    given = {key: value for key, value in mapping.items() if key not in apart}
    wrong: set[str] = set()
    try:
        return model.model_validate(given)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(document, trail, detail, model, problems)
            wrong.add(str(detail["loc"][0]))
    return model.model_validate({key: value for key, value in given.items() if key not in wrong})


def required(document: Document, names: Collection[str], problems: Problems, *, trail: Trail = ()) -> None:
    """Notes the keys that the mapping at a trail lacks."""
    mapping = document.value(*trail)
    if document.readable and isinstance(mapping, dict):
        for name in names:
            if name not in mapping:
                problems.add(document.at(*trail), f"key '{name}' is missing", "add it; see `harness schema`")


def _note(document: Document, start: Trail, detail: ErrorDetails, kind: Any, problems: Problems) -> None:
    trail = _trail(document, start, detail["loc"])
    if any(trail[:length] in document.broken for length in range(len(trail) + 1)):
        return
    if detail["type"] == "extra_forbidden":
        known = _known_keys(kind, detail["loc"])
        problems.unknown(document.at_key(*trail), "key", str(detail["loc"][-1]), known)
    elif detail["type"] == "missing":
        problems.add(document.at(*trail), f"key '{detail['loc'][-1]}' is missing", "add it")
    else:
        what, _, mend = _worded(detail).partition("; ")
        problems.add(document.at(*trail), what, mend)


def _worded(detail: ErrorDetails) -> str:
    """`what; how to mend` of one mismatch."""
    kind = detail["type"]
    given = _named(detail["input"])
    context = detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        return f"{given} is none of its values; write {context['expected']}"
    if kind.startswith("greater_than"):
        bound = context.get("ge", context.get("gt"))
        return f"{given} is too small; write {'at least' if 'ge' in context else 'more than'} {bound}"
    expected = KINDS.get(kind.partition("_")[0])
    return f"{given} is not {expected}; write {expected}" if expected else detail["msg"].lower()


def _named(given: object) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(given), f"'{given}'")


def _trail(document: Document, start: Trail, location: tuple[Key, ...]) -> Trail:
    """The trail of a mismatch: its location without the names that the schema adds for alternatives."""
    trail = start
    for key in location:
        if (*trail, key) in document.values:
            trail = (*trail, key)
    return trail


def _known_keys(kind: Any, location: tuple[Key, ...]) -> list[str]:
    """The keys of the mapping in which the last key of `location` stands."""
    models = _models(kind)
    for key in location[:-1]:
        inner = [
            found
            for model in models
            if str(key) in model.model_fields
            for found in _models(model.model_fields[str(key)].annotation)
        ]
        models = inner or models
    return [name for model in models for name in model.model_fields]


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for argument in get_args(kind) for model in _models(argument)]
