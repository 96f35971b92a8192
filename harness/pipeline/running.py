"""One run from its plan to its reports. Whatever happens on the way, a run folder with a verdict is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.drivers.database import Database
from harness.errors import HarnessError, RefusedError
from harness.evidence import collector as collectors
from harness.evidence.collector import Collector, Context
from harness.model.plan import Plan
from harness.model.result import Result
from harness.model.units import show_seconds
from harness.pipeline import judging
from harness.plan import guard
from harness.run import dataset, surroundings
from harness.run.carrying_out import Watcher, look_back
from harness.run.folder import RunFolder
from harness.run.load import Load, Meeting
from harness.run.record import Record
from harness.run.target import RunningTarget
from harness.run.watch import Live, Watch
from harness.verdict.danger import in_danger
from harness.verdict.material import ReferenceRun

DANGER_EVERY_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom a run is shown to while it goes on."""

    tell: Callable[[str], None]
    """One sentence about the step that begins now."""
    show: Callable[[Live, tuple[str, ...]], None]
    """The run at this moment, and the names of the objectives that would fail if it ended now."""
    interrupted: threading.Event
    """Set when the user wants the run to end."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a run takes place."""

    reports: Path
    environment: Mapping[str, str]
    """Environment variables that the target and Locust inherit."""
    command: str
    """The command that repeats the run."""
    meeting: Meeting | None = None
    """Where a master waits for workers that are started by hand."""


def carry_out(plan: Plan, setting: Setting, audience: Audience) -> Result:
    """Run a plan, judge it and write its reports.

    HarnessError only where no run folder could be made; RefusedError when the guard says no.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = RunFolder.create(setting.reports, plan.scenario, stamp)
    folder.write_value("plan.json", plan)
    here = surroundings.describe()
    record = Record(folder, plan, command=setting.command, environment=here)
    try:
        _load(plan, folder, record, setting, audience)
    except RefusedError as error:
        record.problem(str(error))
        raise
    except (HarnessError, OSError) as error:
        record.problem(str(error))
    except KeyboardInterrupt:
        record.note(interrupted=True)
    finally:
        folder.drop_ballast()
        record.end()
    audience.tell("judging")
    return judging.judge(folder, setting.reports)


def _load(plan: Plan, folder: RunFolder, record: Record, setting: Setting, audience: Audience) -> None:
    """Start the target, make it fit, and load it with every collector at work."""
    begins = "starting target" if plan.target.command else "asking for its health: target"
    audience.tell(f"{begins} '{plan.target.name}'")
    with RunningTarget(
        plan.target,
        log=folder.file("target.log"),
        environment=setting.environment,
        interrupted=audience.interrupted.is_set,
    ) as target:
        record.note(target=target.state())
        guard.check_plan(plan, base_url=target.base_url, environment=target.state().environment)
        make_fit(target, plan, audience.tell)
        loads: list[Load] = []
        context = Context(
            folder=folder.path,
            plan=plan,
            target=target.state(),
            dsn=target.dsn,
            metrics_url=target.metrics_url,
            generator_pids=lambda: loads[0].pids if loads else (),
        )
        with _evidence(context, folder), dataset.TopUp(target.data, target.dsn) as top_up:
            audience.tell("starting Locust")
            with Load(
                plan,
                folder,
                target,
                environment=setting.environment,
                meeting=setting.meeting,
            ) as load:
                loads.append(load)
                if plan.remote_workers:
                    audience.tell(_invitation(plan, load.meeting))
                watch = Watch(plan, folder)
                watcher = Watcher(plan, load, target, record, watch, interrupted=audience.interrupted.is_set)
                danger = _Danger(plan, record, watch, judging.reference_run(plan, setting.reports))
                watcher.until_ended(lambda live: audience.show(live, danger.names(live)))
        look_back(target, record)
        if top_up.problem and record.run.target and not record.run.target.died:
            record.problem(f"top-up: {top_up.problem}")


def _invitation(plan: Plan, meeting: Meeting) -> str:
    where = f"{meeting.address}:{meeting.port}"
    wait = show_seconds(meeting.deadline_s)
    return f"waiting {wait} at {where} for {plan.workers} workers ({meeting.invitation})"


class _Danger:
    """Which objectives are in danger, asked anew every `DANGER_EVERY_S` seconds."""

    def __init__(self, plan: Plan, record: Record, watch: Watch, reference: ReferenceRun | None) -> None:
        self._plan = plan
        self._record = record
        self._watch = watch
        self._reference = reference
        self._names: tuple[str, ...] = ()
        self._asked_s = 0.0

    def names(self, live: Live) -> tuple[str, ...]:
        """Names of the objectives that would fail if the run ended now."""
        if live.t_s is not None and live.t_s - self._asked_s >= DANGER_EVERY_S:
            self._asked_s = live.t_s
            self._names = in_danger(self._plan, self._record.run, self._watch.so_far(), self._reference)
        return self._names


def make_fit(target: RunningTarget, plan: Plan, tell: Callable[[str], None]) -> None:
    """Restore the target's data set, if it has one; RefusedError when its database is no test database."""
    if target.dsn is None or not (target.data.restore or target.data.top_up):
        return
    with closing(Database(target.dsn, purpose="guard")) as database:
        row = database.row(guard.MARK_QUERY) or {}
    guard.check_database(
        marked=bool(row.get("marked")),
        target=plan.target.name,
        purpose="restoring and topping up the data set",
        database=row.get("database"),
    )
    if target.data.restore:
        tell("restoring the data set")
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
