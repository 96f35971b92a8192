"""Start and stop one throwaway PostgreSQL: loopback only, free port, made for speed and not for keeping."""

import os
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from target.errors import TargetError
from target.postgres import account, binaries

DURABILITY = "speed: fsync off, synchronous_commit off, full_page_writes off"
SUPERUSER = "postgres"
_GUARD = (Path(__file__).parent / "guard.sh").read_text(encoding="utf-8")
_CONFIGURATION = """
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
log_directory = '{log}'
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
    """A running server; `close` stops it and removes everything it left."""

    pid: int
    port: int
    password: str = field(repr=False)
    log: Path
    source: str
    guard: subprocess.Popen[str] = field(repr=False)

    def dsn(self, *, user: str, password: str, database: str) -> str:
        """A URL for this server over TCP."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def admin_dsn(self, database: str) -> str:
        """The superuser's URL."""
        return self.dsn(user=SUPERUSER, password=self.password, database=database)

    def died(self) -> bool:
        """Whether the server process is gone or only waits to be reaped."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        except FileNotFoundError:
            return self.guard.poll() is not None or Path("/proc/self").exists()
        return status.rpartition(")")[2].split()[0] == "Z"

    def close(self) -> None:
        """Stop at once (the data are thrown away, so no checkpoint is wanted) and remove the folder."""
        if self.guard.stdin:
            self.guard.stdin.close()
        try:
            self.guard.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.guard.kill()


def start(*, connections: int) -> Server:
    """Create a cluster in a new temporary folder and start it; returns before it accepts connections."""
    found = binaries.find()
    owner = account.choose()
    programs = account.reachable_programs(found, owner)
    folder = account.scratch(owner)
    password = secrets.token_urlsafe(12)
    _initialise(programs, folder, owner, password)
    port = _free_port()
    configuration = _CONFIGURATION.format(log=folder / "log", connections=connections, port=port)
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(configuration)
    command = [programs / "postgres", folder / "data", folder / "start.log", folder]
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env=_environment(folder),
        start_new_session=True,
        **owner.credentials(),
    )
    assert guard.stdout is not None  # noqa: S101 - asked for above
    with guard.stdout:
        pid = int(guard.stdout.readline())
    return Server(pid=pid, port=port, password=password, log=folder / "log", source=found.source, guard=guard)


def explain(server: Server) -> TargetError:
    """Why the server did not come up, from its own log."""
    lines = (server.log.parent / "start.log").read_text(encoding="utf-8").strip().splitlines()
    return TargetError("postgres", lines[-1] if lines else "ended without a word", "see PG_BIN and --dsn")


def _initialise(programs: Path, folder: Path, owner: account.Account, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    owner.own(secret)
    done = subprocess.run(
        [
            programs / "initdb", "-D", folder / "data", "-U", SUPERUSER, "-A", "scram-sha-256",
            "--pwfile", secret, "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions",
        ],
        capture_output=True, text=True, cwd="/", env=_environment(folder), check=False, **owner.credentials(),
    )  # fmt: skip
    secret.unlink()
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"initdb ended with {done.returncode}"]
        raise TargetError("postgres", reason[0], "see PG_BIN and --dsn")


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def deadline(seconds: float) -> float:
    """A point on the monotonic clock, in seconds."""
    return time.monotonic() + seconds
