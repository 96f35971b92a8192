"""A plain locustfile, driven by an arrival rate."""

from locust import FastHttpUser, constant, task


class Arriving(FastHttpUser):
    wait_time = constant(1)

    @task
    def visit(self) -> None:
        self.client.get("/", name="/")
