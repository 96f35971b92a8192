"""What the operating system knows of processes and of the host. The only place that imports psutil."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    created_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Counters of one process at one moment: CPU seconds since its start, resident memory in bytes."""

    cpu_s: float
    rss_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Counters of the host at one moment, in seconds of all cores together."""

    busy_s: float
    total_s: float
    memory_ratio: float


def identify(pid: int) -> Identity | None:
    """Identity of a living process; None when there is none (a zombie counts as none)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Identity(pid, process.create_time())
    except psutil.Error:
        return None


def is_alive(identity: Identity) -> bool:
    """Whether this very process still lives."""
    return identify(identity.pid) == identity


def with_descendants(pids: Iterable[int]) -> frozenset[int]:
    """The given processes and all they started, as far as they live."""
    found: set[int] = set()
    for pid in pids:
        try:
            process = psutil.Process(pid)
            found |= {pid, *(child.pid for child in process.children(recursive=True))}
        except psutil.Error:
            continue
    return frozenset(found)


def usage_of(pids: Iterable[int]) -> dict[int, Usage]:
    """Usage by pid, without the processes that are gone or hidden from us."""
    found: dict[int, Usage] = {}
    for pid in pids:
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                cpu = process.cpu_times()
                found[pid] = Usage(cpu_s=cpu.user + cpu.system, rss_bytes=process.memory_info().rss)
        except psutil.Error:
            continue
    return found


def host() -> Host:
    """Counters of the host; busy is all but idle, waiting for disks, and stolen by a hypervisor."""
    times = psutil.cpu_times()
    total_s = sum(times[:8])  # guest time is already inside user and nice
    idle_s = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    return Host(
        busy_s=total_s - idle_s,
        total_s=total_s,
        memory_ratio=psutil.virtual_memory().percent / 100,
    )


def listeners_on(port: int) -> tuple[int, ...]:
    """Processes that listen on a local TCP port; empty when none, or when we may not see them."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return ()
    return tuple(
        sorted(
            connection.pid
            for connection in connections
            if connection.pid
            and connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
        )
    )


def cpu_count() -> int:
    """Logical cores of the host."""
    return psutil.cpu_count() or 1


def memory_bytes() -> int:
    """Physical memory of the host."""
    return int(psutil.virtual_memory().total)
