"""Asks a child process what user classes and shapes there are, so that nothing here has to import Locust."""

from __future__ import annotations

import json
import sys
from functools import cache

from pydantic import ValidationError

from harness.drivers.commands import Conversation
from harness.errors import HarnessError
from harness.places import Places
from harness.plan.inspection import Inspection, InspectionRequest

TIMEOUT_S = 60.0


def everything(places: Places) -> Inspection:
    """The shipped user classes and shapes."""
    files = sorted(str(path) for path in places.locustfiles.glob("*.py") if not path.name.startswith("_"))
    return inspect(InspectionRequest(locustfiles=tuple(files), shapes_dir=str(places.shapes)))


@cache
def inspect(request: InspectionRequest) -> Inspection:
    """The answer to one question; the same question is asked once."""
    answer = _child().ask(json.dumps(request.arguments), timeout_s=TIMEOUT_S)
    try:
        return Inspection.model_validate_json(answer)
    except ValidationError as error:
        raise HarnessError(
            "printed no answer that can be read", where="harness.generator.inspection", mend="run it by hand"
        ) from error


_children: list[Conversation] = []
"""The child that was started last: it has Locust imported already, and ends by itself when asked no more."""


def _child() -> Conversation:
    if not _children or _children[-1].is_over:
        _children[:] = [Conversation([sys.executable, "-m", "harness.generator.inspection", "--serve"])]
    return _children[-1]
