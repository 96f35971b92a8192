"""Scenario YAML to Plan: everything that can be known before the first request is checked here."""

from harness.plan.building import build, find
from harness.plan.files import Folders
from harness.plan.inspection import Inspection, InspectionRequest
from harness.plan.planner import Overrides, Planner
from harness.plan.published import json_schema
from harness.plan.reference import PreviousRun
from harness.plan.suite import Entry, Suite, build_suite

__all__ = [
    "Entry",
    "Folders",
    "Inspection",
    "InspectionRequest",
    "Overrides",
    "Planner",
    "PreviousRun",
    "Suite",
    "build",
    "build_suite",
    "find",
    "json_schema",
]
