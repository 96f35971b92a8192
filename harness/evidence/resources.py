"""CPU and memory of the host, and of target, database, generator and harness on it, once a second.

Columns: `host_cpu_ratio` (0 to 1 of all cores), `<group>_cpu_cores` (1 is one full core), `target_rss_bytes`
(the largest API process), `generator_rss_bytes`, `harness_rss_bytes`, `host_memory_ratio`. A group whose
processes are not known to us has no column. Fact: `cpu_count`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from harness.drivers import processes
from harness.drivers.processes import Usage
from harness.evidence.collector import Context, Sample, Sampler
from harness.model.evidence import Evidence

EVERY_S = 1.0
UNITS = {
    "host_cpu_ratio": "ratio",
    "host_memory_ratio": "ratio",
    "target_cpu_cores": "cores",
    "database_cpu_cores": "cores",
    "llm_cpu_cores": "cores",
    "generator_cpu_cores": "cores",
    "harness_cpu_cores": "cores",
    "target_rss_bytes": "bytes",
    "generator_rss_bytes": "bytes",
    "harness_rss_bytes": "bytes",
}

Groups = Callable[[], Mapping[str, frozenset[int]]]


class Resources:
    """The running collector."""

    def __init__(self, context: Context) -> None:
        meter = _Meter(lambda: _groups(context))
        self._sampler = Sampler("resources", context.folder, every_s=EVERY_S, sample=meter.sample)

    def stop(self, load_start_epoch_s: int | None) -> Evidence:
        """All samples."""
        samples = self._sampler.stop(load_start_epoch_s)
        return Evidence(
            collector="resources",
            unavailable=None if samples else "no sample was taken",
            facts={"cpu_count": processes.cpu_count()},
            samples=samples,
            units=UNITS,
        )


def start(context: Context) -> Resources:
    """Begin to sample."""
    return Resources(context)


def _groups(context: Context) -> Mapping[str, frozenset[int]]:
    """Processes by group; a process that two groups claim counts once, for the first of them."""
    roles = context.target.processes
    generator = processes.with_descendants(context.generator_pids())
    database = processes.with_descendants(roles.get("database", ()))
    llm = processes.with_descendants(roles.get("llm", ()))
    target = processes.with_descendants(roles.get("api", ())) - database - llm
    own = frozenset({os.getpid()})
    found = {"generator": generator, "database": database, "llm": llm, "target": target, "harness": own}
    return {name: pids for name, pids in found.items() if pids}


class _Meter:
    """Turns counters into rates between two samples."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._at = time.monotonic()
        self._host = processes.host()
        self._usage: dict[int, Usage] = {}

    def sample(self) -> Sample:
        """Rates since the last sample; CPU columns are missing in the very first one of a process."""
        groups = self._groups()
        at, host = time.monotonic(), processes.host()
        usage = processes.usage_of(frozenset().union(*groups.values()))
        found: dict[str, float | None] = {"host_memory_ratio": host.memory_ratio}
        total_s = host.total_s - self._host.total_s
        found["host_cpu_ratio"] = (host.busy_s - self._host.busy_s) / total_s if total_s > 0 else None
        for name, pids in groups.items():
            found[f"{name}_cpu_cores"] = self._cores(pids, usage, at - self._at)
            if name in ("target", "generator", "harness"):
                found[f"{name}_rss_bytes"] = max(
                    (usage[pid].rss_bytes for pid in pids if pid in usage), default=None
                )
        self._at, self._host, self._usage = at, host, usage
        return found

    def _cores(self, pids: frozenset[int], usage: Mapping[int, Usage], elapsed_s: float) -> float | None:
        both = [pid for pid in pids if pid in usage and pid in self._usage]
        if not both or elapsed_s <= 0:
            return None
        return sum(usage[pid].cpu_s - self._usage[pid].cpu_s for pid in both) / elapsed_s
