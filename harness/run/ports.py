"""Free TCP ports on loopback."""

from __future__ import annotations

import socket
from random import SystemRandom

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
