"""The reference system: a separate program (`python -m target`).

 A case bank over PostgreSQL with an LLM upstream, written the way a good team would write it, so that a
load test has something real to measure. It never imports `harness`: the two meet over HTTP, SQL and one
readiness line.
"""

VERSION = "1.0.0"
