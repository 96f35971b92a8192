"""Asks a child process what user classes and shapes there are, so that nothing here has to import Locust."""

from __future__ import annotations

import sys
from functools import cache

from pydantic import ValidationError

from harness.drivers.commands import output_of
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
    command = [sys.executable, "-m", "harness.generator.inspection", *request.arguments]
    try:
        return Inspection.model_validate_json(output_of(command, timeout_s=TIMEOUT_S))
    except ValidationError as error:
        raise HarnessError(
            "printed no answer that can be read", where="harness.generator.inspection", mend="run it by hand"
        ) from error
