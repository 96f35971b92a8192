"""Where the harness runs: host, versions, commit. Runs are compared only where these are alike."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from harness import __version__
from harness.drivers import processes
from harness.drivers.commands import output_of
from harness.errors import HarnessError
from harness.model.run import Environment


def describe() -> Environment:
    """The environment of a run started now, here."""
    return Environment(
        hostname=platform.node(),
        cpu_count=processes.cpu_count(),
        cpu_model=_cpu_model(),
        memory_bytes=processes.memory_bytes(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        locust=metadata.version("locust"),
        harness=__version__,
        git_commit=_git_commit(),
    )


def comparable(one: Environment, other: Environment) -> bool:
    """Whether figures of two runs may be set side by side: same host, size, and major parts."""

    def identity(env: Environment) -> tuple[object, ...]:
        return (env.hostname, env.cpu_count, env.cpu_model, env.python, env.locust)

    return identity(one) == identity(other)


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _git_commit() -> str | None:
    try:
        return output_of(["git", "rev-parse", "--short=12", "HEAD"], timeout_s=5).strip() or None
    except HarnessError:
        return None
