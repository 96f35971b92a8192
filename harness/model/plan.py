"""The plan: everything decided before the first request. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import SecretStr

from harness.model.sla import Objective, Reference
from harness.model.stage import Schedule
from harness.model.value import Value


class EnvironmentKind(StrEnum):
    """What a target declares itself to be."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCTION = "production"


class DataSet(Value):
    """Statements, run on the target's marked test database, that keep its data fit for load."""

    restore: str | None = None
    """Run before the load: puts the data set back to its known state."""
    top_up: str | None = None
    """Run every `top_up_every_s` seconds during the load: gives the target new work."""
    top_up_every_s: float = 1.0


class Target(Value):
    """The system under test, as far as it is known before it is started."""

    name: str
    command: tuple[str, ...] = ()
    """Starts the target and prints one readiness line of JSON on stdout; empty: it runs already."""
    base_url: str | None = None
    """None when the readiness line of `command` tells it."""
    environment: EnvironmentKind | None = None
    """None: it does not say, which is allowed on loopback only."""
    health_path: str = "/healthz"
    metrics_path: str | None = None
    api_key: SecretStr | None = None
    dsn: SecretStr | None = None
    data: DataSet = DataSet()
    inputs: str | None = None
    """JSON file with the ids and texts that user classes send; None: the one beside the locustfiles."""
    paths: dict[str, str] = {}
    """Path by endpoint, for targets that serve an endpoint elsewhere."""
    start_timeout_s: float = 60.0


class TrafficShare(Value):
    """One User class and its weight in the traffic."""

    key: str
    """As written in the scenario: the file name of the class, or the class name."""
    user_class: str
    endpoint: str | None
    """Name of its requests; None for a plain locustfile that does not say."""
    weight: int


class Shape(Value):
    """Which shape file gave the schedule, and with which parameters."""

    kind: str
    parameters: dict[str, float | int | str | bool] = {}


class HashedFile(Value):
    """A file that decides what is sent; master and workers must agree on it."""

    path: str
    sha256: str


class Plan(Value):
    """A scenario made concrete."""

    format: Literal[1] = 1
    harness_version: str
    scenario: str
    source: str
    """The scenario's file."""
    description: str = ""
    requirement: str | None = None
    target: Target
    locustfiles: tuple[str, ...]
    traffic: tuple[TrafficShare, ...]
    shape: Shape
    schedule: Schedule
    arrivals: Literal["even", "poisson"] = "even"
    """How arrivals are spread (arrival rate only)."""
    max_in_flight: int = 100
    """Bound on requests in flight of all processes (arrival rate only)."""
    request_timeout_s: float = 30.0
    """A request without an answer for so long is unanswered; the drain lasts no longer."""
    objectives: tuple[Objective, ...]
    reference: Reference | None = None
    evidence: tuple[str, ...] = ()
    workers: int = 0
    """Worker processes; 0 is Locust in a single process."""
    remote_workers: bool = False
    """True: the master waits for `workers` workers started by hand; False: they are started here."""
    shortened: bool = False
    """The duration was cut on purpose: too little data is then `not judged`, and it is never a reference."""
    added_s: float
    """About how much longer than the schedule the whole command takes, in seconds."""
    files: tuple[HashedFile, ...] = ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints that the traffic promises to hit, in the order of the scenario."""
        return tuple(
            dict.fromkeys(share.endpoint for share in self.traffic if share.endpoint and share.weight)
        )

    @property
    def peak_users(self) -> int:
        """What counts as users for the guard: the highest user count, or the bound on requests in flight."""
        return round(self.schedule.peak_level) if self.schedule.unit == "users" else self.max_in_flight
