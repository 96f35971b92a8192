"""Scenario YAML to Plan: everything that can be known before the first request is checked here."""
