"""The limit of an objective: absolute, or made of a reference. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.model.sla import ALL, Objective
from harness.model.verdict import Interval
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.metrics import Metric

Comparison = Literal["at_most", "at_least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a measured value is held against.

    `surely_kept` and `surely_broken` are the limit at the unfavourable and the favourable end of the
    reference's interval; for an absolute limit both are the limit itself, and None is a reference too
    uncertain to say.
    """

    value: float
    comparison: Comparison
    surely_kept: float | None
    surely_broken: float | None
    floor: float | None = None
    without_floor: float | None = None
    reference: float | None = None
    files: tuple[str, ...] = ()
    """Where the reference was read."""

    def keeps(self, value: float, limit: float) -> bool:
        """Whether `value` is on the promised side of `limit`."""
        return value <= limit if self.comparison == "at_most" else value >= limit


def limit_of(material: Material, objective: Objective, metric: Metric) -> Limit | Measurement:
    """The limit of an objective, or the reference measurement that lacks a value.

    A relative limit is max(reference, floor) × (1 + max_increase). Its certainty combines two 95 %
    intervals by Bonferroni's inequality: what is proven at the worst end of both is wrong at most 5 % of
    the time.
    """
    if objective.at_least is not None:
        return _absolute(objective.at_least, "at_least")
    if objective.at_most is not None:
        return _absolute(objective.at_most, "at_most")
    stretch = material.reference
    if stretch is None or stretch.scenario != objective.relative_to or metric.of_traffic is None:
        return Measurement(
            missing=f"there is no sound reference run of {objective.relative_to}",
            mend=f"run {objective.relative_to} first on this machine",
        )
    endpoint = None if objective.endpoint == ALL else objective.endpoint
    found = metric.of_traffic(stretch.recording, endpoint, stretch.stage)
    if found.value is None:
        why = f"the reference {objective.relative_to} has too little data: {found.too_few}"
        if stretch.stage is not None:  # a stage of this run: shortened as this run is
            return Measurement(too_few=why, mend="run it for longer")
        return Measurement(missing=why, mend=f"run {objective.relative_to} again, for longer")
    floor, factor = objective.floor or 0.0, 1 + (objective.max_increase or 0.0)

    def scaled(value: float | None) -> float | None:
        return None if value is None else max(value, floor) * factor

    interval = found.interval or Interval(low=None, high=None)
    return Limit(
        value=max(found.value, floor) * factor,
        comparison="at_most",
        surely_kept=scaled(interval.low),
        surely_broken=scaled(interval.high),
        floor=floor,
        without_floor=found.value * factor,
        reference=found.value,
        files=stretch.files,
    )


def _absolute(value: float, comparison: Comparison) -> Limit:
    return Limit(value=value, comparison=comparison, surely_kept=value, surely_broken=value)
