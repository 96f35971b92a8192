"""The targets that tests share, one of each data set per session."""

from collections.abc import Iterator

import pytest
from target_running import Target, started


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with started(log=tmp_path_factory.mktemp("target") / "stderr") as running:
        yield running


@pytest.fixture
def fresh(target: Target) -> Target:
    """The shared target with its data as they were."""
    target.rows(target.ready["data"]["restore"])
    return target


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with started("--data", "large", log=tmp_path_factory.mktemp("large") / "stderr") as running:
        yield running
