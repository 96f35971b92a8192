"""Faults: promises broken on purpose, so that every objective and collector can be seen to fail.

One fault is one file of this folder, and the file name is its name; there is no other list. A file has a
function `create(value)` that returns a `Fault`, and the first line of its docstring is its help. Off by
default; `a,b:3` switches on `a`, and `b` with the value 3.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterable

from starlette.types import ASGIApp, Scope

from target.errors import TargetError
from target.settings import ServiceSettings


class Fault:
    """What a fault may change: settings, statements, how requests are served. Here: nothing."""

    def settings(self, settings: ServiceSettings) -> ServiceSettings:
        """Other settings for the service."""
        return settings

    def statement(self, name: str, sql: str) -> str:
        """Another text for the statement in `<name>.sql`."""
        del name
        return sql

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Something around the whole service."""
        return app


def is_work(scope: Scope) -> bool:
    """Whether this is a request of a client, not the health check, the metrics, or the life of the server."""
    return scope["type"] == "http" and scope["path"] not in ("/healthz", "/metrics")


def names() -> list[str]:
    """All faults there are: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def describe() -> list[tuple[str, str]]:
    """(name, one line of help) of every fault."""
    return [
        (name, (importlib.import_module(f"{__name__}.{name}").__doc__ or "").splitlines()[0])
        for name in names()
    ]


def parse(words: Iterable[str]) -> list[Fault]:
    """The faults of words like `crash:20s`; TargetError names the nearest known one."""
    return [_create(word.strip()) for word in words if word.strip()]


def _create(word: str) -> Fault:
    name, _, value = word.partition(":")
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        raise TargetError(
            "faults", f"unknown fault '{name}'", f"{guess}(known: {', '.join(names())})", status=2
        )
    try:
        fault: Fault = importlib.import_module(f"{__name__}.{name}").create(value)
    except ValueError as error:
        raise TargetError(
            "faults", f"'{word}': {error}", f"see `python -m target --help` on {name}", status=2
        ) from None
    return fault
