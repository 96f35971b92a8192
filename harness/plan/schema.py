"""What may stand in the YAML of scenarios, SLAs, targets and suites: frozen models, published as JSON Schema.

Says what a file may look like; whether the names in it mean anything is checked elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic import WithJsonSchema as Published

from harness.model.plan import EnvironmentKind
from harness.model.sla import ALL, Policy
from harness.plan.limits import duration_s, percentage, url_path, web_address

VARIABLE_PATTERN = r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"

Duration = Annotated[
    float,
    BeforeValidator(duration_s),
    Published({"type": "string", "pattern": rf"^(\d+(\.\d+)?(ms|s|m|h)\s*)+$|{VARIABLE_PATTERN}"}),
]
Ratio = Annotated[
    float,
    BeforeValidator(percentage),
    Published({"type": "string", "pattern": rf"^\d+(\.\d+)?\s*%$|{VARIABLE_PATTERN}"}),
]
Limit = Annotated[str, Published({"type": ["string", "number"]})]
"""A limit as written; its unit is known once its metric is."""
Secret = Annotated[
    SecretStr,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
    Published({"type": "string"}),
]
Weight = Annotated[int, Field(ge=0)]
WebAddress = Annotated[str, AfterValidator(web_address)]


UrlPath = Annotated[str, AfterValidator(url_path)]


class Entry(BaseModel):
    """The base of what is read from YAML: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, use_attribute_docstrings=True
    )


class DataEntry(Entry):
    """Statements that keep the data of a marked test database fit for load."""

    restore: str | None = None
    """SQL that puts the data set back to its known state before the load."""
    top_up: str | None = None
    """SQL that gives the target new work while the load runs."""
    top_up_every: Duration = 1.0
    """Time between two top-ups, such as `1s`."""


class TargetEntry(Entry):
    """The system under test: where it runs, or the command that starts it."""

    description: str = ""
    command: tuple[str, ...] = ()
    """Starts the target and prints one readiness line of JSON; `python` is the harness's own interpreter."""
    base_url: WebAddress | None = None
    """Such as `http://127.0.0.1:8000`; may be left out when `command` tells it."""
    environment: EnvironmentKind | None = None
    """`local`, `staging` or `production`; may be left out on loopback only. `production` is refused."""
    health_path: UrlPath = "/healthz"
    metrics_path: UrlPath | None = None
    api_key: Secret | None = None
    """Sent as X-API-Key; write a variable such as `${TARGET_API_KEY}`, never the key."""
    database: Secret | None = None
    """DSN of the target's database, for evidence; write a variable such as `${TARGET_DSN}`."""
    data: DataEntry = DataEntry()
    inputs: str | None = None
    """JSON file with the ids and texts that user classes send, relative to the file that names it."""
    paths: dict[str, UrlPath] = {}
    """Path by endpoint, for a target that serves an endpoint elsewhere."""
    start_timeout: Duration = 60.0


class ShapeEntry(BaseModel):
    """A shape file by name, and its parameters: `harness list shapes` tells which."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    kind: str
    """File name of the shape, such as `constant`."""


class ObjectiveEntry(Entry):
    """One promise: exactly one of `max`, `min`, or `relative_to` with `max_increase`."""

    model_config = ConfigDict(json_schema_extra={"required": ["metric"]})

    metric: str = ""
    """`harness list metrics` tells which."""
    endpoint: str = ALL
    """An endpoint's name, `*` (all pooled) or `each`."""
    stage: str | None = None
    """A stage of the shape; left out: all judged stages together."""
    max: Limit | None = None
    """At most this much, with a unit, such as `500ms`, `1%` or `2GiB`."""
    min: Limit | None = None
    """At least this much, such as `100/s`."""
    relative_to: str | None = None
    """A scenario whose measured value is the reference."""
    max_increase: Ratio | None = None
    """How far above the reference, such as `50%`."""
    floor: Limit | None = None
    """Values below it count as it (relative objectives), such as `50ms`."""
    policy: Policy | None = None
    requirement: str | None = None
    """Requirement id, such as `LOAD-002`; left out: that of the file."""


class LimitEntry(Entry):
    """A promise of an SLA file that needs more than a limit."""

    max: Limit | None = None
    min: Limit | None = None
    policy: Policy | None = None
    requirement: str | None = None


class ScenarioFile(Entry):
    """A scenario: traffic, shape, target, promises and evidence."""

    name: str = ""
    """The file's name without .yaml."""
    description: str = ""
    requirement: str | None = None
    """Requirement id of the scenario, such as `REQ-6`; objectives without their own carry it."""
    target: str | TargetEntry = "embedded"
    """The name of a file in `targets/`, or the target itself."""
    locustfiles: tuple[str, ...] = ()
    """Locustfiles or folders, relative to this file; left out: the endpoints of the harness."""
    traffic: dict[str, Weight] = {}
    """Weight by user class: its file name, or its class name."""
    shape: ShapeEntry | None = None
    sla: str | None = None
    """The name of a file in `sla/`."""
    objectives: tuple[ObjectiveEntry, ...] = ()
    policy: Policy = Policy.POINT
    """How confidence decides, for objectives that do not say: `point`, `proven` or `strict`."""
    evidence: tuple[str, ...] = ()
    """Collectors; `harness list collectors` tells which."""
    arrivals: Literal["even", "poisson"] = "even"
    """How arrivals are spread (arrival rate only)."""
    max_in_flight: Annotated[int, Field(ge=1)] = 100
    """Bound on requests in flight (arrival rate only); the guard counts it as users."""
    request_timeout: Duration = 30.0
    workers: Annotated[int, Field(ge=0)] = 0
    """Worker processes; 0 is Locust in a single process."""


class SlaFile(Entry):
    """Promises that several scenarios share."""

    description: str = ""
    requirement: str | None = None
    """Requirement id of its promises; left out: that of the scenario."""
    endpoints: dict[str, dict[str, Limit | LimitEntry]] = {}
    """By endpoint (or `*`, all pooled, or `each`) and metric: a limit such as `1s`."""


class SuiteEntry(Entry):
    """One scenario of a suite."""

    scenario: str
    duration: Duration | None = None
    """Cuts the scenario's judged duration."""
    users: Annotated[int, Field(ge=1)] | None = None


class SuiteFile(Entry):
    """Scenarios in order, and how long all of them may take."""

    name: str = ""
    description: str = ""
    budget: Duration | None = None
    """Checked before the first scenario starts, such as `15m`."""
    scenarios: tuple[str | SuiteEntry, ...] = ()


REQUIRED = {
    "scenario": ["name", "shape"],
    "sla": ["endpoints"],
    "target": [],
    "suite": ["name", "budget", "scenarios"],
}
"""Keys that a file of each kind must have."""
