"""A preflight over a small site in this process, with the probes' own traces as judge."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import requests
from django.test import Client

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.correlation import TOKEN_HEADER, TRACE_HEADER, control_number, run_tag, sign_token, traceparent
from loadaudit.load.csrf import with_csrf_field
from loadaudit.load.payloads import encode
from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest, details_of
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.probes.active import ActiveProbes
from loadaudit.probes.overrides import PROBE_MIDDLEWARE
from loadaudit.records import Identity, Inventory, Operation, Payload, Trace
from tests.planning.preflight import site as pages

KEY = "the-key-of-this-preflight"
RUN_ID = "20260301-100000"
NOBODY = Identity(role="anonymous")


@dataclass
class InProcess:
    """A session that sends through Django's test client."""

    traces: list[Trace] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, trace: Trace, run_id: str) -> None:
        """Be the sink of the probes."""
        self.traces.append(trace)

    def send(
        self, method: str, path: str, payload: Payload | None, *, timeout_s: float = 30.0, headers: Sequence[str] = ()
    ) -> Answer:
        """Send one request; what is slow gets no answer."""
        self.sent.append((method, path))
        if path.startswith("/slow/"):
            raise requests.Timeout
        number = control_number(next(self.numbers))
        lines = {
            TOKEN_HEADER: sign_token(KEY, RUN_ID, int(time.time()) + 60).text,
            TRACE_HEADER: traceparent(run_tag(RUN_ID), number),
            **dict(line.split(": ", 1) for line in headers),
        }
        encoded = encode(with_csrf_field(payload, "token") or payload, number) if payload is not None else None
        if encoded is not None and encoded.disposition:
            lines["Content-Disposition"] = encoded.disposition
        response: Any = self.client.generic(
            method,
            path,
            encoded.content if encoded else b"",
            content_type=encoded.content_type if encoded else "",
            headers=lines,
        )
        content = b"".join(response) if response.streaming else response.content
        return Answer(
            status=response.status_code,
            text="",
            location=response.headers.get("Location", ""),
            trace=next((one for one in self.traces if one.number == number), None),
            number=number,
            content_type=response.headers.get("Content-Type", ""),
            content=content,
            duration_ns=1,
            accepts=response.headers.get("Accept", ""),
            retry_after_s=float(response.headers.get("Retry-After", 0)) or None,
        )


@dataclass
class Stage:
    """The small site with one session for each identity."""

    inventory: Inventory
    session: InProcess
    preflight: Preflight

    def run(self, *ids: str) -> dict[str, Trial]:
        """Try the operations with these ids, or all."""
        return self.preflight.run([one for one in self.inventory.operations if not ids or one.id in ids], _ignore)

    def operation(self, id_: str) -> Operation:
        """Return an operation by its id."""
        return next(one for one in self.inventory.operations if one.id == id_)


@pytest.fixture
def stage(settings: Any) -> Iterator[Stage]:
    """Yield the site with no row in it."""
    pages.ROWS.clear()
    with staged(settings, "tests.planning.preflight.site") as opened:
        yield opened


@contextmanager
def staged(settings: Any, urlconf: str) -> Iterator[Stage]:
    """Yield what tries the operations of a URLconf."""
    settings.ROOT_URLCONF = urlconf
    settings.MIDDLEWARE = [PROBE_MIDDLEWARE]
    session = InProcess()
    probes = ActiveProbes.install(token_key=KEY, run_id=RUN_ID, sink=session)
    index = RouteIndex.from_urlconf(None)
    inventory = build_inventory(Config())
    methods: dict[str, frozenset[str]] = {}
    for one in inventory.operations:
        methods[one.route] = methods.get(one.route, frozenset()) | {one.method}
    candidates = Candidates(
        identity=NOBODY,
        client=session,
        index=index,
        harvest=Harvest(index=index, host="testserver", details=details_of(methods)),
        methods=methods,
        today=date(2026, 3, 1),
    )
    try:
        yield Stage(inventory, session, Preflight(candidates={"anonymous": candidates}, identities=[NOBODY]))
    finally:
        probes.restore()


def _ignore(trial: Trial) -> None:
    pass
