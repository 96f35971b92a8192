"""What the API process must know.

Crosses the process boundary as one line of JSON, so secrets stay off the command line.
"""

import dataclasses
import json
from typing import Self


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Settings of the API process.

    The pool answers 50 connections held at the same time, and at 100 users (about 50 requests/s of a few
    milliseconds each) rarely has more than five out. The LLM bucket lets at most `llm_limit_per_s +
    llm_burst` calls start in any one second: well below the 60/s that the LLM double allows, since a busy
    machine bunches calls on their way, and twice the 20/s that 100 users need.
    """

    dsn: str = dataclasses.field(repr=False)
    api_key: str = dataclasses.field(repr=False)
    llm_url: str
    llm_limit_per_s: float = 40.0
    llm_burst: int = 8
    llm_timeout_s: float = 5.0
    pool_size: int = 50
    pool_timeout_s: float = 30.0
    statement_timeout_s: float = 30.0
    faults: tuple[str, ...] = ()

    def line(self) -> str:
        """These settings as one line of JSON."""
        return json.dumps(dataclasses.asdict(self)) + "\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """The settings that `line` wrote."""
        fields = json.loads(line)
        return cls(**{**fields, "faults": tuple(fields["faults"])})
