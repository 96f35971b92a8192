"""What runs inside Locust. Imports the standard library, Locust and `harness.model.{stage,buckets}` only."""
