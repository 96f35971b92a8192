"""Scenario files with one mistake each, and what is said of it; `…` ends what is compared."""

from __future__ import annotations

GOOD = """\
name: mine
traffic: {search: 1, classify: 1}
shape: {kind: constant, users: 10, warm_up: 20s, duration: 5m}
objectives:
  - {metric: p95, max: 1s}
evidence: [resources]
"""
FORMS = "give exactly one of max, min, or relative_to with max_increase"


def with_line(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


LOAD = {
    "unknown key": (
        with_line("evidence:", "evidance:"),
        "6:1: unknown key 'evidance'; did you mean 'evidence'?",
    ),
    "key given twice": (
        with_line("evidence: [resources]", "traffic: {search: 2}"),
        "6:1: key 'traffic' was given already in line 2; keep one of the two",
    ),
    "nested key given twice": (
        with_line("users: 10,", "users: 10, users: 20,"),
        "3:36: key 'users' was given already in line 3; keep one of the two",
    ),
    "name of another file": (
        with_line("name: mine", "name: yours"),
        "1:7: name 'yours' is not the file's; write mine, or rename the file",
    ),
    "no shape": (
        with_line("shape: {kind: constant, users: 10, warm_up: 20s, duration: 5m}\n", ""),
        "1:1: key 'shape' is missing; add it; see `harness schema`",
    ),
    "shape without a kind": (
        with_line("kind: constant, ", ""),
        "3:8: key 'kind' is missing; add it",
    ),
    "unknown shape": (
        with_line("kind: constant", "kind: konstant"),
        "3:15: unknown shape 'konstant'; did you mean 'constant'? (see `harness list shapes`)",
    ),
    "unknown parameter of the shape": (
        with_line("warm_up:", "warmup:"),
        (
            "3:36: unknown parameter of constant 'warmup'; did you mean 'warm_up'?"
            " (known: duration, kind, spawn_rate, users, warm_up)"
        ),
    ),
    "parameter with the unit in its name": (
        with_line("warm_up: 20s", "warm_up_s: 20"),
        "3:36: unknown key 'warm_up_s'; write 'warm_up' with a unit, such as warm_up: 20s",
    ),
    "duration without a unit": (
        with_line("warm_up: 20s", "warm_up: 20"),
        "3:45: '20' has no unit; write it with one, such as 20s",
    ),
    "negative duration": (with_line("5m", "-5m"), "3:60: '-5m' is negative; write at least 0"),
    "unknown unit": (
        with_line("5m", "5min"),
        "3:60: '5min' is not a duration; write a number and a unit, such as 500ms, 30s, 5m or 1h",
    ),
    "users in words": (
        with_line("users: 10", "users: ten"),
        "3:32: 'ten' is not a number; write one, without a unit",
    ),
    "half a user": (with_line("users: 10", "users: 1.5"), "3:32: '1.5' is not a whole number; write one"),
    "unknown user class": (
        with_line("search: 1", "serch: 1"),
        "2:11: unknown user class 'serch'; did you mean 'search'? (see `harness list endpoints`)",
    ),
    "negative weight": (with_line("search: 1", "search: -1"), "2:19: '-1' is too small; write at least 0"),
    "weight in words": (
        with_line("search: 1", "search: one"),
        "2:19: 'one' is not a whole number; write a whole number",
    ),
    "a class that gets no user": (
        with_line("search: 1, classify: 1", "search: 1, classify: 1000"),
        (
            "2:19: weight 1 gives 'search' none of 10 users;"
            " raise its weight, lower the others, or raise the users"
        ),
    ),
    "every weight is 0": (
        with_line("search: 1, classify: 1", "search: 0, classify: 0"),
        "2:10: every weight is 0; give at least one class a weight above 0",
    ),
    "no traffic": (
        with_line("{search: 1, classify: 1}", "{}"),
        "2:10: there is no traffic; write traffic: {class: weight}",
    ),
}
"""Keys, shape and traffic."""

PROMISES = {
    "unknown metric": (
        with_line("metric: p95", "metric: p955"),
        "5:14: unknown metric 'p955'; did you mean 'p95'? (see `harness list metrics`)",
    ),
    "limit without a unit": (
        with_line("max: 1s", "max: 1"),
        "5:24: '1' has no unit; write it with one, such as 1s",
    ),
    "limit of another unit": (
        with_line("max: 1s", "max: 1%"),
        "5:24: '1%' is not a duration; write a number and a unit, such as 500ms, 30s, 5m or 1h",
    ),
    "objective without a limit": (
        with_line(", max: 1s", ""),
        f"5:5: the objective has no limit; {FORMS}",
    ),
    "objective with two limits": (
        with_line("max: 1s", "max: 1s, min: 1s"),
        f"5:5: the objective has max and min; {FORMS}",
    ),
    "objective without a metric": (
        with_line("metric: p95, ", ""),
        "5:5: key 'metric' is missing; add it; see `harness schema`",
    ),
    "unknown key of an objective": (
        with_line("max: 1s", "max: 1s, polcy: point"),
        (
            "5:28: unknown key 'polcy'; did you mean 'policy'?"
            " (known: endpoint, floor, max, max_increase, metric, min, policy, relative_to, requirement,"
            " stage)"
        ),
    ),
    "unknown policy": (
        with_line("max: 1s", "max: 1s, policy: sure"),
        "5:36: 'sure' is none of its values; write 'point', 'proven' or 'strict'",
    ),
    "endpoint that the traffic does not send": (
        with_line("metric: p95", "endpoint: POST /reflection/batch, metric: p95"),
        (
            "5:16: unknown endpoint 'POST /reflection/batch';"
            " known: POST /classify, POST /search (see `harness list endpoints`)"
        ),
    ),
    "stage that the shape does not have": (
        with_line("max: 1s", "max: 1s, stage: hodl"),
        "5:35: unknown stage 'hodl'; did you mean 'hold'? (known: hold, ramp, warm-up)",
    ),
    "the same promise twice": (
        with_line("  - {metric: p95, max: 1s}\n", "  - {metric: p95, max: 1s}\n  - {metric: p95, max: 2s}\n"),
        "6:5: the same promise was made in line 5; keep one of the two",
    ),
    "unknown scenario to refer to": (
        with_line("max: 1s", "relative_to: load-11, max_increase: 50%"),
        (
            "5:32: unknown scenario 'load-11'; did you mean 'load-10'?"
            " (known: load-10, load-100, load-50, mine, ramp, soak, spike, throughput)"
        ),
    ),
    "scenario that refers to itself": (
        with_line("max: 1s", "relative_to: mine, max_increase: 50%"),
        "5:32: the scenario refers to itself; refer to a lighter one",
    ),
    "reference without a user count": (
        with_line("max: 1s", "relative_to: throughput, max_increase: 50%"),
        "5:32: 'throughput' has no constant number of users; refer to a scenario of constant users",
    ),
    "relative without an increase": (
        with_line("max: 1s", "relative_to: load-10"),
        "5:5: relative_to says no max_increase; add it, such as max_increase: 50%",
    ),
    "increase without a percent sign": (
        with_line("max: 1s", "relative_to: load-10, max_increase: 50"),
        "5:55: '50' has no unit; write it with one, such as 50%",
    ),
    "floor of an absolute objective": (
        with_line("max: 1s", "max: 1s, floor: 50ms"),
        "5:28: floor means nothing without relative_to; add relative_to, or remove it",
    ),
    "unknown collector": (
        with_line("resources", "resource"),
        "6:12: unknown collector 'resource'; did you mean 'resources'? (see `harness list collectors`)",
    ),
    "evidence is no list": (
        with_line("[resources]", "resources"),
        "6:11: evidence is no list; write [resources, pool]",
    ),
    "unknown SLA": (
        with_line("evidence:", "sla: phase4\nevidence:"),
        "6:6: unknown SLA 'phase4'; did you mean 'phase3'? (known: phase3)",
    ),
}
"""Objectives and evidence."""
