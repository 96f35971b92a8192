"""What planning is told besides the scenario: the world around it, and what the command line overrides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from harness.plan.files import Folders
from harness.plan.inspection import Inspect
from harness.plan.reference import PreviousRuns


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the command line says instead of the scenario; None: nothing.

    TARGET_API_KEY and the other variables that describe a target come by the environment.
    """

    duration: str | None = None
    """With a unit, such as `30s`: of the judged stages, or of the whole where a shape has no one duration."""
    users: int | None = None
    target_url: str | None = None
    """Takes the place of the scenario's target, like TARGET_URL."""
    workers: int | None = None
    remote_workers: bool = False


@dataclass(frozen=True, kw_only=True)
class Planner:
    """What planning needs to know of the world around a scenario; the same for all scenarios of a suite."""

    folders: Folders
    environment: Mapping[str, str]
    inspect: Inspect
    metrics: Mapping[str, str]
    """Unit by metric."""
    collectors: Collection[str]
    harness_version: str
    previous_runs: PreviousRuns = field(default=lambda scenario: ())  # noqa: ARG005
