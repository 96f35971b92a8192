"""Bad scenario files: every problem at once, each with its place and how to mend it; nothing is started."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from bad_files import TARGETS, TEXT
from bad_scenarios import GOOD, LOAD, PROMISES, with_line
from plan_inspections import planner, recorded

from harness.errors import ExitStatus, ScenarioErrors
from harness.plan import InspectionRequest, build

ONE_PROBLEM = LOAD | PROMISES | TARGETS | TEXT


def problems_of(folder: Path, text: str, **changes) -> list[str]:
    """The problems of a scenario file, without the name of the file."""
    path = folder / "mine.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(ScenarioErrors) as caught:
        build(path, planner(**changes))
    assert caught.value.status is ExitStatus.USAGE
    return [str(problem).removeprefix(f"{path.as_posix()}:") for problem in caught.value.problems]


@pytest.mark.parametrize(("text", "expected"), ONE_PROBLEM.values(), ids=ONE_PROBLEM)
def test_problem_says_where_what_and_how_to_mend(tmp_path, text, expected):
    first, *more = problems_of(tmp_path, text)
    assert first == expected or (expected.endswith("…") and first.startswith(expected[:-2]))
    assert not more


def test_good_scenario_has_no_problem(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert build(path, planner()).scenario == "mine"


def test_every_problem_is_told_at_once_and_in_order(tmp_path):
    text = """\
        name: other
        target: embeded
        traffic: {serch: 1, classify: -1, taxonomy_tree: 1}
        shape: {kind: constant, users: ten, duration: 5}
        sla: phase4
        objectives:
          - {endpoint: POST /serch, metric: p59, max: 1s}
          - {metric: p95, max: 1%}
        evidence: [lock, pools]
        """
    places = [problem.partition(": ")[0] for problem in problems_of(tmp_path, text)]
    assert places == [
        "1:7",
        "2:9",
        "3:11",
        "3:31",
        "4:32",
        "4:47",
        "5:6",
        "7:16",
        "7:37",
        "8:24",
        "9:12",
        "9:18",
    ]


def test_problems_of_sla_and_target_files_are_told_with_those_of_the_scenario(tmp_path):
    (tmp_path / "sla").mkdir()
    (tmp_path / "targets").mkdir()
    sla = tmp_path / "sla" / "ours.yaml"
    sla.write_text("endpoints:\n  POST /serch: {p95: 1}\n  each: {throughput: 5/s, p955: 1s}\n")
    target = tmp_path / "targets" / "box.yaml"
    target.write_text("base_url: http://127.0.0.1:1\nstart_timeout: 9\n")
    found = problems_of(tmp_path, with_line("evidence: [resources]", "target: box\nsla: ours\nevidence: [x]"))
    assert found == [
        (
            "8:12: unknown collector 'x'; known: locks, locust_csv, pool, resources"
            " (see `harness list collectors`)"
        ),
        f"{target}:2:16: '9' has no unit; write it with one, such as 9s",
        (
            f"{sla}:2:3: unknown endpoint 'POST /serch'; did you mean 'POST /search'?"
            " (see `harness list endpoints`)"
        ),
        f"{sla}:2:22: '1' has no unit; write it with one, such as 1s",
        f"{sla}:3:22: is 5/s the least or the most?; write {{min: 5/s}} or {{max: 5/s}}",
        f"{sla}:3:27: unknown metric 'p955'; did you mean 'p95'? (see `harness list metrics`)",
    ]


def test_problem_of_the_shape_stands_at_its_parameter(tmp_path):
    def inspect(request: InspectionRequest):
        if not request.kind:
            return recorded(request)
        what = "the surge is too short; lengthen it"
        problem = {"what": what, "parameter": "warm_up_s", "file": None}
        return type(recorded(request)).model_validate({"problems": [problem]})

    assert problems_of(tmp_path, GOOD, inspect=inspect) == ["3:45: the surge is too short; lengthen it"]


def test_problem_of_a_locustfile_names_that_file_and_hides_no_other(tmp_path):
    def inspect(request: InspectionRequest):
        problem = {"what": "cannot be imported: no module named 'x'", "file": "locustfiles/search.py"}
        return (
            recorded(request)
            .model_copy(update={"problems": (), "classes": ()})
            .model_validate({**recorded(request).model_dump(), "classes": [], "problems": [problem]})
        )

    found = problems_of(tmp_path, with_line("resources", "resource"), inspect=inspect)
    assert found[0].startswith("6:12: unknown collector")
    assert found[1].startswith("locustfiles/search.py: cannot be imported: no module named 'x'")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"", "is empty"),
        (b"- a", "1:1:"),
    ],
    ids=["missing", "not UTF-8", "empty", "a list"],
)
def test_file_that_is_no_scenario(tmp_path, content, expected):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioErrors, match=expected) as caught:
        build(path, planner())
    assert len(caught.value.problems) == 1


def test_locustfiles_without_a_user_class(tmp_path):
    (tmp_path / "own").mkdir()
    text = with_line("traffic: {search: 1, classify: 1}", "locustfiles: [own]")

    def inspect(request: InspectionRequest):
        return recorded(request).model_copy(update={"classes": ()})

    expected = ["2:14: these files hold no user class; name other files"]
    assert problems_of(tmp_path, text, inspect=inspect) == expected
