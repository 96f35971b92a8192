"""`python -m target.llm --fd N --log FILE`.

Serve the LLM double on an inherited listening socket, until its owner is gone.
"""

import argparse
import functools
import json
import shutil
import socket
from pathlib import Path

from target import orphan


def main() -> None:
    """Read the behaviour from the first line of stdin and serve."""
    parser = argparse.ArgumentParser(prog="python -m target.llm", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="number of the listening socket")
    parser.add_argument("--log", type=Path, required=True, help="where to write one line of JSON per call")
    parser.add_argument("--remove", type=Path, help="a folder to remove when the owner dies without a stop")
    arguments = parser.parse_args()
    line = orphan.settings_line()
    orphan.die_with_owner(functools.partial(_remove, arguments.remove))
    import uvicorn  # noqa: PLC0415 - a slow import, once the owner is watched

    from target.llm.behaviour import Behaviour  # noqa: PLC0415
    from target.llm.double import Double  # noqa: PLC0415

    double = Double(Behaviour(**json.loads(line or "{}")), arguments.log)
    config = uvicorn.Config(
        double,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=arguments.fd)])


def _remove(folder: Path | None) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


main()
