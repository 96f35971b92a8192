"""What a Locust process needs to know of the plan, read from `plan.json` as plain JSON.

Refuses to import the plan's own model: pydantic has no place in a Locust process. The master reads the file
and sends the settings to its workers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.model.stage import Schedule, Stage


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The plan as far as the generator follows it. The defaults are those of a run without a plan."""

    schedule: Schedule | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    """Weight by User class name; empty: whatever the files define."""
    arrivals: str = "even"
    """How arrivals are spread, `even` or `poisson` (arrival rate only)."""
    max_in_flight: int = 100
    """Bound on arrivals in flight of all processes."""
    request_timeout_s: float = 30.0
    workers: int = 0
    remote_workers: bool = False

    @property
    def in_arrivals(self) -> bool:
        """Whether levels are arrivals per second."""
        return self.schedule is not None and self.schedule.unit == "arrivals_per_s"

    @classmethod
    def from_plan(cls, path: Path) -> Settings:
        """Settings in a `plan.json`."""
        plan = json.loads(path.read_text(encoding="utf-8"))
        shares = ((share["user_class"], share["weight"]) for share in plan["traffic"])
        return cls.from_message(
            {
                "schedule": plan["schedule"],
                "weights": {name: weight for name, weight in shares if weight > 0},
                **{key: plan[key] for key in _PLAIN if key in plan},
            }
        )

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Settings:
        """Settings as another process sent them (`to_message`)."""
        plan = message.get("schedule")
        schedule = plan and Schedule(
            stages=tuple(Stage(**stage) for stage in plan["stages"]), unit=plan["unit"]
        )
        plain = {key: message[key] for key in (*_PLAIN, "weights") if key in message}
        return cls(schedule=schedule or None, **plain)

    def with_schedule(self, schedule: Schedule | None) -> Settings:
        """The same with another schedule, or none."""
        return replace(self, schedule=schedule)

    def to_message(self) -> dict[str, Any]:
        """Plain values that can be sent to a worker."""
        message = asdict(self)
        if self.schedule:
            message["schedule"]["stages"] = [asdict(stage) for stage in self.schedule.stages]
        return message


_PLAIN = ("arrivals", "max_in_flight", "request_timeout_s", "workers", "remote_workers")
