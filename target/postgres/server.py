"""Start and stop one throwaway PostgreSQL: loopback only, free port, made for speed and not for keeping."""

import os
import secrets
import select
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from target.errors import TargetError
from target.postgres import account, binaries

DURABILITY = "speed: fsync off, synchronous_commit off, full_page_writes off"
SUPERUSER = "postgres"  # as in guard.sh
_STOP_S = 10.0
_GUARD = (Path(__file__).parent / "guard.sh").read_text(encoding="utf-8")
_CONFIGURATION = """
data_directory = '{folder}/data'
hba_file = '{folder}/data/pg_hba.conf'
ident_file = '{folder}/data/pg_ident.conf'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 30min
shared_buffers = 256MB
random_page_cost = 1.1
jit = off
shared_preload_libraries = 'pg_stat_statements,auto_explain'
pg_stat_statements.max = 5000
compute_query_id = on
track_io_timing = on
logging_collector = on
log_destination = 'jsonlog'
log_directory = '{folder}/log'
log_filename = 'postgresql.log'
log_file_mode = 0644
log_rotation_age = 0
log_rotation_size = 0
log_lock_waits = on
deadlock_timeout = 1s
timezone = 'UTC'
log_timezone = 'UTC'
max_connections = {connections}
port = {port}
"""


@dataclass(slots=True, kw_only=True)
class Server:
    """A server that starts or runs; `close` stops it and removes everything it left."""

    pid: int
    port: int
    folder: Path
    source: str
    password: str = field(repr=False)
    guard: subprocess.Popen[str] = field(repr=False)

    @property
    def log(self) -> Path:
        """Where it logs, as lines of JSON."""
        return self.folder / "log" / "postgresql.json"

    def dsn(self, *, user: str, password: str, database: str) -> str:
        """A URL for this server over TCP."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def admin_dsn(self, database: str) -> str:
        """The superuser's URL."""
        return self.dsn(user=SUPERUSER, password=self.password, database=database)

    def died(self) -> bool:
        """Whether the server, or the making of its cluster, has ended: then the guard's output ends too."""
        assert self.guard.stdout is not None  # noqa: S101 - asked for below
        return bool(select.select([self.guard.stdout], [], [], 0)[0])

    def failure(self) -> TargetError:
        """Why the server did not come up, in its own last words."""
        log = self.folder / "start.log"
        lines = log.read_text(encoding="utf-8").strip().splitlines() if log.exists() else []
        return TargetError("postgres", lines[-1] if lines else "ended without a word", "see PG_BIN and --dsn")

    def close(self) -> None:
        """Stop at once, without a checkpoint (the data are thrown away), and remove the folder."""
        assert self.guard.stdin is not None  # noqa: S101 - asked for below
        assert self.guard.stdout is not None  # noqa: S101
        self.guard.stdin.close()
        self.guard.stdout.close()
        try:
            self.guard.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self.guard.kill()
            self.guard.wait()


def start(*, connections: int) -> Server:
    """Begin to create a cluster in a new temporary folder and to start it there; returns at once."""
    found = binaries.find()
    owner = account.choose()
    programs = account.reachable_programs(found, owner)
    folder = account.scratch(owner)
    password, port = secrets.token_urlsafe(12), _free_port()
    _write(folder / "password", password, owner)
    _write(
        folder / "postgresql.conf",
        _CONFIGURATION.format(folder=folder, connections=connections, port=port),
        owner,
    )
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", programs, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env=_environment(folder),
        start_new_session=True,
        **owner.credentials(),
    )
    assert guard.stdout is not None  # noqa: S101 - asked for above
    pid = int(guard.stdout.readline())
    return Server(pid=pid, port=port, folder=folder, source=found.source, password=password, guard=guard)


def _write(path: Path, text: str, owner: account.Account) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    owner.own(path)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
