"""Does the lean user hold a constant rate on one core, driven by the harness's arrivals?

    python benchmarks/lean_rate.py [--rate R] [--runs N] [--user FastHttpUser] [--record]

The plan is a schedule of arrivals for 20 s. What counts is what the server saw, in the 15 whole seconds after
the first 3. Beside it stands how long the process was ready but had to wait for its core, because others used
it: in such seconds a rate is caught up with, not held. `--record` replaces this part of lean.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lean_parts import CLIENT_CORE, null_server, pinned, wait_for_quiet

import harness

ENTRY = Path(harness.__file__).parent / "generator" / "harness_entry.py"
LENGTH_S, SKIP_S, JUDGED_S = 20, 3, 15
NICE = -15
"""The question is what the user can hold, not what the neighbours leave of the core."""
IMPORTS = {
    "FastHttpUser": "from locust import FastHttpUser",
    "LeanHttpUser": "from harness.generator.lean.user import LeanHttpUser",
}
USER = {
    name: f"""
from locust import constant, task
{line}

class Busy({name}):
    wait_time = constant(0)
    @task
    def get(self):
        self.client.get("/")
"""
    for name, line in IMPORTS.items()
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """What became of a planned rate."""

    rate: int
    counts: list[int]
    """Requests that the server saw in each judged second."""
    late_p99_ms: float | None
    """How late the launches of the worst second were."""
    dropped: int
    cpu_ratio: float
    """CPU in cores, mean of the judged seconds."""
    worst_wait_ratio: float
    """Share of the worst second in which the process waited for its core."""

    @property
    def error(self) -> float:
        """How far the whole is from the plan; 0.01 is 1 % too many."""
        return sum(self.counts) / (self.rate * len(self.counts)) - 1

    def row(self) -> str:
        """A row of the record."""
        late = "-" if self.late_p99_ms is None else f"{self.late_p99_ms:.0f} ms"
        return (
            f"| {sum(self.counts):,} | {self.error:+.3%} | {min(self.counts):,} to {max(self.counts):,} "
            f"| {late} | {self.dropped} | {self.cpu_ratio:.0%} | {self.worst_wait_ratio:.0%} |"
        )


TITLE = "## A constant rate"
SECTION = """{title} of {rate:,}/s

`python benchmarks/lean_rate.py --rate {rate} --runs {runs} --record`: the harness's arrivals on {user},
recording and all, Locust on one core, with priority over other work on it (nice {nice}). A run begins when
the machine has been idle for 2 s, or after a minute; all runs of the command are listed. *Late*: P99 of the
launches of the worst second. *Waited*: share of the worst second in which the process was ready but others
had its core. Median error **{error:+.3%}**; aim: within 1 %.

| requests in 15 s | error | in a second | late | dropped | CPU of a core | waited |
|---|---|---|---|---|---|---|
{rows}
"""


def section(found: list[Held], user: str = "LeanHttpUser") -> str:
    """The part of the record about some runs."""
    error = statistics.median(held.error for held in found)
    rows = "\n".join(held.row() for held in found)
    return SECTION.format(
        title=TITLE, nice=NICE, rate=found[0].rate, runs=len(found), user=user, error=error, rows=rows
    )


def hold(rate: int, user: str = "LeanHttpUser") -> Held:
    """Run the schedule once."""
    with null_server(NICE) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        users, run = folder / "busy_users.py", folder / "run"
        users.write_text(USER[user])
        run.mkdir()
        (run / "plan.json").write_text(json.dumps(_plan(rate)))
        locust = [sys.executable, "-m", "locust", "-f", f"{users},{ENTRY}", "--headless", "--only-summary"]
        done = subprocess.run(
            pinned(CLIENT_CORE, *locust, "-H", server.url, nice=NICE),
            env={**os.environ, "HARNESS_RUN_DIR": f"{run}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=LENGTH_S + 60,
        )
        seconds = [json.loads(line) for line in (run / "generator.jsonl").read_text().splitlines()]
        first = min((json.loads(line)["t"] for line in (run / "series.jsonl").open()), default=None)
        if first is None:
            raise SystemExit(done.stderr)
        counts = server.counts()
    judged = range(first + SKIP_S, first + SKIP_S + JUDGED_S)
    seconds = [each for each in seconds if int(each["t"]) in judged]
    late = [each["late_p99_s"] for each in seconds if each.get("late_p99_s") is not None]
    return Held(
        rate=rate,
        counts=[counts.get(second, 0) for second in judged],
        late_p99_ms=max(late) * 1000 if late else None,
        dropped=sum(each.get("dropped") or 0 for each in seconds),
        cpu_ratio=statistics.mean(each["cpu_ratio"] for each in seconds),
        worst_wait_ratio=max(each["run_delay_ratio"] for each in seconds),
    )


def _plan(rate: int) -> dict[str, object]:
    stage = {"name": "hold", "duration_s": LENGTH_S, "start_level": rate, "end_level": rate, "judged": True}
    share = {"key": "busy", "user_class": "Busy", "endpoint": None, "weight": 1}
    schedule = {"unit": "arrivals_per_s", "stages": [stage]}
    return {"schedule": schedule, "traffic": [share], "max_in_flight": 1000, "request_timeout_s": 10.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--user", choices=list(USER), default="LeanHttpUser")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    found = []
    for _ in range(options.runs):
        wait_for_quiet()
        found.append(hold(options.rate, options.user))
    text = section(found, options.user)
    print(text)
    if options.record:
        record = Path(__file__).with_name("lean.md")
        record.write_text(record.read_text().partition(TITLE)[0] + text)


if __name__ == "__main__":
    main()
