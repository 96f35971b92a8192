"""Each fault bites when it is switched on; without it the shared target of the other tests is clean."""

import time
from pathlib import Path

import pytest
from target_running import Target, started, together

from target import faults
from target.errors import TargetError
from target.settings import ServiceSettings

SETTINGS = ServiceSettings(dsn="", api_key="", llm_url="")
SEARCH = ("POST", "/search", {"q": "invoice total"})
TREE = ("GET", "/taxonomy/2025.1/tree", None)
SLOWEST = "SELECT max(max_exec_time) FROM pg_stat_statements WHERE query ILIKE '%%near AS (%%'"


def test_slow_statement_and_small_pool(target: Target, tmp_path: Path) -> None:
    with started("--faults", "slow_statement:150,small_pool", log=tmp_path / "stderr") as broken:
        assert broken.ready["pool"]["size"] == broken.metric("target_pool_size") == 1
        assert broken.http.request(*SEARCH[:2], json=SEARCH[2]).status_code == 200
        assert broken.value(SLOWEST) > 150
        answers = together(broken, [SEARCH] * 6)
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert all(answer.json() == {"detail": "pool exhausted"} for answer in refused)
        assert broken.metric("target_pool_timeouts_total") >= len(refused)
    assert {answer.status_code for answer in together(target, [SEARCH] * 6)} == {200}
    assert target.value(SLOWEST) < 150


def test_lying_success_and_blocking_loop(target: Target, tmp_path: Path) -> None:
    def wall_s(running: Target) -> float:
        start = time.monotonic()
        together(running, [TREE] * 5)
        return time.monotonic() - start

    with started("--faults", "lying_success,blocking_loop:200", log=tmp_path / "stderr") as broken:
        lies = {
            "/reflection/analyze": {"case_id": "case-000001"},
            "/reflection/batch": None,
            "/consolidation/dry-run": None,
            "/classify": {"text": "card"},
            "/search": {"q": "card"},
        }
        answers = {path: broken.http.post(path, json=body) for path, body in lies.items()}
        assert {answer.status_code for answer in answers.values()} == {200}
        assert answers["/search"].json()["hits"] is None
        assert answers["/classify"].json()["classifications"] == []
        assert all("error" in answers[path].json() for path in list(lies)[:3])
        assert broken.http.get("/taxonomy/2025.1/tree").json()["nodes"] == []
        assert (
            broken.http.get("/taxonomy/1/tree").status_code == 404
        )  # only good answers are turned into lies
        assert wall_s(broken) > 5 * 0.2  # one after the other, each blocks all
    assert target.http.get("/taxonomy/2025.1/tree").json()["nodes"]
    assert wall_s(target) < 1.0


def test_error_burst_and_crash(tmp_path: Path) -> None:
    log = tmp_path / "stderr"
    with started("--faults", "error_burst:1,crash:8", log=log) as broken:
        statuses = [broken.http.request(*TREE[:2]).status_code for _ in range(8)]
        assert statuses == [500] * 8
        assert broken.http.get("/healthz").status_code == 200
        with pytest.raises(Exception, match=r"disconnected|reset|refused"):
            broken.http.request(*TREE[:2])
        assert broken.process.wait(timeout=10) == 1
    assert "was killed by signal 9; not restarted" in log.read_text()


def test_burst_covers_its_share_of_the_time() -> None:
    from target.faults.error_burst import ErrorBurst

    burst = ErrorBurst(0.2)
    assert [burst.burning(at) for at in (0.0, 1.9, 2.1, 9.9, 10.5)] == [True, True, False, False, True]


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("crahs", "did you mean 'crash'"),
        ("n_plus_zero", "known: blocking_loop"),
        ("crash:soon", "crash:soon"),
        ("error_burst:2", "at most 1"),
        ("small_pool:0", "at least one"),
        ("lying_success:-1", "above 0"),
    ],
)
def test_wrong_faults_are_refused_with_help(word: str, part: str) -> None:
    with pytest.raises(TargetError, match=part) as caught:
        faults.parse([word])
    assert caught.value.status == 2


def test_each_file_is_one_fault_with_a_line_of_help() -> None:
    assert [name for name, _ in faults.describe()] == faults.names()
    assert all(line and not line.endswith(".") for _, line in faults.describe())
    assert len(faults.parse(faults.names())) == len(faults.names())


def test_no_fault_changes_nothing() -> None:
    nothing = faults.Fault()
    app = object()
    assert nothing.settings(SETTINGS) is SETTINGS
    assert nothing.statement("search", "SELECT 1") == "SELECT 1"
    assert nothing.middleware(app) is app  # type: ignore[arg-type]
