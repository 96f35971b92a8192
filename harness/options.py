"""Options that several commands share. Says what may be asked; does nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from harness.run.load import MASTER_PORT, WORKERS_DEADLINE_S

REPORTS = Path("reports")

Command = Callable[..., Any]


def with_reports(function: Command) -> Command:
    """Where the run folders are."""
    return click.option(
        "--reports",
        type=click.Path(file_okay=False, path_type=Path),
        default=REPORTS,
        show_default=True,
        help="Folder of the run folders.",
    )(function)


def with_json(function: Command) -> Command:
    """Figures for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print verdict.json instead of tables.")(
        function
    )


def with_load(function: Command) -> Command:
    """What a command line may change of a scenario, and where its load comes from."""
    options = [
        click.option("--duration", help="Judged length instead of the scenario's, such as 30s or 2m."),
        click.option("--users", type=click.IntRange(min=1), help="Users instead of the scenario's."),
        click.option("--target-url", help="Load this address instead of the scenario's target."),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            help="Spread the load over so many Locust workers on this machine.",
        ),
        click.option(
            "--master",
            "bind",
            metavar="ADDRESS",
            help="Wait at ADDRESS for --workers workers started elsewhere with `harness worker`.",
        ),
        click.option("--port", default=MASTER_PORT, show_default=True, help="Port of --master."),
        click.option(
            "--wait", default=f"{WORKERS_DEADLINE_S:g}s", show_default=True, help="How long --master waits."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function
