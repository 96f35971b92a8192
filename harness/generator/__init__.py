"""What runs inside Locust's processes. Imports the standard library, Locust and `harness.model.{stage,buckets}` only."""
