"""Collectors: one kind of evidence is one file; started before the load, they return evidence at its end."""
