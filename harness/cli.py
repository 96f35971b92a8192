"""Words to calls, errors to exit statuses. With `screen.py` all that prints; reads the environment; exits."""

from __future__ import annotations

import json
import logging
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import harness
from harness.errors import ExitStatus, HarnessError, UsageError
from harness.model.plan import Plan
from harness.model.result import Result
from harness.model.units import seconds, show_seconds
from harness.options import with_json, with_load, with_reports
from harness.pipeline import calibrating, catalogue, exploring, judging, planning
from harness.pipeline.running import Setting, carry_out
from harness.places import Places
from harness.plan.building import find
from harness.plan.planner import Overrides
from harness.plan.published import json_schema
from harness.report import terminal
from harness.run.folder import RunFolder
from harness.run.load import MASTER_PORT, Meeting
from harness.screen import Screen

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def main() -> None:
    """The `harness` command."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    try:
        status = commands(standalone_mode=False)
    except HarnessError as error:
        click.echo(f"harness: {error}" if "\n" not in str(error) else str(error), err=True)
        status = error.status
    except click.ClickException as error:
        error.show()
        status = ExitStatus.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        status = ExitStatus.INTERRUPTED
    except OSError as error:
        click.echo(f"harness: {error.filename or ''}: {error.strerror}; make room or mend the path", err=True)
        status = ExitStatus.BROKEN
    sys.exit(int(status or 0))


@click.group(context_settings=CONTEXT)
@click.version_option(harness.__version__, prog_name="harness")
def commands() -> None:
    """Load an API with Locust and judge it against its SLA.

    \b
    harness run load-10                 10 users for 5 minutes on the embedded target
    harness run load-10 --duration 30s  a short look; what has too little data is not judged
    harness run load-50 --target-url http://127.0.0.1:8000
    harness list scenarios              what there is
    harness check                       whether every scenario can be planned
    harness judge reports/<run-id>      judge a run again, from its folder alone
    harness calibrate load-10           what the generator itself adds to latencies

    Exit status: 0 passed, 1 an objective failed, 2 usage or scenario error, 3 inconclusive or invalid,
    4 something of ours or the target's plumbing broke, 5 refused by the guard, 130 interrupted.
    """


@commands.command()
@click.argument("scenario")
@with_load
@with_reports
@with_json
def run(
    scenario: str, reports: Path, *, as_json: bool, bind: str | None, port: int, wait: str, **options: Any
) -> int:
    """Run a SCENARIO: plan, load, judge, report.

    SCENARIO is a name of `harness list scenarios`, or a YAML file.

    The target is the scenario's, or the one that --target-url or TARGET_URL names (with TARGET_API_KEY,
    TARGET_DSN and TARGET_ENVIRONMENT: local, staging or production).
    """
    places = Places.around(Path.cwd())
    known = planning.planner(places, reports, os.environ)
    meeting = _meeting(bind, port, wait)
    plan = planning.plan(find(scenario, known.folders), known, _overrides(bind, **options))
    click.echo(planning.describe(plan), err=True)
    result = _carried_out(plan, reports, meeting)
    _print(result, as_json=as_json)
    return result.verdict.exit_status


@commands.command()
@click.argument("name", default="critical")
@with_reports
def suite(name: str, reports: Path) -> int:
    """Run the scenarios of a suite in order.

    The suite is scenarios/suites/NAME.yaml; the gravest exit status counts.

    Its planned length is checked against its time budget before anything is started.
    """
    places = Places.around(Path.cwd())
    chosen = planning.plan_suite(name, planning.planner(places, reports, os.environ))
    click.echo(
        f"suite {chosen.name}: {show_seconds(chosen.planned_s)} of {show_seconds(chosen.budget_s)}", err=True
    )
    statuses = []
    for plan in planning.plans_of(chosen, lambda: planning.planner(places, reports, os.environ)):
        click.echo(planning.describe(plan), err=True)
        result = _carried_out(plan, reports)
        _print(result, as_json=False)
        statuses.append(result.verdict.exit_status)
        if statuses[-1] == ExitStatus.INTERRUPTED:
            break
    return judging.gravest(statuses)


def _overrides(
    bind: str | None,
    *,
    duration: str | None,
    users: int | None,
    target_url: str | None,
    workers: int | None,
) -> Overrides:
    if bind and not workers:
        raise UsageError("--master needs --workers", mend="say how many workers to wait for: --workers 2")
    return Overrides(
        duration=duration,
        users=users,
        target_url=target_url,
        workers=workers,
        remote_workers=bind is not None,
    )


def _meeting(bind: str | None, port: int, wait: str) -> Meeting | None:
    try:
        return Meeting(address=bind, port=port, deadline_s=seconds(wait)) if bind else None
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        raise UsageError(what, where="--wait", mend=mend) from error


def _carried_out(plan: Plan, reports: Path, meeting: Meeting | None = None) -> Result:
    screen = Screen()
    setting = Setting(reports=reports, environment=os.environ, command=_command(), meeting=meeting)
    with screen.watching(plan) as audience:
        return carry_out(plan, setting, audience)


def _command() -> str:
    """The command that was given, with the variables that change what it does (but no secret)."""
    variables = [
        f"{name}={os.environ[name]}" for name in ("TARGET_URL", "TARGET_FAULTS") if os.environ.get(name)
    ]
    return shlex.join([*variables, "harness", *sys.argv[1:]])


def _print(result: Result, *, as_json: bool) -> None:
    if as_json:
        click.echo(result.verdict.model_dump_json(indent=1))
        return
    console = Console()
    color = console.is_terminal and "NO_COLOR" not in os.environ
    width = min(console.width, 120) if console.is_terminal else 110
    click.echo(terminal.render(result, width=width, color=color), color=color)


@commands.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_json
def judge(folder: Path, *, as_json: bool) -> int:
    """Judge a run again from its FOLDER.

    Writes its verdict and reports anew; nothing but the folder is needed.
    """
    result = judging.judge(RunFolder.existing(folder), folder.parent)
    _print(result, as_json=as_json)
    return result.verdict.exit_status


@commands.command()
@click.argument("folder", type=click.Path(path_type=Path))
def report(folder: Path) -> None:
    """Write a judged run's reports anew."""
    judging.report(RunFolder.existing(folder), folder.parent)
    click.echo(str(folder / "report.html"))


@commands.command()
@click.argument("scenario")
@click.option("--users", type=click.IntRange(min=1), help="Users instead of the scenario's.")
@click.option("--workers", type=click.IntRange(min=1), help="Locust workers on this machine.")
@click.option("--hold", default="8s", show_default=True, help="For how long each level is measured.")
@with_reports
def calibrate(scenario: str, reports: Path, *, hold: str, users: int | None, workers: int | None) -> None:
    """Measure what the generator itself adds to the latencies of a SCENARIO, against a null server.

    A few seconds for every level of its schedule. The result is kept in reports/calibration/ and read when
    runs with the same user classes on this machine are judged: a broken promise that would have been kept
    without it is then INVALID, and not a failure of the target.
    """
    places = Places.around(Path.cwd())
    known = planning.planner(places, reports, os.environ)
    overrides = Overrides(users=users, workers=workers)
    plan = planning.plan(find(scenario, known.folders), known, overrides)
    measuring = calibrating.plan_of(plan, hold=hold)
    click.echo(calibrating.describe(measuring), err=True)
    with Screen().watching(measuring) as audience:
        found, path = calibrating.calibrate(plan, measuring, reports, audience, environment=os.environ)
    click.echo(calibrating.result(found, measuring))
    click.echo(f"kept in {path}")


@commands.command()
@click.argument("scenarios", nargs=-1)
@with_reports
def check(scenarios: tuple[str, ...], reports: Path) -> None:
    """Plan SCENARIOS without starting anything.

    Says what each would do; all are planned when none is named.
    """
    places = Places.around(Path.cwd())
    known = planning.planner(places, reports, os.environ)
    for name in scenarios or places.scenario_names():
        click.echo(planning.describe(planning.plan(find(name, known.folders), known, Overrides())))


@commands.command(name="list")
@click.argument("what", type=click.Choice(catalogue.KINDS))
def list_(what: str) -> None:
    """Print what there is, one line each."""
    found = catalogue.entries(what, Places.around(Path.cwd()))
    width = max((len(name) for name in found), default=0)
    for name, doc in found.items():
        click.echo(f"{name:<{width}}  {doc}")


@commands.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    click.echo(json.dumps(json_schema(), indent=1))


@commands.command(name="ui")
@click.option("--port", default=8089, show_default=True, help="Port of Locust's web UI on 127.0.0.1.")
@click.option("--target-url", help="Load this address instead of the embedded target.")
@with_reports
def ui_(port: int, target_url: str | None, reports: Path) -> int:
    """Explore with Locust's own web UI.

    Starts the target and the web UI on loopback, with user classes and shapes to choose.
    """
    environment = {**os.environ, "TARGET_URL": target_url} if target_url else os.environ
    return exploring.explore(
        Places.around(Path.cwd()), reports, port=port, environment=environment, tell=_tell
    )


@commands.command()
@click.option("--master", required=True, help="Host of the master (`harness run … --master ADDRESS`).")
@click.option("--port", default=MASTER_PORT, show_default=True, help="Port of the master.")
@click.option(
    "--locustfile",
    "locustfiles",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A locustfile of the master's scenario, once for each; without it the shipped ones.",
)
def worker(master: str, port: int, locustfiles: tuple[Path, ...]) -> int:
    """Be one worker of a master elsewhere, which refuses it unless it has the same files and versions.

    It may be started before its master. The master tells it everything else, the API key included.
    """
    places = Places.around(Path.cwd())
    return exploring.work(places, locustfiles, master=master, port=port, environment=os.environ, tell=_tell)


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
