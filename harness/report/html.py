"""One self-contained page: verdict, findings, charts on one time axis, tables, identity, how to repeat it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.model.result import Result
from harness.model.units import show
from harness.model.verdict import Status
from harness.report.parts import bar, order, wording
from harness.report.parts.assets import load
from harness.report.parts.figures import figures

FILE_NAME: str | None = "report.html"

_OWN_FILE = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*")


def render(result: Result, *, links_from: str = "") -> str:
    """The page. It needs no network and no other file.

    Its links to files of the run folder start with `links_from`: empty when the page lies in the folder
    itself, `<run id>/` when it lies beside it.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            plan=result.plan,
            run=result.run,
            verdict=result.verdict,
            figures=figures(result),
            assets=load(),
            links_from=links_from,
            Status=Status,
            order=order,
            wording=wording,
            bar=bar,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "show": show,
        "figure": wording.figure,
        "clock": wording.clock,
        "own_file": _own_file,
        "coded": _coded,
    }
    return environment


def _shown(value: object) -> object:
    """What a template writes: an en dash for a missing value, visible control characters in text."""
    if value is None:
        return wording.MISSING
    return wording.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _coded(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    pieces = wording.plain(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(wording.plain(text))
    code = Markup("<code>{}</code>")
    return Markup().join(
        code.format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


def _own_file(path: str) -> bool:
    """Whether the text is the path of a file of the run folder, and so may become a link."""
    return _OWN_FILE.fullmatch(path) is not None
