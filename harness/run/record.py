"""Keeps `run.json` true while a run goes on: written when it begins, and again when it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from harness.model.plan import Plan
from harness.model.run import Environment, Run, RunEvent
from harness.run.folder import RunFolder


class Record:
    """The run as known so far."""

    def __init__(self, folder: RunFolder, plan: Plan, *, command: str, environment: Environment) -> None:
        self._folder = folder
        self._schedule_s = plan.schedule.duration_s
        self._began = time.monotonic()
        self._notes: list[tuple[float, str]] = []
        self.run = Run(
            run_id=folder.run_id,
            scenario=plan.scenario,
            command=command,
            started_at=_now(),
            environment=environment,
        )
        self._save()

    def note(self, **fields: Any) -> None:
        """Replace fields of the run."""
        self.run = self.run.model_copy(update=fields)

    def note_target(self, **fields: Any) -> None:
        """Replace fields of the run's target."""
        if self.run.target:
            self.note(target=self.run.target.model_copy(update=fields))

    @property
    def never_began(self) -> bool:
        """Whether the generator has not announced the beginning of a load."""
        return self._folder.load_start_epoch_s() is None

    @property
    def reason(self) -> str:
        """Why the load ended, and what went wrong in the generator; empty as long as it has not said so."""
        completion = self._folder.completion()
        if completion is None:
            return ""
        more = (problem for problem in completion.problems if problem not in completion.reason)
        return "; ".join((completion.reason, *more))

    def event(self, what: str) -> None:
        """Something happened now."""
        self._notes.append((time.time(), what))

    def problem(self, what: str) -> None:
        """Something of ours, or of the target's plumbing, broke."""
        self.note(problems=(*self.run.problems, what))

    def end(self) -> Run:
        """Close the record; everything the generator left is read into it."""
        start = self._folder.load_start_epoch_s()
        events = (
            tuple(RunEvent(t_s=round(at - start, 1), what=what) for at, what in self._notes) if start else ()
        )
        completion = self._folder.completion()
        added_s = time.monotonic() - self._began - self._schedule_s
        self.note(
            ended_at=_now(),
            load_start_epoch_s=start,
            completion=completion,
            events=events,
            added_s=round(added_s, 1) if completion and completion.reason == "schedule ended" else None,
        )
        self._save()
        return self.run

    def _save(self) -> None:
        self._folder.write_value("run.json", self.run)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
