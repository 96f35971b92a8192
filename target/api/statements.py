"""The SQL of the service: one file of `sql/` is one statement, called by its file name."""

import re
from pathlib import Path

from sqlalchemy import TextClause, text

from target.faults import Fault

_COMMENT = re.compile(r"^\s*--.*$\n?", re.MULTILINE)


def load(faults: list[Fault]) -> dict[str, TextClause]:
    """All statements by name, as the faults want them."""
    statements = {}
    for file in sorted((Path(__file__).parent / "sql").glob("*.sql")):
        sql = _COMMENT.sub("", file.read_text(encoding="utf-8")).strip().removesuffix(";")
        for fault in faults:
            sql = fault.statement(file.stem, sql)
        statements[file.stem] = text(sql)
    return statements
