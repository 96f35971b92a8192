"""The target of a scenario: a file of `targets/`, written in the scenario itself, or from the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.model.plan import DataSet, Target
from harness.plan.checking import checked
from harness.plan.document import Document, Trail
from harness.plan.files import named
from harness.plan.problems import Position, Problems
from harness.plan.reading import read
from harness.plan.schema import TargetEntry

VARIABLES = {
    "TARGET_URL": "base_url",
    "TARGET_ENVIRONMENT": "environment",
    "TARGET_API_KEY": "api_key",
    "TARGET_DSN": "database",
    "TARGET_HEALTH": "health_path",
    "TARGET_METRICS": "metrics_path",
    "TARGET_INPUTS": "inputs",
    "TARGET_PATHS": "paths",
}
"""Environment variables that describe a target, when TARGET_URL is set, and the keys they stand for."""


def target_of(
    document: Document, environment: Mapping[str, str], folders: Sequence[Path], problems: Problems
) -> Target | None:
    """The target: that of TARGET_URL when it is set, else the one the document names or describes.

    None after noting what is wrong with it.
    """
    if environment.get("TARGET_URL"):
        return _of_environment(environment, problems)
    described = document.value("target")
    if ("target",) in document.broken:
        return None
    if isinstance(described, dict):
        return _described(document, ("target",), Path(document.file).stem, problems)
    name = described if isinstance(described, str) else "embedded"
    if described is not None and not isinstance(described, str):
        problems.add(document.at("target"), f"'{described}' is no target", "write a name or a mapping")
        return None
    known = named(folders)
    if name not in known:
        problems.unknown(document.at("target"), "target", name, known)
        return None
    return _described(read(known[name], environment, problems), (), name, problems)


def _described(document: Document, trail: Trail, name: str, problems: Problems) -> Target | None:
    """A target from its mapping in a document."""
    entry = checked(document, trail, TargetEntry, problems) if document.readable else None
    if entry is None:
        return None
    place = document.at(*trail)
    if not entry.base_url and not entry.command and (*trail, "base_url") not in document.broken:
        problems.add(
            place, "the target has neither base_url nor command", "add `base_url: http://127.0.0.1:8000`"
        )
    if (entry.data.restore or entry.data.top_up) and not entry.database and not entry.command:
        problems.add(
            document.at(*trail, "data"),
            "the data set has no database to be restored in",
            "add `database: ${TARGET_DSN}`",
        )
    inputs = str(Path(document.file).parent / entry.inputs) if entry.inputs else None
    if inputs and not Path(inputs).is_file():
        problems.add(
            document.at(*trail, "inputs"),
            f"there is no file '{inputs}'",
            "paths count from the file's folder",
        )
    return _target(entry, name, inputs)


def _of_environment(environment: Mapping[str, str], problems: Problems) -> Target | None:
    """The target that TARGET_URL and its sisters describe."""
    given: dict[str, object] = {
        key: environment[name] for name, key in VARIABLES.items() if environment.get(name)
    }
    if paths := given.get("paths"):
        try:
            given["paths"] = json.loads(str(paths))
        except ValueError:
            problems.add(
                Position("TARGET_PATHS"), "is not JSON", 'write {"POST /classify": "/api/v1/classify"}'
            )
            return None
    document = Document(
        file="environment",
        data=given,
        readable=True,
        keys={},
        values={(key,): Position(name) for name, key in VARIABLES.items()},
        broken=frozenset(),
    )
    entry = checked(document, (), TargetEntry, problems)
    if entry is None:
        return None
    if entry.inputs and not Path(entry.inputs).is_file():
        problems.add(Position("TARGET_INPUTS"), f"there is no file '{entry.inputs}'", "check the path")
    return _target(entry, "TARGET_URL", entry.inputs)


def _target(entry: TargetEntry, name: str, inputs: str | None) -> Target:
    return Target(
        name=name,
        command=entry.command,
        base_url=entry.base_url,
        environment=entry.environment,
        health_path=entry.health_path,
        metrics_path=entry.metrics_path,
        api_key=entry.api_key,
        dsn=entry.database,
        data=DataSet(
            restore=entry.data.restore, top_up=entry.data.top_up, top_up_every_s=entry.data.top_up_every
        ),
        inputs=inputs,
        paths=dict(entry.paths),
        start_timeout_s=entry.start_timeout,
    )
