"""What the plan asks about user classes and shapes, and the answer that a child process prints as JSON.

Locust patches the process that imports it, so the plan never does: the caller runs
`python -m harness.generator.inspection` with `InspectionRequest.arguments` and hands back an `Inspection`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from harness.model.stage import Unit

ParameterValue = float | int | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRequest:
    """One question: which classes these files hold, which shapes there are, and one shape's schedule.

    Hashable, so that a caller can remember answers while it plans a suite.
    """

    locustfiles: tuple[str, ...]
    shapes_dir: str
    kind: str | None = None
    """None: no schedule is asked for."""
    parameters: tuple[tuple[str, ParameterValue], ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """Arguments of `python -m harness.generator.inspection`."""
        files = tuple(part for file in self.locustfiles for part in ("--locustfile", file))
        shape = ("--shape", self.kind, "--parameters", json.dumps(dict(self.parameters))) if self.kind else ()
        return (*files, "--shapes-dir", self.shapes_dir, *shape)


class Answer(BaseModel):
    """The base of the parts of an answer: frozen; keys that a newer child adds are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class UserClass(Answer):
    """One User class of a locustfile."""

    key: str
    """The file's name without .py."""
    name: str
    endpoint: str | None = None
    file: str
    doc: str = ""


class Parameter(Answer):
    """One parameter of a shape."""

    type: str
    """`float`, `int`, `str` or `bool`."""
    default: Any = None
    """None: it must be given."""
    doc: str = ""


class ShapeKind(Answer):
    """One shape file."""

    kind: str
    file: str
    doc: str = ""
    unit: Unit = "users"
    parameters: dict[str, Parameter] = {}


class InspectedStage(Answer):
    """A stage as the shape made it; invariants are checked when it becomes a `model.stage.Stage`."""

    name: str
    duration_s: float
    start_level: float
    end_level: float
    judged: bool = True


class InspectedSchedule(Answer):
    """The schedule of the shape that was asked about."""

    unit: Unit
    stages: tuple[InspectedStage, ...]


class InspectionProblem(Answer):
    """Something wrong with a file, or with a parameter of the shape."""

    what: str
    """`what`, or `what; how to mend`."""
    parameter: str | None = None
    file: str | None = None


class Inspection(Answer):
    """The answer."""

    locust: str = ""
    classes: tuple[UserClass, ...] = ()
    shapes: tuple[ShapeKind, ...] = ()
    schedule: InspectedSchedule | None = None
    problems: tuple[InspectionProblem, ...] = ()


Inspect = Callable[[InspectionRequest], Inspection]
