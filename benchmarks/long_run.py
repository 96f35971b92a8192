"""Memory and time of an hour's run: the recorder's memory, and what judging and reporting such a run takes.

    python benchmarks/long_run.py [--record]

The hour is made, not waited for: a real recorder is fed an hour of requests as fast as it takes them, and
writes the real files; `harness judge` then judges and reports them in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.drivers import processes
from harness.generator.cells import Cells
from harness.generator.problems import Problems
from harness.generator.recorder import Recorder
from harness.model.plan import Plan
from harness.run.folder import RunFolder
from harness.run.surroundings import describe

SECONDS = 3660
RATE = 25
START = 1_760_000_000
RECORD = Path(__file__).with_suffix(".md")
LIMIT_MIB = 200
LIMIT_S = 5.0

TEXT = """# An hour's run

`python benchmarks/long_run.py --record`, Python {python}, {cores} cores, shared with other work.
{seconds} s of {rate} requests/s over {endpoints} endpoints, as the soak scenario sends them, and evidence.

| what | measured | aim |
|---|---|---|
| recorder: memory after 1 minute | {first_mib:.1f} MiB | |
| recorder: memory after an hour | {last_mib:.1f} MiB | flat |
| recorder: memory after 10⁶ requests at 1,000/s | {million_mib:.1f} MiB | flat |
| `series.jsonl` | {series_mib:.1f} MiB | |
| judging and reporting: peak memory | {judge_mib:.0f} MiB | below {limit_mib} MiB |
| `harness judge` (judging and reporting, with the start of Python) | {judge_s:.2f} s | |
| `harness report` (the report alone, with the start of Python) | {report_s:.2f} s | below {limit_s:g} s |
| `report.html` | {page_kib:.0f} KiB | |
"""


def main() -> None:
    """Measure, print, and with --record write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--record", action="store_true", help=f"write {RECORD.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder.create(Path(place), "soak", "20260101-000000")
        plan = planned(folder)
        first_mib, last_mib = record_hour(folder, plan)
        finish(folder, plan)
        judge_s, judge_mib = called("judge", folder)
        report_s, _ = called("report", folder)
        text = TEXT.format(
            python=platform.python_version(),
            cores=processes.cpu_count(),
            seconds=SECONDS,
            rate=RATE,
            endpoints=len(plan.endpoints),
            first_mib=first_mib,
            last_mib=last_mib,
            million_mib=million(),
            series_mib=folder.file("series.jsonl").stat().st_size / 2**20,
            judge_mib=judge_mib,
            judge_s=judge_s,
            report_s=report_s,
            limit_mib=LIMIT_MIB,
            limit_s=LIMIT_S,
            page_kib=folder.file("report.html").stat().st_size / 2**10,
        )
    print(text)
    if options.record:
        RECORD.write_text(text)


def planned(folder: RunFolder) -> Plan:
    """The real plan of the soak scenario."""
    code = (
        "import os, sys; from pathlib import Path; from harness.pipeline import planning;"
        "from harness.places import Places; from harness.plan.building import find;"
        "from harness.plan.planner import Overrides;"
        "known = planning.planner(Places.around(Path.cwd()), Path('nowhere'), os.environ);"
        "print(planning.plan(find('soak', known.folders), known, Overrides()).model_dump_json())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    plan = Plan.model_validate_json(done.stdout)
    folder.write_value("plan.json", plan)
    return plan


def rss_mib() -> float:
    """Memory of this process now."""
    (usage,) = processes.usage_of([os.getpid()]).values()
    return usage.rss_bytes / 2**20


def record_hour(folder: RunFolder, plan: Plan) -> tuple[float, float]:
    """An hour through the real recorder into the real file; memory after a minute and at the end, in MiB."""
    draw = random.Random(1)
    recorder, cells = Recorder(Problems()), Cells()
    first_mib = 0.0
    with folder.file("series.jsonl").open("w") as series, folder.file("generator.jsonl").open("w") as seconds:
        for second in range(SECONDS):
            for _ in range(RATE):
                method, _, name = draw.choice(plan.endpoints).partition(" ")
                send(recorder, method, name, START + second, draw.lognormvariate(2.5, 0.8))
            cells.add(recorder.take())
            series.write(cells.take_lines())
            users = round(plan.schedule.level_at(second + 1)) if second + 1 < SECONDS else 0
            row = {
                "t": START + second,
                "process": "main",
                "users": users,
                "cpu_ratio": 0.1,
                "loop_lag_s": 0.002,
            }
            seconds.write(json.dumps(row) + "\n")
            if second == 60:
                first_mib = rss_mib()
    return first_mib, rss_mib()


def million() -> float:
    """Memory of this process after 10⁶ more requests, in MiB."""
    recorder, cells = Recorder(Problems()), Cells()
    for second in range(1000):
        for number in range(1000):
            send(recorder, "GET", "/", START + second, 1 + number / 100)
        cells.add(recorder.take())
        cells.take_lines()
    return rss_mib()


def send(recorder: Recorder, method: str, name: str, at: int, response_ms: float) -> None:
    """One right answer, as Locust's request event tells it."""
    recorder.listener(
        request_type=method,
        name=name,
        response_time=response_ms,
        response_length=2,
        exception=None,
        context={},
        response=None,
        start_time=float(at),
        url=name,
    )


def finish(folder: RunFolder, plan: Plan) -> None:
    """What else lies in the folder of such a run."""
    folder.write("load.json", json.dumps({"load_start_epoch_s": START, "pid": 1}))
    counts: dict[str, dict[str, int]] = {}
    for cell in folder.series().cells:
        totals = counts.setdefault(cell.endpoint, {"requests": 0, "failures": 0})
        totals["requests"] += cell.answered.total
    completion = {
        "reason": "schedule ended",
        "load_start_epoch_s": START,
        "load_end_epoch_s": START + SECONDS,
    }
    folder.write("completion.json", json.dumps({**completion, "locust": counts, "recorded": counts}))
    run = {"run_id": folder.run_id, "scenario": plan.scenario, "command": "harness run soak"}
    times = {"started_at": "2026-01-01T00:00:00+00:00", "ended_at": "2026-01-01T01:02:00+00:00"}
    state = {"load_start_epoch_s": START, "environment": describe().model_dump(), "locust_exit_status": 0}
    folder.write("run.json", json.dumps({**run, **times, **state}))
    resources = [
        {"t_s": n, "host_cpu_ratio": 0.3, "target_cpu_cores": 0.3, "target_rss_bytes": 1e8}
        for n in range(SECONDS)
    ]
    pool = [{"t_s": n / 4, "in_use": 2, "size": 50, "waiting": 0, "timeouts": 0} for n in range(4 * SECONDS)]
    for name, samples, facts in [("resources", resources, {"cpu_count": 2}), ("pool", pool, {})]:
        folder.write(
            f"evidence/{name}.json", json.dumps({"collector": name, "samples": samples, "facts": facts})
        )


def called(what: str, folder: RunFolder) -> tuple[float, float]:
    """Seconds and peak memory in MiB of `harness judge` or `report`, in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "harness", what, str(folder.path)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took_s = time.perf_counter() - began
    return took_s, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10


if __name__ == "__main__":
    main()
