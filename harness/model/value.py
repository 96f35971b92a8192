"""The base of every value that is read from or written to a file of the run folder."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, refuses unknown fields, and round-trips through JSON without loss."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
