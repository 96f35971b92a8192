"""The traffic inside Locust: which User classes run, with which weights, closed or as arrivals."""

from __future__ import annotations

from collections.abc import Mapping

from locust import User
from locust.env import Environment

from harness.generator.arrival_engine import ArrivalEngine
from harness.generator.arrivals import TOKENS_PER_PROCESS, Arrivals
from harness.generator.flow import Flow
from harness.generator.in_flight import let_leave
from harness.generator.settings import Settings


def chosen(environment: Environment, weights: Mapping[str, int]) -> dict[type[User], int]:
    """User classes and their weights as the plan has them; without a plan what the files define.

    LookupError when the files do not define a class of the plan.
    """
    available = environment.available_user_classes or {}
    if missing := sorted(set(weights) - set(available)):
        raise LookupError(f"no User class {', '.join(missing)} in the locustfiles; there are {[*available]}")
    if not weights:
        return {user_class: int(user_class.weight) or 1 for user_class in environment.user_classes}
    return {available[name]: weight for name, weight in weights.items()}  # type: ignore[misc]


def apply(
    environment: Environment, settings: Settings, engine: ArrivalEngine, *, worker: tuple[int, int] = (0, 1)
) -> None:
    """Let Locust run the plan's traffic in this process; `worker`: its index, and how many there are."""
    classes = chosen(environment, settings.weights)
    for user_class in classes:
        let_leave(user_class)
    if settings.schedule and settings.in_arrivals:
        engine.prepare(
            Flow(settings.schedule),
            classes,
            tokens=tokens(settings),
            worker=worker,
            max_in_flight=settings.max_in_flight,
            poisson=settings.arrivals == "poisson",
        )
        Arrivals.engine = engine
        environment.user_classes[:] = [Arrivals]
    elif settings.weights:
        for user_class, weight in classes.items():
            user_class.weight, user_class.fixed_count = weight, 0
        environment.user_classes[:] = list(classes)


def tokens(settings: Settings) -> int:
    """How many tokens carry the arrivals of all processes."""
    return TOKENS_PER_PROCESS * max(settings.workers, 1)
