"""Plans name files relative to the repository, as the command does; so its tests run there."""

from __future__ import annotations

import pytest
from plan_inspections import REPOSITORY


@pytest.fixture(autouse=True)
def in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
