"""The one line that the target prints when everything answers: what a load test needs to know."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from target import VERSION
from target.child import Child
from target.dataset.rows import SetName
from target.postgres.server import Server
from target.provision import Provided
from target.settings import ServiceSettings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Everything that runs."""

    settings: ServiceSettings
    database: Provided
    server: Server | None  # None: the user's own
    api: Child
    llm: Child
    llm_log: Path
    llm_limit_per_s: float
    data: SetName


def line(system: System) -> str:
    """The readiness line of a running system, with its newline."""
    return json.dumps({"ready": True, **_identity(system), **_parts(system)}) + "\n"


def _identity(system: System) -> dict[str, Any]:
    return {
        "name": "reference target",
        "version": VERSION,
        "environment": "local",
        "base_url": system.api.url,
        "health_path": "/healthz",
        "metrics_path": "/metrics",
        "api_key": system.settings.api_key,
        "dsn": system.settings.dsn,
        "faults": list(system.settings.faults),
    }


def _parts(system: System) -> dict[str, Any]:
    return {
        "pids": {
            "supervisor": os.getpid(),
            "api": [system.api.process.pid],
            "database": list(system.database.pids),
            "llm": [system.llm.process.pid],
        },
        "data": {
            "set": system.data,
            "restore": "SELECT loadtest.restore()",
            "top_up": "SELECT loadtest.top_up()",
            "top_up_every_s": 0.25,
        },
        "llm": {"url": system.llm.url, "log": str(system.llm_log), "limit_per_s": system.llm_limit_per_s},
        "pool": {
            "size": system.settings.pool_size,
            "max_overflow": 0,
            "gauge": "target_pool_checked_out",
        },
        "durability": system.database.durability,
        "postgres": {"source": system.database.source, "log": system.database.log},
    }
