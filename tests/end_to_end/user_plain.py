"""A user's own plain locustfile: it knows nothing of the harness."""

import os

from locust import FastHttpUser, constant, task


class Visitor(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def visit(self) -> None:
        self.client.get("/", name="/", headers={"X-API-Key": os.environ.get("TARGET_API_KEY", "")})
