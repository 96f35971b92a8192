"""What the user classes of this folder share: the target's key, paths and inputs, and the check of answers.

Locust does not load files that begin with an underscore (util/directory.py:12). Works with bare
`locust -f locustfiles -H URL`; from the environment come, all optional:

    TARGET_API_KEY  sent as X-API-Key
    TARGET_PATHS    JSON: path by endpoint, for targets that serve an endpoint elsewhere
    TARGET_INPUTS   JSON file of ids and texts; default: inputs.json beside this file
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from locust import FastHttpUser, between

Answer = dict[str, Any]
OK = 200
MEANINGS = {
    401: "wrong or missing X-API-Key",
    403: "wrong or missing X-API-Key",
    404: "unknown id or path",
    422: "the target refuses the request's body",
    429: "the target limits the rate",
}
_numbers = itertools.count(1)


@cache
def inputs() -> dict[str, list[str]]:
    """Ids and texts that exist in the target: `case_ids`, `queries`, `texts`, `taxonomy_versions`."""
    path = Path(os.environ.get("TARGET_INPUTS") or Path(__file__).with_name("inputs.json"))
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def paths() -> dict[str, str]:
    """Paths of endpoints that the target serves elsewhere."""
    found: dict[str, str] = json.loads(os.environ.get("TARGET_PATHS") or "{}")
    return found


class EndpointUser(FastHttpUser):
    """Sends one kind of request, `endpoint`, and checks every answer.

    A subclass sends with `self.send` in its task, and says in `flaw` what is wrong with an answer of status
    200. Whatever is not 200 is a failure, redirects too: they are not followed.
    """

    abstract = True
    endpoint: ClassVar[str]
    wait_time = between(1, 3)

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        # One seed a user: runs are alike, users are not.
        self._random = random.Random(f"{type(self).__name__}/{next(_numbers)}")
        self._turns: dict[str, int] = {}
        self._method, self._path = self.endpoint.split(" ", 1)
        self._headers = {"X-API-Key": key} if (key := os.environ.get("TARGET_API_KEY")) else {}

    def one_of(self, kind: str) -> str:
        """The next of the target's inputs of a kind: all in turn, each user from a place of its own."""
        choices = inputs()[kind]
        turn = self._turns.get(kind, self._random.randrange(len(choices)))
        self._turns[kind] = turn + 1
        return choices[turn % len(choices)]

    def send(self, json: Answer | None = None, **path_parts: str) -> None:
        """Send one request and check its answer; `path_parts` fill the {places} of the path."""
        path = paths().get(self.endpoint, self._path).format(**path_parts)
        with self.client.request(
            self._method,
            path,
            name=self._path,
            json=json,
            headers=self._headers,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            if response.status_code != OK:
                if response.status_code:  # 0: no answer; the client knows why
                    response.failure(_failure_of(response.status_code))
                return
            try:
                answer = response.json()
                flaw = (
                    self.flaw(answer, **path_parts) if isinstance(answer, dict) else "answer is not an object"
                )
            except (TypeError, KeyError, ValueError, AttributeError) as error:
                flaw = f"answer is not as agreed: {type(error).__name__}: {error}"
            if flaw:
                response.failure(flaw)
            elif remark := self.remark(answer):
                response.request_meta["context"]["remark"] = remark

    def flaw(self, answer: Answer, **path_parts: str) -> str | None:
        """What shows that the work behind an answer of status 200 failed; None when it is right."""
        raise NotImplementedError

    def remark(self, answer: Answer) -> str | None:  # noqa: ARG002  for subclasses
        """What is worth counting about a right answer; None when nothing is."""
        return None


def _failure_of(status: int) -> str:
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{words}: redirects are not followed"
    return f"{words}: {meaning}" if (meaning := MEANINGS.get(status)) else words


def missing(answer: Answer, *keys: str) -> str | None:
    """The first of `keys` that the answer does not have, in words; None when it has all."""
    if error := answer.get("error"):
        return f"answer tells of an error: {error}"
    return next((f"answer has no {key}" for key in keys if key not in answer), None)


def first_flaw(*checks: Callable[[], str | None] | str | None) -> str | None:
    """The first flaw that any of the checks finds; later ones may rely on earlier ones."""
    for check in checks:
        if flaw := check() if callable(check) else check:
            return flaw
    return None


def not_a_list(answer: Answer, key: str, *, of_at_least: int = 0) -> str | None:
    """Says so when `answer[key]` is no list, or has fewer items than it must."""
    value = answer[key]
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"{key} is not a list"
    return f"{key} is empty" if len(value) < of_at_least else None
