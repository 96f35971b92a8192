"""A Locust-centric load-testing harness: a scenario is planned, run, observed, judged and reported."""

__version__ = "0.1.0"
