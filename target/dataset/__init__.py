"""The seed data: what is in the database when a run begins, the same on every machine."""
