"""Promises: which objectives a plan makes of which endpoints, and those that cannot be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from harness.model.plan import Plan
from harness.model.sla import ALL, EACH, Objective
from harness.verdict.drift import uneven
from harness.verdict.metrics import METRICS, Metric
from harness.verdict.recovery import STAGES
from harness.verdict.words import listed


def expand(objectives: Sequence[Objective], endpoints: Sequence[str]) -> list[Objective]:
    """Objectives of one endpoint or of all pooled: `each` becomes one of every endpoint, in the order given.

    Of two with the same key the later one counts, and one that names its endpoint replaces that of `each`.
    """
    latest = {objective.key: objective for objective in objectives}
    named = {key for key in latest if key[0] not in (ALL, EACH)}
    expanded: list[Objective] = []
    for objective in latest.values():
        if objective.endpoint != EACH:
            expanded.append(objective)
            continue
        each = (objective.model_copy(update={"endpoint": endpoint}) for endpoint in endpoints)
        expanded.extend(promise for promise in each if promise.key not in named)
    return expanded


def problems(plan: Plan) -> list[tuple[Objective, str]]:
    """The objectives of a plan that no run can be judged by, each with what is wrong with it."""
    found = ((objective, problem(objective, plan)) for objective in plan.objectives)
    return [(objective, text) for objective, text in found if text]


def problem(objective: Objective, plan: Plan) -> str | None:
    """Why an objective of a plan cannot be judged and how to mend it, in one sentence; None when it can."""
    metric = METRICS.get(objective.metric)
    if metric is None:
        near = get_close_matches(objective.metric, METRICS, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        return f"unknown metric '{objective.metric}'; {hint}(see `harness list metrics`)"
    return _form_problem(objective, metric) or _place_problem(objective, metric, plan)


def _form_problem(objective: Objective, metric: Metric) -> str | None:
    forms = (objective.at_most, objective.at_least, objective.relative_to)
    if sum(form is not None for form in forms) != 1:
        return f"{metric.name} needs exactly one of max, min and relative_to"
    if objective.relative_to is not None:
        if metric.of_traffic is None or metric.direction == "at_least" or metric.steady:
            return f"{metric.name} cannot be relative to another scenario; give it a limit"
        if objective.max_increase is None:
            return f"{metric.name} relative to {objective.relative_to} needs max_increase, such as 50%"
        return None
    return _side_problem(objective, metric)


def _side_problem(objective: Objective, metric: Metric) -> str | None:
    if metric.direction == "at_most" and objective.at_least is not None:
        return f"{metric.name} is promised to stay at most a limit; write max instead of min"
    if metric.direction == "at_least" and objective.at_most is not None:
        return f"{metric.name} is promised to stay at least a limit; write min instead of max"
    return None


def _place_problem(objective: Objective, metric: Metric, plan: Plan) -> str | None:
    names = [stage.name for stage in plan.schedule.stages]
    if objective.stage is not None and objective.stage not in names:
        return f"{metric.name} names stage '{objective.stage}', the shape has {', '.join(names)}"
    if metric.of_run is not None and objective.endpoint != ALL:
        return f"{metric.name} is of the whole system, not of one endpoint; leave the endpoint out"
    if metric.name == "recovery" and (absent := [stage for stage in STAGES if stage not in names]):
        return f"recovery needs the stages {', '.join(STAGES)}; {listed(absent)} missing, use the spike shape"
    if metric.steady and (why := uneven(plan.schedule, objective.stage)):
        return f"{metric.name} needs a steady load: {why}"
    uncollected = [collector for collector in metric.needs if collector not in plan.evidence]
    if uncollected:
        return f"{metric.name} is measured by {uncollected[0]}; add {uncollected[0]} to evidence"
    return None
