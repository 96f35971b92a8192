"""The shape of a scenario: its parameters from YAML, and the schedule that the shape file makes of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from harness.model.plan import Shape
from harness.model.stage import Schedule, Stage
from harness.plan.document import Document
from harness.plan.inspection import (
    Inspect,
    Inspection,
    InspectionProblem,
    InspectionRequest,
    Parameter,
    ParameterValue,
    ShapeKind,
)
from harness.plan.limits import in_unit
from harness.plan.problems import Position, Problems

USER_COUNTS = ("users", "peak_users")
"""Parameters that a user count from the command line replaces: the first that the shape has."""
UNIT_OF_SUFFIX = {"_per_s": "per_s", "_s": "s", "_ratio": "ratio"}
"""A parameter with such an ending is written in YAML without it, and with a unit."""


def shape_of(
    document: Document, inspection: Inspection, users: int | None, problems: Problems
) -> Shape | None:
    """The shape that the document names, with the parameters it gives and the defaults of the others.

    `users` replaces its user count.

    None when there is no such shape; parameters with problems are left out.
    """
    kind_name = document.value("shape", "kind")
    if not isinstance(kind_name, str):
        return None
    kinds = {kind.kind: kind for kind in inspection.shapes}
    kind = kinds.get(kind_name)
    if kind is None:
        problems.unknown(document.at("shape", "kind"), "shape", kind_name, kinds, "harness list shapes")
        return None
    given = _given(document, kind, problems)
    if users is not None:
        _replace_users(given, kind, users, problems)
    _note_lacking(document, kind, given, problems)
    return Shape(kind=kind_name, parameters={**_defaults(kind), **given})


def _replace_users(given: dict[str, ParameterValue], kind: ShapeKind, users: int, problems: Problems) -> None:
    counted = next((name for name in USER_COUNTS if name in kind.parameters), None)
    if counted:
        given[counted] = users
    else:
        what = f"shape '{kind.kind}' has no parameter 'users' to replace"
        problems.add(Position("users"), what, "leave it out")


def _note_lacking(
    document: Document, kind: ShapeKind, given: Mapping[str, ParameterValue], problems: Problems
) -> None:
    for name, parameter in kind.parameters.items():
        written = written_name(name)
        if parameter.default is None and name not in given and ("shape", written) not in document.keys:
            mend = f"add it: {parameter.doc}" if parameter.doc else "add it"
            problems.add(document.at("shape"), f"shape '{kind.kind}' lacks '{written}'", mend)


def _defaults(kind: ShapeKind) -> dict[str, ParameterValue]:
    return {
        name: parameter.default
        for name, parameter in kind.parameters.items()
        if parameter.default is not None
    }


def schedule_of(
    document: Document, shape: Shape, request: InspectionRequest, inspect: Inspect, problems: Problems
) -> Schedule | None:
    """The schedule that the shape file makes of the parameters; None after noting why there is none."""
    answer = inspect(
        InspectionRequest(
            locustfiles=(),
            shapes_dir=request.shapes_dir,
            kind=shape.kind,
            parameters=tuple(sorted(shape.parameters.items())),
        )
    )
    for problem in answer.problems:
        note(document, problem, problems)
    if answer.schedule is None:
        if not answer.problems:
            problems.add(document.at("shape"), f"shape '{shape.kind}' gave no schedule", "mend its file")
        return None
    try:
        stages = tuple(Stage(**stage.model_dump()) for stage in answer.schedule.stages)
        return Schedule(stages=stages, unit=answer.schedule.unit)
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        problems.add(document.at("shape"), what, mend)
        return None


def note(document: Document, problem: InspectionProblem, problems: Problems) -> None:
    """Places a problem of the inspection: at the key of its parameter, else at the file it is about."""
    what, _, mend = problem.what.partition("; ")
    if problem.parameter:
        place = document.at("shape", written_name(problem.parameter))
    else:
        place = Position(problem.file) if problem.file else document.at("shape")
    problems.add(place, what, mend)


def written_name(parameter: str) -> str:
    """The name of a parameter in YAML: without the ending that says its unit."""
    return parameter.removesuffix(_suffix(parameter))


def _suffix(parameter: str) -> str:
    return next((suffix for suffix in UNIT_OF_SUFFIX if parameter.endswith(suffix)), "")


def _given(document: Document, kind: ShapeKind, problems: Problems) -> dict[str, ParameterValue]:
    """The parameters that the document gives and that are right, in base units."""
    names = {written_name(name): name for name in kind.parameters}
    given: dict[str, ParameterValue] = {}
    for written, value in document.value("shape").items():
        place = document.at("shape", written)
        if written == "kind" or ("shape", written) in document.broken:
            continue
        if written not in names:
            at_key = document.at_key("shape", written)
            if written in kind.parameters:
                short = written_name(written)
                problems.add(
                    at_key, f"unknown key '{written}'", f"write '{short}' with a unit, such as {short}: 20s"
                )
            else:
                problems.unknown(at_key, f"parameter of {kind.kind}", written, ["kind", *names])
            continue
        try:
            given[names[written]] = parameter_value(names[written], kind.parameters[names[written]], value)
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            problems.add(place, what, mend)
    return given


def parameter_value(name: str, parameter: Parameter, written: Any) -> ParameterValue:
    """One parameter in its base unit; ValueError (`what; how to mend`) when it is not of its type."""
    suffix = _suffix(name)
    if suffix:
        return in_unit(written, UNIT_OF_SUFFIX[suffix])
    match parameter.type:
        case "bool":
            truth = {"true": True, "false": False}.get(str(written).lower())
            if truth is None:
                raise ValueError(f"'{written}' is neither true nor false; write one of them")
            return truth
        case "int":
            return _whole(written)
        case "float":
            return _number(written)
        case _:
            return _text(written)


def _text(written: Any) -> str:
    """A text; the items of a list separated by commas."""
    if isinstance(written, list) and written and not any(isinstance(item, dict | list) for item in written):
        return ", ".join(str(item) for item in written)
    if isinstance(written, dict | list) or written is None:
        raise ValueError("this is no text; write a text, or a list of numbers")
    return str(written)


def _number(written: Any) -> float:
    try:
        number = math.nan if isinstance(written, bool | dict | list) else float(written)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"'{written}' is not a number; write one, without a unit")
    return number


def _whole(written: Any) -> int:
    number = _number(written)
    if number != int(number):
        raise ValueError(f"'{written}' is not a whole number; write one")
    return int(number)
