"""`python -m target.llm --fd N --log FILE`.

Serve the LLM double on an inherited listening socket, until its owner is gone.
"""

import argparse
import functools
import json
import shutil
import socket
from pathlib import Path

import uvicorn

from target import orphan
from target.llm.behaviour import Behaviour
from target.llm.double import Double


def main() -> None:
    """Read the behaviour from the first line of stdin and serve."""
    parser = argparse.ArgumentParser(prog="python -m target.llm", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="number of the listening socket")
    parser.add_argument("--log", type=Path, required=True, help="where to write one line of JSON per call")
    parser.add_argument("--remove", type=Path, help="a folder to remove when the owner dies without a stop")
    arguments = parser.parse_args()
    line = orphan.settings_line()
    clean = (
        functools.partial(shutil.rmtree, arguments.remove, ignore_errors=True) if arguments.remove else None
    )
    orphan.die_with_owner(*([clean] if clean else []))
    double = Double(Behaviour(**json.loads(line or "{}")), arguments.log)
    config = uvicorn.Config(
        double, lifespan="off", access_log=False, log_level="warning", timeout_keep_alive=75
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=arguments.fd)])


def _remove(folder: Path | None) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


main()
