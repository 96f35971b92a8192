"""Run PostgreSQL without privileges: it refuses uid 0, so root lends it `postgres` or `nobody`.

Where that account cannot reach the programs (a virtual environment below a 0700 home), a copy is staged
once per version. No mode of any existing folder is ever changed.
"""

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from target.errors import TargetError
from target.postgres.binaries import WHEEL, Binaries


class Credentials(TypedDict, total=False):
    """The keyword arguments of Popen that drop privileges; empty for an ordinary user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who PostgreSQL runs as."""

    uid: int
    gid: int
    borrowed: bool  # lent by root

    def credentials(self) -> Credentials:
        """What to pass to Popen so that the child runs as this account."""
        return Credentials(user=self.uid, group=self.gid, extra_groups=[]) if self.borrowed else Credentials()

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)


def choose() -> Account:
    """This user's own account, or an unprivileged one when this is root."""
    if os.geteuid() != 0:
        return Account(uid=os.getuid(), gid=os.getgid(), borrowed=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, borrowed=True)
    raise TargetError(
        "postgres", "root may not run it and there is no account 'postgres' or 'nobody'", "add one"
    )


def reachable(path: Path) -> bool:
    """Whether any account may read `path` and pass through all folders above it."""
    path = path.resolve()
    readable = path.stat().st_mode & 0o5 == 0o5
    return readable and all(parent.stat().st_mode & 0o1 for parent in path.parents)


def scratch(account: Account) -> Path:
    """A new private folder that belongs to the account, in the first temporary place it can reach."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - mkdtemp makes it private
    place = next((p for p in places if not account.borrowed or _passable(p)), places[0])
    folder = Path(tempfile.mkdtemp(prefix="reference-target-pg-", dir=place))
    account.own(folder)
    return folder


def _passable(path: Path) -> bool:
    return path.is_dir() and all(p.stat().st_mode & 0o1 for p in (path.resolve(), *path.resolve().parents))


def reachable_programs(binaries: Binaries, account: Account) -> Path:
    """A folder of programs that the account can execute: the found one, or a staged copy of it."""
    if not account.borrowed or reachable(binaries.folder):
        return binaries.folder
    install = binaries.folder.parent
    package = install.parent
    stamp = f"{int(install.stat().st_mtime)}-{os.getuid()}"
    cache = Path("/var/tmp") / f"reference-target-programs-{stamp}"  # noqa: S108 - trusted only when root owns it
    if not _trusted(cache):
        _stage(
            install,
            cache if not cache.exists() else Path(tempfile.mkdtemp(prefix="reference-target-programs-")),
        )
    return cache / package.name / install.name / binaries.folder.name


def _trusted(cache: Path) -> bool:
    try:
        status = cache.lstat()
    except FileNotFoundError:
        return False
    mine = status.st_uid == os.getuid() and not status.st_mode & 0o022
    if not (stat.S_ISDIR(status.st_mode) and mine):
        raise TargetError("postgres", f"{cache} is not ours alone", f"remove {cache}")
    return True


def _stage(install: Path, cache: Path) -> None:
    """Copy the programs and, at the same distance, the wheel's libraries (loaded from `../../../*.libs`)."""
    building = Path(tempfile.mkdtemp(prefix=".reference-target-", dir=cache.parent))
    package = install.parent
    shutil.copytree(install, building / package.name / install.name, symlinks=True)
    libraries = package.parent / f"{WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, building / libraries.name)
    building.chmod(0o755)
    try:
        building.rename(cache)
    except OSError:  # another start was faster
        shutil.rmtree(building)
