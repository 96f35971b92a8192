"""Every scenario that comes with the harness can be planned, and promises what the catalogue says."""

from __future__ import annotations

import pytest
from plan_inspections import SCENARIOS, planned

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yaml")) or ["load-10"]


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenario_plans(name):
    plan = planned(name)
    assert plan.scenario == name
    assert plan.objectives
    assert plan.added_s < 20
