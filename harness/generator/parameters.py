"""Parameters of shapes: read from a class's annotated attributes, their defaults and the text below them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from harness.generator.scheduled_shape import ParameterError, ScheduledShape

KINDS: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a shape; `type` is one of `int`, `float`, `bool`, `str`."""

    type: str
    default: float | str | bool
    doc: str


def parameters_of(shape: type[ScheduledShape]) -> dict[str, Parameter]:
    """Every parameter of a shape by name, in the order of its source."""
    found: dict[str, Parameter] = {}
    for cls in reversed(shape.__mro__):
        if issubclass(cls, ScheduledShape) and cls is not ScheduledShape:
            found.update(_own_parameters(cls))
    return found


def _own_parameters(cls: type) -> dict[str, Parameter]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    definition = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    found = {}
    for position, node in enumerate(definition.body):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        kind = ast.unparse(node.annotation)
        if kind in KINDS and node.target.id in vars(cls):
            default = vars(cls)[node.target.id]
            found[node.target.id] = Parameter(
                type=kind, default=default, doc=_text_below(definition, position)
            )
    return found


def _text_below(definition: ast.ClassDef, position: int) -> str:
    following = definition.body[position + 1 : position + 2]
    match following:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return " ".join(text.split())
    return ""


def set_parameters(shape: ScheduledShape, values: Mapping[str, Any]) -> list[ParameterError]:
    """Set parameters of a shape; returns what is wrong with those that are unknown or mistyped."""
    known = parameters_of(type(shape))
    errors = []
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known) or 'none'}"
            errors.append(ParameterError(name, f"unknown parameter '{name}'; {hint}"))
            continue
        try:
            setattr(shape, name, _typed(name, value, known[name]))
        except ParameterError as error:
            errors.append(error)
    return errors


def _typed(name: str, value: Any, parameter: Parameter) -> Any:
    wanted = KINDS[parameter.type]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is float and is_number:
        return float(value)
    if wanted is int and is_number and float(value).is_integer():
        return int(value)
    if wanted in (bool, str) and isinstance(value, wanted):
        return value
    words = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text"}
    raise ParameterError(
        name, f"{name} is {value!r}, but must be {words[parameter.type]} such as {parameter.default!r}"
    )
