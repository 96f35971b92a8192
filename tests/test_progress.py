"""How a run looks while it runs: every figure is there, on lines of its own, also where there is none yet."""

from __future__ import annotations

import dataclasses
from io import StringIO

from rich.console import Console

from harness import progress
from harness.model.plan import Plan, Shape, Target
from harness.model.stage import Schedule, Stage
from harness.run.watch import Live

PLAN = Plan(
    harness_version="0",
    scenario="load-10",
    source="load-10.yaml",
    target=Target(name="toy"),
    locustfiles=(),
    traffic=(),
    shape=Shape(kind="constant"),
    schedule=Schedule(stages=(Stage(name="hold", duration_s=100, start_level=10, end_level=10),)),
    objectives=(),
    added_s=0,
)
LIVE = Live(
    t_s=40.0,
    stage="hold",
    left_s=60.0,
    users=9,
    planned=10.0,
    unit="users",
    rate_per_s=4.5,
    p95_s=0.25,
    requests=180,
    failures=2,
)
FIGURES = ["hold", "1:00 left", "9", "10", "4.5/s", "250 ms", "180", "2"]


def drawn(live: Live, in_danger: tuple[str, ...] = ()) -> list[str]:
    console = Console(file=StringIO(), width=100, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(progress.panel(live, PLAN, in_danger))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_line_has_every_figure() -> None:
    text = progress.line(LIVE, ("p95 POST /search",))
    assert [figure for figure in [*FIGURES, "in danger: p95 POST /search"] if figure not in text] == []


def test_panel_has_a_head_a_bar_the_figures_and_the_danger() -> None:
    head, bar, figures, danger = drawn(LIVE, ("p95 POST /search",))
    assert "load-10" in head
    assert set(bar) <= set("━╸╺ ")
    assert [figure for figure in FIGURES[2:] if figure not in figures] == []
    assert danger == "in danger: p95 POST /search"


def test_before_the_load_nothing_is_made_up() -> None:
    waiting = dataclasses.replace(
        LIVE, t_s=None, users=None, rate_per_s=None, p95_s=None, requests=0, failures=0
    )
    assert progress.line(waiting) == "starting Locust"
    head, _, figures = drawn(waiting)
    assert "starting Locust" in head
    assert figures.count("–") == 3
