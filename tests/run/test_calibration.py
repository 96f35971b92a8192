"""A calibration is found again exactly where it is valid; its plan is short and goes to the null server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.model.buckets import bucket_of
from harness.model.calibration import Calibration
from harness.model.histogram import Histogram
from harness.model.plan import HashedFile, Plan, Shape, Target, TrafficShare
from harness.model.run import Environment
from harness.model.series import Cell, Second, Series
from harness.model.sla import Objective, Reference
from harness.model.stage import Schedule, Stage
from harness.run import calibration

HERE = Environment(
    hostname="host",
    cpu_count=2,
    cpu_model="cpu",
    memory_bytes=2**32,
    system="Linux",
    python="3.11",
    locust="2.47",
    harness="1",
)


def stage(name: str, level: float, *, judged: bool = True) -> Stage:
    return Stage(name=name, duration_s=60, start_level=level, end_level=level, judged=judged)


def plan(*stages: Stage, unit: Any = "users", **changes: Any) -> Plan:
    usual: dict[str, Any] = {
        "harness_version": "1",
        "scenario": "load-10",
        "source": "scenarios/load-10.yaml",
        "target": Target(
            name="shop", base_url="http://10.0.0.1", inputs="inputs.json", paths={"GET /": "/v2"}
        ),
        "locustfiles": ("shop.py",),
        "traffic": (TrafficShare(key="shopper", user_class="Shopper", endpoint=None, weight=1),),
        "shape": Shape(kind="constant"),
        "objectives": (),
        "evidence": ("resources",),
        "added_s": 10.0,
        "files": (HashedFile(path="shop.py", sha256="a"),),
    }
    return Plan(schedule=Schedule(stages=stages or (stage("hold", 10),), unit=unit), **(usual | changes))


def key(plan: Plan, here: Environment = HERE) -> str:
    return calibration.empty(plan, here).key


@pytest.mark.parametrize(
    "other",
    [
        plan(files=(HashedFile(path="shop.py", sha256="b"),)),
        plan(traffic=(TrafficShare(key="shopper", user_class="Shopper", endpoint=None, weight=2),)),
        plan(unit="arrivals_per_s"),
        plan(unit="arrivals_per_s", arrivals="poisson"),
        plan(workers=2),
        plan(workers=2, remote_workers=True),
    ],
    ids=["other files", "other weights", "arrivals", "poisson arrivals", "workers", "remote workers"],
)
def test_what_is_sent_decides_the_key(other: Plan) -> None:
    assert key(other) != key(plan())


@pytest.mark.parametrize(
    "change",
    [
        {"hostname": "x"},
        {"cpu_model": "x"},
        {"cpu_count": 4},
        {"python": "x"},
        {"locust": "x"},
        {"harness": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_machine_and_versions_decide_the_key(change: dict[str, Any]) -> None:
    assert key(plan(), HERE.model_copy(update=change)) != key(plan())


def test_target_schedule_and_place_of_the_files_do_not() -> None:
    other = plan(
        stage("hold", 50),
        target=Target(name="other"),
        files=(HashedFile(path="elsewhere/shop.py", sha256="a"),),
        scenario="load-50",
    )
    assert key(other) == key(plan())


def test_levels_are_those_an_objective_looks_at() -> None:
    stages = (stage("warm-up", 5, judged=False), stage("reference", 20, judged=False), stage("empty", 0))
    made = plan(*stages, stage("hold", 50), stage("again", 50), stage("more", 10))
    assert calibration.levels_of(made) == (10, 50)
    named = Objective(metric="p95", stage="warm-up", at_most=1)
    reference = Reference(scenario="load-20", stage="reference")
    assert calibration.levels_of(
        made.model_copy(update={"objectives": (named,), "reference": reference})
    ) == (*(5, 10, 20, 50),)


def test_the_measuring_plan_goes_to_the_null_server_and_nowhere_else() -> None:
    made = calibration.measuring_plan(plan(), [10, 50], hold_s=5)
    assert made.target.base_url is None
    assert made.target.command == calibration.NULL_SERVER
    assert (made.target.dsn, made.target.data.restore) == (None, None)
    assert (made.target.inputs, made.target.paths) == ("inputs.json", {"GET /": "/v2"})
    assert (made.objectives, made.evidence, made.reference) == ((), (), None)
    told = [(s.name, s.duration_s, s.end_level, s.judged) for s in made.schedule.stages]
    assert told == [
        ("settle-10", 2, 10, False),
        ("hold-10", 5, 10, True),
        ("settle-50", 2, 50, False),
        ("hold-50", 5, 50, True),
    ]


@pytest.mark.parametrize("levels", [1, 5, 20], ids=lambda n: f"{n} levels")
def test_a_calibration_is_bounded_in_time(levels: int) -> None:
    made = calibration.measuring_plan(plan(), range(1, levels + 1), hold_s=3600)
    assert made.schedule.duration_s <= calibration.MOST_S


def cell(t_s: int, *, answered: int = 0, failed: int = 0, us: int = 1000, endpoint: str = "GET /") -> Cell:
    return Cell(
        t_s=t_s,
        endpoint=endpoint,
        answered=Histogram({bucket_of(us): answered}),
        failed=Histogram({bucket_of(us): failed}),
    )


def test_floor_counts_answers_that_the_user_class_calls_wrong_and_only_the_measured_seconds() -> None:
    made = calibration.measuring_plan(plan(), [10], hold_s=5)
    cells = (cell(1, answered=99, us=90_000), cell(2, answered=30), cell(6, failed=20, us=3000))
    seconds = tuple(
        Second(t_s=t_s, process=process, users=10, cpu_ratio=cpu)
        for t_s in range(2, 7)
        for process, cpu in (("worker-1", 0.5), ("worker-2", 0.75))
    )
    (level,) = calibration.floors(made.schedule, Series(cells=cells, seconds=seconds), measured_at="now")
    assert (level.level, level.hold_s, level.rate_per_s, level.busy_ratio) == (10, 5, 10, 0.75)
    assert level.pooled.requests == 50
    assert level.pooled == level.endpoints["GET /"]
    assert level.pooled.p50_s == pytest.approx(0.001, rel=0.002)
    assert level.pooled.p95_s == pytest.approx(0.003, rel=0.002)
    assert level.pooled.max_s == pytest.approx(0.003, rel=0.002)


def test_a_level_without_answers_has_no_floor() -> None:
    made = calibration.measuring_plan(plan(), [10, 50], hold_s=5)  # second 7 is of the stage settle-50
    series = Series(cells=(cell(3, answered=1), cell(7, answered=1)))
    assert [level.level for level in calibration.floors(made.schedule, series, measured_at="now")] == [10]


def measured(level: float, count: int) -> Calibration:
    made = calibration.measuring_plan(plan(), [level], hold_s=5)
    levels = calibration.floors(made.schedule, Series(cells=(cell(3, answered=count),)), measured_at="now")
    return calibration.empty(plan(), HERE).with_levels(levels)


def test_what_is_kept_is_found_again_and_grows(tmp_path: Path) -> None:
    wanted = calibration.empty(plan(), HERE)
    assert calibration.kept(tmp_path, wanted) == wanted
    calibration.keep(tmp_path, measured(50, 5))
    known = calibration.kept(tmp_path, wanted).with_levels(measured(10, 7).levels)
    path = calibration.keep(tmp_path, known)
    assert path.parent == tmp_path / "calibration"
    again = calibration.kept(tmp_path, wanted)
    assert [(level.level, level.pooled.requests) for level in again.levels] == [(10, 7), (50, 5)]
    assert again.at(20) is None


@pytest.mark.parametrize("text", ["", "{", '{"key": "x"}'], ids=["empty", "cut", "of another form"])
def test_a_calibration_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    wanted = calibration.empty(plan(), HERE)
    calibration.keep(tmp_path, measured(10, 5)).write_text(text)
    assert calibration.kept(tmp_path, wanted) == wanted
