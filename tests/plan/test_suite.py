"""Suites: planned as a whole before the first scenario starts, within their budget (CON-3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_inspections import planner

from harness.errors import RefusedError, ScenarioErrors, UsageError
from harness.plan import build_suite

CRITICAL = Path("scenarios/suites/critical.yaml")


@pytest.fixture
def suite_of(tmp_path):
    def of(text: str, **changes):
        (tmp_path / "suites").mkdir(exist_ok=True)
        path = tmp_path / "suites" / "mine.yaml"
        path.write_text(text)
        return build_suite(path, planner(**changes))

    return of


def test_critical_suite_takes_less_than_15_minutes():
    suite = build_suite(CRITICAL, planner())
    assert suite.budget_s == 900
    assert suite.planned_s < 880, "a margin for what takes longer than estimated"
    assert [entry.plan.scenario for entry in suite.entries] == ["load-10", "load-50", "load-100", "spike"]


def test_scenario_at_full_length_is_the_reference_of_later_ones():
    first, second, *_ = build_suite(CRITICAL, planner()).entries
    assert not first.plan.shortened
    assert second.plan.shortened
    assert second.plan.reference is not None
    assert second.plan.reference.why == "the run of load-10 that comes earlier in this suite"
    assert second.plan.schedule.span_named("reference") is None


def test_shortened_scenario_is_no_reference(suite_of):
    entry = suite_of(
        "name: mine\nbudget: 20m\nscenarios:\n  - {scenario: load-10, duration: 1m}\n  - load-50\n"
    ).entries[1]
    assert entry.plan.reference is not None
    assert entry.plan.reference.stage == "reference"


def test_over_budget_is_refused_before_anything_starts(suite_of):
    with pytest.raises(UsageError) as caught:
        suite_of("name: mine\nbudget: 5m\nscenarios: [load-10, throughput]\n")
    # load-10: 320 s + 15 s; throughput: 200 s + 15 s
    what = "the scenarios take 9m 10s, the budget is 5m 00s; shorten or leave out some"
    assert str(caught.value).endswith(f"mine.yaml:2:9: {what} (load-10 5m 35s, throughput 3m 35s)")


def test_problems_of_all_scenarios_at_once(suite_of, tmp_path):
    (tmp_path / "one.yaml").write_text("name: one\ntraffic: {serch: 1}\nshape: {kind: constant}\nsla: ours\n")
    (tmp_path / "two.yaml").write_text(
        "name: two\ntraffic: {search: 1}\nshape: {kind: konstant}\nsla: ours\n"
    )
    (tmp_path / "sla").mkdir()
    (tmp_path / "sla" / "ours.yaml").write_text("endpoints: {each: {p95: 1}}\n")
    with pytest.raises(ScenarioErrors) as caught:
        suite_of("name: mine\nbudget: 5\nscenarios: [one, two, three, {scenario: one, duration: soon}]\n")
    places = [Path(problem.where.partition(":")[0]).name for problem in caught.value.problems]
    assert places == ["mine.yaml"] * 3 + ["one.yaml", "ours.yaml", "two.yaml"], "the shared SLA file once"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: mine\nbudget: 5m\n", "key 'scenarios' is missing"),
        ("name: mine\nbudget: 5m\nscenarios: []\n", "there is no scenario in it"),
        ("name: mine\nscenarios: [load-10]\n", "key 'budget' is missing"),
        ("name: mine\nbudget: 0s\nscenarios: [load-10]\n", "a budget of 0 s is none"),
        (
            "name: mine\nbudget: 5m\nscenarios: [{scenario: load-10, durashun: 1s}]\n",
            "did you mean 'duration'?",
        ),
        ("name: other\nbudget: 9m\nscenarios: [load-10]\n", "name 'other' is not the file's; write mine"),
    ],
)
def test_bad_suite(suite_of, text, what):
    with pytest.raises(ScenarioErrors, match=what.replace("?", r"\?")):
        suite_of(text)


def test_guard_refuses_the_whole_suite(suite_of):
    text = "name: mine\nbudget: 30m\nscenarios:\n  - load-10\n  - {scenario: spike, users: 101}\n"
    with pytest.raises(RefusedError):
        suite_of(text)
    elsewhere = {"TARGET_URL": "http://api.example.test", "TARGET_ENVIRONMENT": "staging"}
    assert suite_of(text, environment=elsewhere)
