"""TCP ports: free ones on loopback, and whether one can be had."""

from __future__ import annotations

import errno
import socket
from random import SystemRandom

from harness.errors import HarnessError

BELOW_EPHEMERAL = range(20_000, 32_000)
"""The kernel hands ports above these to anybody who connects, also between our look and our use."""
TRIES = 100


def free_port() -> int:
    """A port that was free a moment ago; OSError when none of many is."""
    for port in SystemRandom().sample(BELOW_EPHEMERAL, TRIES):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError(f"none of {TRIES} ports below {BELOW_EPHEMERAL.stop} is free")


def need_free(address: str, port: int, *, where: str) -> None:
    """HarnessError when nobody could listen at `address:port` now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                what, mend = f"port {port} of {address} is taken", "name another with --port"
            else:
                what = f"cannot wait at {address}: {error.strerror or error}"
                mend = "name an address of this machine, or 0.0.0.0 for all of them"
            raise HarnessError(what, where=where, mend=mend) from error
