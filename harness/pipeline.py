"""The steps in order: plan, run, evidence, verdict, report. The only module that knows them all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.drivers.database import is_test_database
from harness.errors import HarnessError
from harness.evidence import collector as collectors
from harness.evidence.collector import Collector, Context
from harness.model.evidence import Evidence
from harness.model.plan import Plan
from harness.model.result import Result
from harness.model.verdict import Verdict
from harness.places import Places
from harness.plan import guard
from harness.report import formats
from harness.run import dataset, surroundings
from harness.run.carrying_out import Watcher, look_back
from harness.run.folder import RunFolder
from harness.run.load import Load
from harness.run.record import Record
from harness.run.target import RunningTarget
from harness.run.watch import Live, Watch
from harness.verdict import judging
from harness.verdict.judging import ReferenceRun

LATEST_REPORT = "load_test_results.html"
"""Copy of the newest run's report, directly below `reports/`."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom a run is shown to while it goes on."""

    tell: Callable[[str], None]
    """One sentence about the step that begins now."""
    show: Callable[[Live], None]
    """The run at this moment."""
    interrupted: threading.Event
    """Set when the user wants the run to end."""


def carry_out(plan: Plan, places: Places, reports: Path, *, command: str, audience: Audience) -> Result:
    """Run a plan, judge it and write its reports. Whatever happens, a run folder with a verdict is left.

    HarnessError only where no run folder could be made, or the guard refused.
    """
    guard.check_plan(plan)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = RunFolder.create(reports, plan.scenario, stamp)
    folder.write_value("plan.json", plan)
    record = Record(folder, plan, command=command, environment=surroundings.describe(places.root))
    try:
        _run(plan, folder, places, record, audience)
    except HarnessError as error:
        record.problem(str(error))
        if error.status.name == "REFUSED":
            record.end()
            raise
    except KeyboardInterrupt:
        record.note(interrupted=True)
    finally:
        record.end()
    folder.drop_ballast()
    audience.tell("judging")
    return judge(folder, reports)


def _run(plan: Plan, folder: RunFolder, places: Places, record: Record, audience: Audience) -> None:
    stopped = audience.interrupted.is_set
    audience.tell(f"starting target '{plan.target.name}'" if plan.target.command else "asking the target for its health")
    log = folder.file("target.log")
    with RunningTarget(plan.target, log=log, folder=places.root, interrupted=stopped) as target:
        record.note(target=target.state())
        _make_fit(target, plan, audience)
        processes: list[Load] = []
        context = Context(
            folder=folder.path,
            plan=plan,
            target=target.state(),
            dsn=target.dsn,
            metrics_url=target.metrics_url,
            generator_pids=lambda: processes[0].pids if processes else (),
        )
        with _evidence(context, folder), dataset.TopUp(target.data, target.dsn) as top_up:
            audience.tell("starting Locust")
            with Load(plan, folder, target, root=places.root) as load:
                processes.append(load)
                watch = Watch(plan, folder)
                Watcher(plan, load, target, record, watch, interrupted=stopped).until_ended(audience.show)
        if top_up.problem:
            record.problem(f"top-up: {top_up.problem}")
        look_back(target, record)


def _make_fit(target: RunningTarget, plan: Plan, audience: Audience) -> None:
    if target.data.restore or target.data.top_up:
        marked = target.dsn is not None and is_test_database(target.dsn)
        guard.check_database(marked=marked, target=plan.target.name)
    if target.data.restore and target.dsn:
        audience.tell("restoring the data set")
        dataset.restore(target.data, target.dsn)


@contextmanager
def _evidence(context: Context, folder: RunFolder) -> Iterator[None]:
    """Collectors at work while the block lasts; what they saw is written when it ends, however it ends."""
    running: dict[str, Collector] = {}
    try:
        for name in context.plan.evidence:
            running[name] = collectors.start(name, context)
        yield
    finally:
        start = folder.load_start_epoch_s()
        for name, one in running.items():
            folder.write_value(f"evidence/{name}.json", one.stop(start))


def judge(folder: RunFolder, reports: Path) -> Result:
    """Judge what lies in a run folder, write `verdict.json` and every report."""
    plan, run, evidence = folder.plan(), folder.run(), folder.evidence()
    verdict = judging.judge(
        plan=plan,
        run=run,
        series=folder.series(),
        evidence=evidence,
        reference=_reference_run(plan, reports),
    )
    folder.write_value("verdict.json", verdict)
    return report(folder, reports)


def report(folder: RunFolder, reports: Path) -> Result:
    """Write every report of a judged run folder."""
    result = load(folder)
    for module in formats.formats().values():
        if module.FILE_NAME:
            folder.write(module.FILE_NAME, module.render(result))
    page = folder.file("report.html")
    if page.is_file() and folder.path.parent == reports:
        RunFolder(reports).write(LATEST_REPORT, page.read_text())
    return result


def load(folder: RunFolder) -> Result:
    """Everything in a judged run folder."""
    return Result(
        folder=str(folder.path),
        plan=folder.plan(),
        run=folder.run(),
        evidence=folder.evidence(),
        verdict=folder.verdict(),
    )


def _reference_run(plan: Plan, reports: Path) -> ReferenceRun | None:
    if plan.reference is None or plan.reference.run_id is None:
        return None
    folder = RunFolder.existing(reports / plan.reference.run_id)
    return ReferenceRun(
        run_id=folder.run_id, scenario=plan.reference.scenario, plan=folder.plan(), series=folder.series()
    )
