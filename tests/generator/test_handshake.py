"""A load begins only with workers that run the same files."""

from __future__ import annotations

from pathlib import Path

from locust_run import PLAIN_USERS, LocustRun, plan, stage
from plain_server import PlainServer


def test_a_worker_with_other_files_is_refused(tmp_path: Path) -> None:
    content = plan([stage("hold", 5, 2)], {"Quick": 1}, request_timeout_s=5.0)
    other = tmp_path / "other" / "plain_users.py"
    other.parent.mkdir()
    other.write_text(PLAIN_USERS + "# changed\n")
    with PlainServer() as server, LocustRun(tmp_path, server.url, content, workers=1, other=other) as locust:
        locust.wait()
        found = locust.completion
        assert found["reason"].startswith("refused: worker-1 has another plain_users.py; start it again")
        assert any("with the master's files" in problem for problem in found["problems"])
        assert locust.workers[0].returncode == 3
        assert "refused by the master: worker-1 has another plain_users.py" in locust.log()
        assert server.total == 0
        assert not (locust.folder / "load.json").exists()


def test_a_worker_that_does_not_come_ends_the_wait(tmp_path: Path) -> None:
    content = plan([stage("hold", 5, 2)], {"Quick": 1}, request_timeout_s=5.0)
    options = ("--headless", "--only-summary", "--expect-workers-max-wait", "2")
    with (
        PlainServer() as server,
        LocustRun(tmp_path, server.url, content, workers=2, started=1, options=options) as locust,
    ):
        locust.wait()
        assert locust.completion["reason"] == "only 1 of 2 workers were ready after 2 s"
        assert server.total == 0
