"""Does the lean user hold a constant rate on one core, driven by the harness's arrivals?

    python benchmarks/lean_rate.py [--rate R] [--user FastHttpUser]

The plan is a schedule of arrivals for 20 s. What counts is what the server saw, in the 15 whole seconds after
the first 3.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lean_parts import CLIENT_CORE, null_server, pinned

import harness

ENTRY = Path(harness.__file__).parent / "generator" / "harness_entry.py"
LENGTH_S, SKIP_S, JUDGED_S = 20, 3, 15
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
    """How late the worst second's launches were."""
    dropped: int
    cpu_share: float
    """Of one core, over the whole run with its start."""

    @property
    def error(self) -> float:
        """How far the whole is from the plan; 0.01 is 1 % too many."""
        return sum(self.counts) / (self.rate * len(self.counts)) - 1

    def told(self) -> str:
        """A sentence of it."""
        late = "not told" if self.late_p99_ms is None else f"{self.late_p99_ms:.1f} ms"
        return (
            f"{sum(self.counts):,} requests in {len(self.counts)} s: **{self.error:+.3%}** (aim: 1 %); "
            f"{min(self.counts):,} to {max(self.counts):,} in a second; late, P99 of the worst: {late}; "
            f"dropped: {self.dropped}; CPU {self.cpu_share:.0%} of a core."
        )


def hold(rate: int, user: str = "LeanHttpUser") -> Held:
    """Run the schedule once."""
    with null_server() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        users, run = folder / "busy_users.py", folder / "run"
        users.write_text(USER[user])
        run.mkdir()
        (run / "plan.json").write_text(json.dumps(_plan(rate)))
        locust = [sys.executable, "-m", "locust", "-f", f"{users},{ENTRY}", "--headless", "--only-summary"]
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            pinned(CLIENT_CORE, *locust, "-H", server.url),
            env={**os.environ, "HARNESS_RUN_DIR": f"{run}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=LENGTH_S + 60,
        )
        after, took_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
        seconds = [json.loads(line) for line in (run / "generator.jsonl").read_text().splitlines()]
        first = min((json.loads(line)["t"] for line in (run / "series.jsonl").open()), default=None)
        if first is None:
            raise SystemExit(done.stderr)
        counts = server.counts()
    judged = range(first + SKIP_S, first + SKIP_S + JUDGED_S)
    late = [
        each["late_p99_s"] for each in seconds if each["t"] in judged and each.get("late_p99_s") is not None
    ]
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Held(
        rate=rate,
        counts=[counts.get(second, 0) for second in judged],
        late_p99_ms=max(late) * 1000 if late else None,
        dropped=sum(each.get("dropped") or 0 for each in seconds),
        cpu_share=used_s / took_s,
    )


def _plan(rate: int) -> dict[str, object]:
    stage = {"name": "hold", "duration_s": LENGTH_S, "start_level": rate, "end_level": rate, "judged": True}
    share = {"key": "busy", "user_class": "Busy", "endpoint": None, "weight": 1}
    schedule = {"unit": "arrivals_per_s", "stages": [stage]}
    return {"schedule": schedule, "traffic": [share], "max_in_flight": 1000, "request_timeout_s": 10.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=4000)
    parser.add_argument("--user", choices=list(USER), default="LeanHttpUser")
    options = parser.parse_args()
    print(hold(options.rate, options.user).told())


if __name__ == "__main__":
    main()
