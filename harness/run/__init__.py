"""Plan to Run: starts target, collectors and Locust, waits, stops them in the right order, always."""
