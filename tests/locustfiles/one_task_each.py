"""Runs in a child process, because importing Locust patches sockets: one task of a real user class a case.

stdin: JSON {"host", "cases": [[file, class], …]}; case n is sent to the path /case/n. stdout: what Locust was
told of the request of each case.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from locust import events
from locust.env import Environment
from locust.util.load_locustfile import load_locustfile

FOLDER = Path(__file__).parents[2] / "locustfiles"


def main() -> None:
    """Run every case and tell."""
    told: list[dict[str, object]] = []
    asked = json.load(sys.stdin)
    environment = Environment(events=events, host=asked["host"])
    events.request.add_listener(lambda **request: told.append(_plain(request)))
    events.user_error.add_listener(lambda exception, **_: told.append({"raised": repr(exception)}))
    for number, (file, name) in enumerate(asked["cases"]):
        users, _ = load_locustfile(str(FOLDER / file))
        user_class = users[name]
        user_class.host = asked["host"]
        path = {user_class.endpoint: f"/case/{number}"}
        sys.modules["_endpoint"].paths = lambda path=path: path
        user_class.network_timeout = 2
        user_class.tasks[0](user_class(environment))
    json.dump(told, sys.stdout)


def _plain(request: dict[str, object]) -> dict[str, object]:
    exception = request["exception"]
    return {
        "type": request["request_type"],
        "name": request["name"],
        "failure": None if exception is None else str(exception),
        "remark": request["context"].get("remark"),  # type: ignore[attr-defined]
    }


main()
