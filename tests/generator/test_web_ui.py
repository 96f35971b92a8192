"""In Locust's web UI every test leaves a record of its own, with or without a shape of ours."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from locust_run import ROOT, LocustRun, free_port, wait_for_requests
from plain_server import PlainServer


def post(url: str, **form: object) -> None:
    data = urllib.parse.urlencode(form, doseq=True).encode()
    with urllib.request.urlopen(url, data, timeout=10) as answer:
        assert json.loads(answer.read())["success"] is True


def wait_for(path: Path, locust: LocustRun) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, locust.log()
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 1], ids=["single process", "master and a worker"])
def test_every_test_is_a_session(tmp_path: Path, workers: int) -> None:
    port = free_port()
    options = ("--web-host", "127.0.0.1", "--web-port", str(port), "--class-picker")
    ui = f"http://127.0.0.1:{port}"
    (tmp_path / "plain_users.py").touch()
    files = [tmp_path / "plain_users.py", ROOT / "shapes" / "constant.py"]
    with (
        PlainServer() as server,
        LocustRun(tmp_path, server.url, None, files=files, options=options, workers=workers) as locust,
    ):
        wait_for_ui(ui, locust)
        wait_for_workers(locust, workers)
        for number, form in enumerate(({"shape_class": "Default"}, {"shape_class": "Constant"}), start=1):
            before = server.total
            post(f"{ui}/swarm", user_count=4, spawn_rate=4, host=server.url, user_classes="Quick", **form)
            wait_for_requests(server, before + 30, locust)
            post(f"{ui}/stop")
            done = locust.folder / f"ui-{number}" / "completion.json"
            wait_for(done, locust)
            found = json.loads(done.read_text())
            assert found["recorded"] == found["locust"]
            assert found["recorded"]["GET /quick"]["requests"] == server.total - before > 10
            assert found["reason"] == "stopped"
        locust.main.terminate()
        assert locust.wait(10) == 0


def wait_for_workers(locust: LocustRun, workers: int) -> None:
    deadline = time.monotonic() + 15
    while locust.log().count("reported as ready") < workers:
        assert time.monotonic() < deadline, locust.log()
        time.sleep(0.05)


def wait_for_ui(url: str, locust: LocustRun) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline, locust.log()
            time.sleep(0.1)
