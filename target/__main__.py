"""`python -m target`: start the reference system; see `--help`."""

import logging
import sys

from target import cli, supervisor
from target.errors import TargetError


def main() -> int:
    """Run until stopped; one line on stderr for a problem."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="target: %(message)s")
    try:
        return supervisor.run(cli.parse(sys.argv[1:]))
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
        return error.status


sys.exit(main())
