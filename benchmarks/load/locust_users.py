"""What Locust sends: LOCUST_CLIENT is `http` or `fast`, LOCUST_RATE the requests per second of one user, if any."""

import os
import random

import gevent
from locust import FastHttpUser, HttpUser, User, constant, constant_throughput, task

_RATE = float(os.environ.get("LOCUST_RATE", "0"))
_HEADERS = {
    "Cookie": f"sessionid={'s' * 32}; csrftoken={'c' * 32}",
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
}


_WAIT = constant_throughput(_RATE) if _RATE else constant(0)


def _begin(user: User) -> None:
    """Begin at a random moment, so that users do not march in step, where that was asked for."""
    if _RATE and os.environ.get("LOCUST_PHASE") == "random":
        gevent.sleep(random.random() / _RATE)


if os.environ.get("LOCUST_CLIENT") == "http":

    class Http(HttpUser):
        """On requests."""

        wait_time = _WAIT
        on_start = _begin

        @task
        def page(self) -> None:
            """Get the page."""
            self.client.get("/", headers=_HEADERS)
else:

    class Fast(FastHttpUser):
        """On geventhttpclient."""

        wait_time = _WAIT
        on_start = _begin

        @task
        def page(self) -> None:
            """Get the page."""
            self.client.get("/", headers=_HEADERS)
