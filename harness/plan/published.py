"""The JSON Schema of the YAML files, which `harness schema` prints and editors complete from."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from harness.plan.schema import (
    REQUIRED,
    VARIABLE_PATTERN,
    ScenarioFile,
    SlaFile,
    SuiteFile,
    TargetEntry,
)

FILES: dict[str, type[BaseModel]] = {
    "scenario": ScenarioFile,
    "sla": SlaFile,
    "target": TargetEntry,
    "suite": SuiteFile,
}


def json_schema(kind: Literal["scenario", "sla", "target", "suite"] = "scenario") -> dict[str, Any]:
    """JSON Schema (2020-12) of one kind of file, for editors; a variable may stand for any number."""
    published: dict[str, Any] = _with_variables(FILES[kind].model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **published,
        "title": f"harness {kind} file",
        "required": REQUIRED[kind],
    }


def _with_variables(part: Any) -> Any:
    """The schema with every number and switch also allowed to be a variable such as `${USERS:-10}`."""
    if isinstance(part, list):
        return [_with_variables(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") in ("integer", "number", "boolean"):
        return {"anyOf": [part, {"type": "string", "pattern": VARIABLE_PATTERN}]}
    return {key: _with_variables(value) for key, value in part.items()}
