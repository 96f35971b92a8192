"""How a run looks while it runs: one line, or a small panel in a terminal. Renders; prints nothing."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.model.plan import Plan
from harness.model.units import show
from harness.run.watch import Live


def line(live: Live, in_danger: tuple[str, ...] = ()) -> str:
    """One line without colours, for logs and CI."""
    if live.t_s is None:
        return "starting Locust"
    level = f"{live.users if live.users is not None else '?'} of {_level(live)}"
    parts = [
        f"{_clock(live.t_s)} {live.stage}",
        f"{_clock(live.left_s)} left",
        level,
        f"{show(live.rate_per_s, 'per_s')}",
        f"P95 {show(live.p95_s, 's')}",
        f"{live.requests} requests, {live.failures} failed",
    ]
    danger = f" | in danger: {', '.join(in_danger)}" if in_danger else ""
    return " | ".join(parts) + danger


def panel(live: Live, plan: Plan, in_danger: tuple[str, ...] = ()) -> RenderableType:
    """The same as a small table under a bar, for a terminal."""
    total_s = plan.schedule.duration_s
    head = Text.assemble(
        (f"{plan.scenario} ", "bold"),
        f"{live.stage}  ",
        (f"{_clock(live.left_s)} left" if live.t_s is not None else "starting Locust", "dim"),
    )
    bar = Table.grid()  # a bare bar does not end its line
    bar.add_row(ProgressBar(total=total_s, completed=min(live.t_s or 0.0, total_s), width=60))
    table = Table.grid(padding=(0, 3))
    users = "–" if live.users is None else str(live.users)
    table.add_row(
        _pair("users" if live.unit == "users" else "arrivals/s", f"{users} / {live.planned:.0f}"),
        _pair("rate", show(live.rate_per_s, "per_s")),
        _pair("P95 (10 s)", show(live.p95_s, "s")),
        _pair("requests", str(live.requests)),
        _pair("failed", str(live.failures), "red" if live.failures else ""),
    )
    parts: list[RenderableType] = [head, bar, table]
    if in_danger:
        parts.append(Text(f"in danger: {', '.join(in_danger)}", style="yellow"))
    return Group(*parts)


def _pair(name: str, value: str, style: str = "") -> Text:
    return Text.assemble((f"{name} ", "dim"), (value, style or "bold"))


def _level(live: Live) -> str:
    unit = "users" if live.unit == "users" else "arrivals/s"
    return f"{live.planned:.0f} {unit}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
