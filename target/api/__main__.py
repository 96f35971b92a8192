"""`python -m target.api --fd N`: serve the API on an inherited listening socket, until its owner is gone."""

import argparse
import logging
import socket

from target import orphan
from target.settings import ServiceSettings


def main() -> None:
    """Read the settings from the first line of stdin and serve."""
    parser = argparse.ArgumentParser(prog="python -m target.api", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="number of the listening socket")
    arguments = parser.parse_args()
    orphan.die_by_kernel()
    logging.basicConfig(level=logging.WARNING, format="target-api %(levelname)s %(message)s")
    # Imported while the database is still being made, and only now: an owner that dies meanwhile is noticed.
    import uvicorn  # noqa: PLC0415

    from target.api.app import create  # noqa: PLC0415

    line = orphan.settings_line()
    if not line:
        return
    orphan.die_with_owner()
    config = uvicorn.Config(
        create(ServiceSettings.parse(line)),
        access_log=False,
        log_level="warning",
        timeout_keep_alive=75,  # longer than clients think between two requests
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=arguments.fd)])


main()
