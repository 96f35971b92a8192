"""Metrics of the system under load: CPU, memory, connection pool, deadlocks, survival. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from harness.model.evidence import Evidence
from harness.model.run import Run
from harness.model.sla import Objective
from harness.model.units import show
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement
from harness.verdict.samples import available, column, files_of, measured, samples_in, unseen
from harness.verdict.words import counted

OWN_CPU = ("generator_cpu_cores", "harness_cpu_cores")
CPU_GROUPS = ("target", "database", "llm", "generator", "harness")


def cpu(material: Material, objective: Objective) -> Measurement:
    """Mean CPU of the host over the stage, as a ratio of all cores, without the generator's and our share.

    A sample that lacks one of our shares counts with the whole host's CPU, which can only make it look worse.
    """
    samples = samples_in(material, "resources", objective.stage)
    if isinstance(samples, Measurement):
        return samples
    cores = float(material.evidence["resources"].facts.get("cpu_count") or material.run.environment.cpu_count)
    hosts = [(sample, host) for sample in samples if (host := sample.get("host_cpu_ratio")) is not None]
    if not hosts:
        return unseen("resources", "host CPU")
    ours = [sum(_known(sample, OWN_CPU)) / cores for sample, _ in hosts]
    values = [max(0.0, host - own) for (_, host), own in zip(hosts, ours, strict=True)]
    shares = [f"host {show(_mean([host for _, host in hosts]), 'ratio')}"]
    for group in CPU_GROUPS:
        seen = [value for sample, _ in hosts if (value := sample.get(f"{group}_cpu_cores")) is not None]
        if seen:
            shares.append(f"{group} {show(_mean(seen) / cores, 'ratio')}")
    return measured(material, "resources", _mean(values), len(values), detail=", ".join(shares))


def memory(material: Material, objective: Objective) -> Measurement:
    """The most memory (RSS) that one worker of the target held in the stage, in bytes."""
    samples = samples_in(material, "resources", objective.stage)
    if isinstance(samples, Measurement):
        return samples
    sizes = column(samples, "target_rss_bytes")
    if not sizes:
        return unseen("resources", "memory of the target's workers")
    return measured(material, "resources", max(sizes), len(sizes))


def pool_use(material: Material, objective: Objective) -> Measurement:
    """95th percentile of the share of the pool's connections in use; waiting or a time-out is exhaustion."""
    samples = samples_in(material, "pool", objective.stage)
    if isinstance(samples, Measurement):
        return samples
    uses = sorted(
        in_use / size
        for sample in samples
        if (in_use := sample.get("in_use")) is not None and (size := sample.get("size"))
    )
    if not uses:
        return unseen("pool", "connections in use")
    p95 = uses[ceil(0.95 * len(uses)) - 1]
    peak = f"peak {show(uses[-1], 'ratio')}"
    return measured(material, "pool", p95, len(uses), detail=peak, broken=_exhausted(samples))


def deadlocks(material: Material, objective: Objective) -> Measurement:  # noqa: ARG001 - a metric's signature
    """Deadlocks that the database counted from the start of the load to its end."""
    locks = available(material, "locks")
    if isinstance(locks, Measurement):
        return locks
    if locks.facts.get("database_restarted"):
        return Measurement(
            missing="the database restarted, so its count of deadlocks began anew",
            mend="find out in the database's log why it restarted",
            files=files_of("locks"),
        )
    number = locks.facts.get("deadlocks")
    if number is None:
        return unseen("locks", "count of deadlocks")
    return measured(material, "locks", float(number), None)


def alive(material: Material, objective: Objective) -> Measurement:  # noqa: ARG001 - a metric's signature
    """1 when the target lived through the load and answered its health check afterwards, else 0."""
    files = ("run.json", "target.log")
    if cause := death(material.run, material.evidence):
        return Measurement(value=0.0, broken=cause, mend="read target.log", files=files)
    target = material.run.target
    if target is None or target.healthy_after is None:
        return Measurement(
            missing="the target was not asked for its health after the load",
            mend="name its health_path in the scenario's target",
            files=files,
        )
    detail = "it answered its health check after the load"
    return Measurement(value=1.0, detail=detail, files=files)


def death(run: Run, evidence: Mapping[str, Evidence]) -> str:
    """How the target died, restarted or stopped answering under load; empty when not known to have."""
    target = run.target
    if target is not None and target.died:
        return f"the target died under load: {target.died}"
    if target is not None and target.restarted:
        return "a process of the target was restarted under load"
    locks = evidence.get("locks")
    if locks is not None and locks.available and locks.facts.get("database_restarted"):
        return "the target's database restarted under load"
    if target is not None and target.healthy_after is False:
        return "the target did not answer its health check after the load"
    return ""


def _exhausted(samples: Sequence[Mapping[str, float | None]]) -> str:
    waiting = max(column([sample for sample in samples if _is_full(sample)], "waiting"), default=0.0)
    timeouts = column(samples, "timeouts")
    timed_out = timeouts[-1] - timeouts[0] if timeouts else 0.0
    parts = []
    if timed_out > 0:
        parts.append(f"{counted(timed_out, 'request')} timed out waiting for a connection")
    if waiting > 0:
        parts.append(f"up to {counted(waiting, 'request')} waited for a connection")
    return f"the pool was exhausted: {' and '.join(parts)}" if parts else ""


def _is_full(sample: Mapping[str, float | None]) -> bool:
    """Whether no connection was free: who waits while some are free waits for one to be opened."""
    in_use, size = sample.get("in_use"), sample.get("size")
    return in_use is None or size is None or in_use >= size


def _known(sample: Mapping[str, float | None], names: Sequence[str]) -> list[float]:
    return [value for name in names if (value := sample.get(name)) is not None]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
