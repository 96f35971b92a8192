"""Asks a child process what user classes and shapes there are, so that nothing here has to import Locust."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from harness.drivers.commands import output_of
from harness.errors import HarnessError
from harness.places import Places
from harness.plan.inspection import Inspect, Inspection, InspectionRequest

TIMEOUT_S = 60.0


def inspector(places: Places) -> Inspect:
    """A function that answers inspection requests, and remembers its answers."""

    @cache
    def inspect(request: InspectionRequest) -> Inspection:
        return _ask(request, places.root)

    return inspect


def everything(places: Places) -> Inspection:
    """The shipped user classes and shapes."""
    files = sorted(str(path) for path in places.locustfiles.glob("*.py") if not path.name.startswith("_"))
    return _ask(InspectionRequest(locustfiles=tuple(files), shapes_dir=str(places.shapes)), places.root)


def _ask(request: InspectionRequest, root: Path) -> Inspection:
    command = [sys.executable, "-m", "harness.generator.inspection", *request.arguments]
    try:
        return Inspection.model_validate_json(output_of(command, folder=root, timeout_s=TIMEOUT_S))
    except ValidationError as error:
        raise HarnessError(
            "printed no answer that can be read", where="harness.generator.inspection", mend="run it by hand"
        ) from error
