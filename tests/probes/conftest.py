"""A site with the probes installed, and the traces that come out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db.utils import ConnectionHandler
from django.test import AsyncClient, Client

from loadaudit.load.correlation import TOKEN_HEADER, TRACE_HEADER, run_tag, sign_token, traceparent
from loadaudit.probes.active import ActiveProbes
from loadaudit.probes.overrides import PROBE_MIDDLEWARE
from loadaudit.records import Trace
from tests.probes import middleware, views

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedASGIResponse, _MonkeyPatchedWSGIResponse

KEY = "the-key-of-this-run"
RUN_ID = "20260101-120000"
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def token(key: str = KEY, run_id: str = RUN_ID, life_s: int = 60) -> str:
    """Return a token; by default that of the run."""
    return sign_token(key, run_id, int(time.time()) + life_s).text


def headers(number: int = 1, text: str | None = None) -> dict[str, str]:
    """Return the headers of sample `number`."""
    return {TOKEN_HEADER: token() if text is None else text, TRACE_HEADER: traceparent(run_tag(RUN_ID), number)}


@dataclass
class Site:
    """Sends requests to the little site and keeps the traces."""

    settings: Any
    databases: ConnectionHandler
    """Those of the raw statements: `default` and `second`."""
    traces: list[Trace] = field(default_factory=list)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def put(self, trace: Trace, run_id: str) -> None:
        """Be the sink of the probes."""
        self.traces.append(trace)

    def with_middleware(self, *names: str) -> None:
        """Put the probe and these middlewares of this folder before those of the site."""
        own = [f"tests.probes.middleware.{name}" for name in names]
        self.settings.MIDDLEWARE = [PROBE_MIDDLEWARE, *own, *MIDDLEWARE]

    def get(self, path: str, **options: Any) -> _MonkeyPatchedWSGIResponse:
        """Send a request of the run."""
        return self.client.get(path, headers=headers(), **options)

    def trace(self, path: str, **options: Any) -> Trace:
        """Send a request of the run and return its only trace."""
        self.traces.clear()
        response: Any = self.get(path, **options)
        if response.streaming:
            b"".join(response)
        (trace,) = self.traces
        return trace

    def trace_of_post(self, path: str, data: dict[str, str]) -> Trace:
        """Post as a request of the run and return its only trace."""
        self.traces.clear()
        self.client.post(path, data, headers=headers())
        (trace,) = self.traces
        return trace

    async def async_get(self, path: str) -> _MonkeyPatchedASGIResponse:
        """Send a request of the run under ASGI."""
        client = AsyncClient(raise_request_exception=False)
        client.cookies = self.client.cookies
        return await client.get(path, headers=headers())


@pytest.fixture
def site(settings: Any, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The little site under the probes, before any request, with two databases of its own for raw statements.

    They are files, because Django never closes a connection to SQLite in memory.
    """
    names = ("default", "second")
    files = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / f"{name}.sqlite3"} for name in names}
    databases = ConnectionHandler(files)
    made = Site(settings, databases)
    monkeypatch.setattr(views, "connections", databases)
    monkeypatch.setattr(middleware, "connections", databases)
    settings.ROOT_URLCONF = "tests.probes.urls"
    settings.LOGIN_URL = "login"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made.with_middleware()
    active = ActiveProbes.install(token_key=KEY, run_id=RUN_ID, sink=made)
    views.seen.clear()
    yield made
    active.restore()
    databases.close_all()
