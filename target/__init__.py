"""The reference system: a separate program (`python -m target`)."""
