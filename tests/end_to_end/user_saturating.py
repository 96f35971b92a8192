"""Plain locustfiles: one that keeps the generator busy, one that does not."""

from locust import FastHttpUser, HttpUser, constant, task


class Busy(HttpUser):
    wait_time = constant(0)

    @task
    def get(self) -> None:
        self.client.get("/", name="/")


class Calm(FastHttpUser):
    wait_time = constant(0.1)

    @task
    def get(self) -> None:
        self.client.get("/", name="/")
