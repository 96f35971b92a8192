"""Style and script of the page, the vendored chart library, and the policy that allows nothing else."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

REPORT = Path(__file__).parent.parent
STYLES = (
    "vendor/uplot/uPlot.min.css",
    "assets/colours.css",
    "assets/page.css",
    "assets/findings.css",
    "assets/charts.css",
    "assets/print.css",
)
SCRIPTS = ("assets/format.js", "assets/stages.js", "assets/charts.js", "assets/tables.js", "assets/page.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """What is written into every page."""

    styles: tuple[str, ...]
    scripts: tuple[str, ...]

    @property
    def policy(self) -> str:
        """A Content-Security-Policy: these very styles and scripts, nothing loaded, nothing sent."""
        return "; ".join(
            (
                "default-src 'none'",
                f"style-src {_hashes(self.styles)}",
                f"script-src {_hashes(self.scripts)}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )


@cache
def load() -> Assets:
    """The assets, read from the package once."""
    own = "\n".join((REPORT / path).read_text("utf-8") for path in SCRIPTS)
    return Assets(
        styles=tuple((REPORT / path).read_text("utf-8") for path in STYLES),
        scripts=(
            (REPORT / "vendor/uplot/uPlot.iife.min.js").read_text("utf-8"),
            f'(() => {{\n"use strict";\n{own}\n}})();\n',
        ),
    )


def _hashes(sources: tuple[str, ...]) -> str:
    digests = (b64encode(sha256(source.encode()).digest()).decode() for source in sources)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
