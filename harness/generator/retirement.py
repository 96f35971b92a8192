"""Retirement: users stop without losing a request.

Replaces `Runner.stop_users` (runners.py:263), which kills running requests, or blocks the dispatcher while it
waits for them. Here a user that waits is stopped at once; one with a running request finishes it, for at most
`limit_s` seconds, while the schedule goes on. Only the end of the load waits for all.
"""

# ruff: noqa: SLF001  Locust has no public way to do this; the lines are named where they matter

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from locust.runners import STATE_CLEANUP, Runner
from locust.user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING

from harness.generator.arrival_engine import ArrivalEngine
from harness.generator.arrivals import Arrivals
from harness.generator.in_flight import InFlight

POLL_S = 0.01
BEHIND_S = 0.5
KILL_S = 1.0
"""A killed greenlet gets so long to clean up."""


class Retirement:
    """Stops the users of one process; `limit_s` can be lowered while they are stopping."""

    def __init__(
        self, runner: Runner, in_flight: InFlight, arrivals: ArrivalEngine, *, limit_s: float
    ) -> None:
        self.limit_s = limit_s
        self.closed = False
        """No user is spawned any more; a dispatch that is under way finds the door shut."""
        self._spawn_users = runner.spawn_users
        self._runner = runner
        self._in_flight = in_flight
        self._arrivals = arrivals

    def install(self) -> None:
        """Take the place of the runner's own way to stop users."""
        self._runner.stop_users = self.stop_users  # type: ignore[method-assign,assignment]
        self._runner.spawn_users = self.spawn_users  # type: ignore[method-assign,assignment]
        # Users that are leaving do not count any more: a later tick must neither stop them again nor
        # take them for users that are there.
        Runner.user_classes_count = property(staying_by_class)  # type: ignore[method-assign,assignment]

    def spawn_users(self, counts: dict[str, int], wait: bool = False) -> list[Any]:
        """Locust's own, unless the load has ended."""
        return [] if self.closed else self._spawn_users(counts, wait)

    def stop_users(self, counts: dict[str, int]) -> None:
        """Stop so many users of each class; waits for their requests only when the whole test stops."""
        if self._runner.state == STATE_CLEANUP:
            self.drain()
            return
        retired = []
        for user in list(staying(self._runner)):
            name = type(user).__name__
            if counts.get(name, 0) > 0:
                counts = {**counts, name: counts[name] - 1}
                _retire(user)
                retired.append(user.greenlet)
        if retired:
            gevent.spawn_later(self.limit_s, _kill, retired)

    def drain(self) -> None:
        """Stop all users and arrivals; returns when no request runs, at most `limit_s` seconds later.

        Requests that are then unfinished are fired as failures before it returns.
        """
        self._let_tokens_finish()
        self.closed = True
        began = time.perf_counter()
        for user in list(staying(self._runner)):
            _retire(user)
        self._wait(lambda: time.perf_counter() - began >= self.limit_s)
        _kill({*self._runner.user_greenlets, *self._in_flight.greenlets, *self._arrivals.greenlets})
        began = time.perf_counter()
        self._wait(lambda: time.perf_counter() - began >= KILL_S)

    def _let_tokens_finish(self) -> None:
        """After the last arrival was due, tokens that are a little behind still launch theirs."""
        flow = self._arrivals.flow
        if flow is None or not flow.is_over(self._arrivals.clock.t_s):
            return
        began = time.perf_counter()
        while self._arrivals.tokens_at_work and time.perf_counter() - began < BEHIND_S:
            gevent.sleep(POLL_S)

    def _wait(self, expired: Callable[[], bool]) -> None:
        while self._busy and not expired():
            gevent.sleep(POLL_S)

    @property
    def _busy(self) -> bool:
        return bool(len(self._runner.user_greenlets) or self._in_flight.running or self._arrivals.greenlets)


def staying(runner: Runner) -> Iterable[Any]:
    """The users that were not asked to stop."""
    for greenlet in runner.user_greenlets:
        # A finished greenlet has no arguments any more, see Locust's own note in runners.py:193.
        if greenlet.args and greenlet.args[0]._state != LOCUST_STATE_STOPPING:
            yield greenlet.args[0]


def staying_by_class(runner: Runner) -> dict[str, int]:
    """How many users of each class were not asked to stop."""
    found = Counter(type(user).__name__ for user in staying(runner))
    return {user_class.__name__: found[user_class.__name__] for user_class in runner.user_classes}


def _retire(user: Any) -> None:
    at_rest = user._state in (None, LOCUST_STATE_WAITING) or isinstance(user, Arrivals)
    # Set for a waiting user too: should its wait end before the kill arrives, it stops by itself
    # (user/task.py:454) and does not start a request that the kill would then cut off.
    user._state = LOCUST_STATE_STOPPING
    if at_rest:
        user.greenlet.kill(block=False)


def _kill(greenlets: Iterable[Any]) -> None:
    for greenlet in greenlets:
        if not greenlet.dead and isinstance(greenlet, gevent.Greenlet):
            greenlet.kill(block=False)
