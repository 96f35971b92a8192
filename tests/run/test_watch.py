"""The live view adds up, stays small, and reads only whole lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.model.plan import Plan, Shape, Target
from harness.model.stage import Schedule, Stage
from harness.run.folder import RunFolder
from harness.run.watch import Watch

START = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "reports", "toy", "20260102-030405")


def plan() -> Plan:
    stages = (
        Stage(name="warm-up", duration_s=10, start_level=0, end_level=10, judged=False),
        Stage(name="hold", duration_s=100, start_level=10, end_level=10),
    )
    return Plan(
        harness_version="0",
        scenario="toy",
        source="toy.yaml",
        target=Target(name="toy"),
        locustfiles=(),
        traffic=(),
        shape=Shape(kind="constant"),
        schedule=Schedule(stages=stages),
        objectives=(),
        added_s=0,
    )


def line(second: int, answered: int, failed: int = 0) -> str:
    counts = {"answered": {"5000": answered}, "failed": {"100": failed}}
    return json.dumps({"t": START + second, "endpoint": "GET /", **counts}) + "\n"


def watch_at(folder: RunFolder, second: float) -> Watch:
    return Watch(plan(), folder, clock=lambda: START + second)


def test_before_the_load_it_says_so(folder: RunFolder) -> None:
    live = watch_at(folder, 5).look()
    assert (live.t_s, live.stage, live.left_s) == (None, "starting", 110)


def test_what_was_added_is_counted_once(folder: RunFolder) -> None:
    folder.write("load.json", json.dumps({"load_start_epoch_s": START}))
    folder.write("series.jsonl", line(11, 3) + line(12, 4, failed=1) + line(13, 9)[:20])
    folder.write("generator.jsonl", json.dumps({"t": START + 12, "process": "main", "users": 10}) + "\n")
    watch = watch_at(folder, 14)
    for _ in range(2):
        live = watch.look()
        assert (live.requests, live.failures, live.users, live.stage) == (8, 1, 10, "hold")
        assert live.left_s == 96
        assert live.p95_s == pytest.approx(0.005, rel=0.004)


def test_recent_percentiles_forget_what_is_old(folder: RunFolder) -> None:
    folder.write("load.json", json.dumps({"load_start_epoch_s": START}))
    folder.write("series.jsonl", line(11, 3))
    live = watch_at(folder, 60).look()
    assert (live.requests, live.p95_s) == (3, None)


def test_an_hour_is_kept_in_ten_second_cells_that_add_up(folder: RunFolder) -> None:
    folder.write("load.json", json.dumps({"load_start_epoch_s": START}))
    folder.write("series.jsonl", "".join(line(second, 2, failed=1) for second in range(3600)))
    watch = watch_at(folder, 3600)
    watch.look()
    so_far = watch.so_far()
    assert len(so_far.cells) == 360
    assert so_far.window(None, [(0, 3600)]).requests == 3600 * 3
    assert so_far.last_s == 3599
