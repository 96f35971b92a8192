"""Scenario YAML to Plan: everything that can be known before the first request is checked here."""

from harness.plan.draft import Overrides, Planner
from harness.plan.files import Folders
from harness.plan.inspection import Inspection, InspectionRequest
from harness.plan.published import json_schema
from harness.plan.reference import PreviousRun
from harness.plan.scenario import build, find

__all__ = [
    "Folders",
    "Inspection",
    "InspectionRequest",
    "Overrides",
    "Planner",
    "PreviousRun",
    "build",
    "find",
    "json_schema",
]
