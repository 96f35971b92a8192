"""Objectives: what a scenario promises. Pure."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from harness.model.value import Value

ALL = "*"
"""Endpoint of an objective that looks at all endpoints pooled."""
EACH = "each"
"""Endpoint of an objective that holds for every endpoint on its own; a named endpoint's replaces it."""


class Policy(StrEnum):
    """How the confidence of a measurement decides (measurement rule 5)."""

    POINT = "point"
    """The point estimate decides; the confidence is shown beside it."""
    PROVEN = "proven"
    """FAIL only what is proven over the limit; the undecided is WARN."""
    STRICT = "strict"
    """What is not proven to keep the limit is INCONCLUSIVE."""


class Objective(Value):
    """One promise: a metric of one endpoint (or all) in one stage stays at most or at least a limit.

    Exactly one of three forms: `at_most`; `at_least`; or `relative_to` with `max_increase`. Limits are in the
    metric's base unit (seconds, ratio 0 to 1, requests per second, bytes).
    """

    metric: str
    endpoint: str = ALL
    """An endpoint's name, `*` (all pooled) or `each`."""
    stage: str | None = None
    """Name of a stage; None is all judged stages together."""
    at_most: float | None = None
    at_least: float | None = None
    relative_to: str | None = None
    """Scenario whose measured value is the reference."""
    max_increase: float | None = None
    """0.5 means at most 50 % above the reference."""
    floor: float | None = None
    """Reference and measured values below it count as it (relative objectives)."""
    policy: Policy = Policy.POINT
    requirement: str | None = None
    """Requirement id of the catalogue, such as `REQ-6` or `LOAD-002`."""
    source: str = ""
    """`file:line:column` that made the promise."""

    @property
    def key(self) -> tuple[str, str, str | None, bool]:
        """Two objectives with the same key are the same promise: the later one replaces the earlier."""
        return (self.endpoint, self.metric, self.stage, self.relative_to is not None)


class Reference(Value):
    """Where the reference values of the relative objectives come from."""

    scenario: str
    run_id: str | None = None
    """The run in `reports/`, or None when a stage of this run is the reference."""
    stage: str | None = None
    """The stage of this run, or None when another run is the reference."""
    why: str = Field(default="")
    """One sentence for the report: which run or stage, and why that one."""
