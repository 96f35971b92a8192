"""Shapes and user classes need no harness: bare `locust -f locustfiles,shapes/constant.py` works."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "generator"))
from locust_run import ROOT, LocustRun
from plain_server import PlainServer


@pytest.mark.parametrize(
    ("shape", "options"), [("constant", ["-u", "4", "-r", "8", "-t", "3"])], ids=["constant with -u -r -t"]
)
def test_bare_locust(tmp_path: Path, shape: str, options: list[str]) -> None:
    files = [ROOT / "locustfiles" / "search.py", ROOT / "shapes" / f"{shape}.py"]
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"queries": ["a", "b"]}))
    hit = {"chunk_id": "c", "score": 1.0, "text": "t"}
    answer = {"hits": [hit], "latency": 0.1, "request_id": "r", "total_candidates": 1}
    with (
        PlainServer(lambda *_: (200, answer)) as server,
        LocustRun(
            tmp_path,
            server.url,
            None,
            files=files,
            options=["--headless", "--only-summary", *options],
            environment={"TARGET_INPUTS": str(inputs)},
            entry=False,
        ) as locust,
    ):
        assert locust.wait(15) == 0, locust.log()
        assert server.counts.keys() == {"POST /search"}
        # 4 users that wait 1 to 3 s, for 3 s after the ramp
        assert 4 <= server.total <= 16


def test_a_rate_needs_the_harness_and_says_so(tmp_path: Path) -> None:
    files = [ROOT / "locustfiles" / "search.py", ROOT / "shapes" / "constant_rate.py"]
    with PlainServer() as server, LocustRun(tmp_path, server.url, None, files=files, entry=False) as locust:
        assert locust.wait(15) != 0
        assert "needs the harness" in locust.log()
        assert server.total == 0
