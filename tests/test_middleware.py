"""The public middleware in an ordinary deployment."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import Client

from loadaudit.load.correlation import TOKEN_HEADER, TRACE_HEADER, read_summary, run_tag, sign_token, traceparent
from loadaudit.middleware import LoadauditMiddleware
from loadaudit.probes.active import active_probes

KEY = "the-key-of-the-deployment"


def answer(request: HttpRequest) -> HttpResponse:
    """Answer with a Server-Timing header of the project's own."""
    return HttpResponse("ok", headers={"Server-Timing": "db;dur=1.5"})


def headers(key: str = KEY) -> dict[str, str]:
    """Return the headers of a run that knows this key."""
    token = sign_token(key, "any-run", int(time.time()) + 60).text
    return {TOKEN_HEADER: token, TRACE_HEADER: traceparent(run_tag("any-run"), 1)}


@pytest.fixture
def deployment(settings: Any) -> Iterator[Client]:
    """A client of the demo with the middleware and the key in its settings."""
    settings.LOADAUDIT = {"TOKEN_KEY": KEY}
    settings.MIDDLEWARE = ["loadaudit.middleware.LoadauditMiddleware", *settings.MIDDLEWARE]
    yield Client()
    active = active_probes()
    if active is not None:
        active.restore()


def test_without_a_key_it_takes_itself_out(settings: Any) -> None:
    """Django leaves it out of the chain; nothing is patched."""
    settings.LOADAUDIT = {}
    with pytest.raises(MiddlewareNotUsed, match="TOKEN_KEY"):
        LoadauditMiddleware(answer)
    assert active_probes() is None


def test_tokened_requests_get_the_summary(deployment: Client) -> None:
    """Of any run that knows the key."""
    response = deployment.get("/maintenance", headers=headers())
    summary = read_summary(response.headers["Server-Timing"], number=1, method="GET", status=200)
    assert summary is not None
    assert (summary.route, summary.view_ran) == ("/maintenance", True)


@pytest.mark.parametrize("sent", [{}, headers("a guess")], ids=["no token", "forged"])
def test_other_requests_get_nothing(deployment: Client, sent: dict[str, str]) -> None:
    """Nobody else sees where the time went."""
    assert "Server-Timing" not in deployment.get("/maintenance", headers=sent).headers


def test_an_existing_server_timing_is_kept(deployment: Client) -> None:
    """The project's own entry comes first."""
    request = HttpRequest()
    request.META.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers().items()})
    response = LoadauditMiddleware(answer)(request)
    assert response.headers["Server-Timing"].startswith("db;dur=1.5, loadaudit;dur=")


def test_a_second_instance_does_not_install_again(deployment: Client) -> None:
    """Each handler of a process makes its own middleware; the probes are one."""
    LoadauditMiddleware(answer)
    first = active_probes()
    LoadauditMiddleware(answer)
    assert active_probes() is first
