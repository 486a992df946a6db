"""The demo with hard login pages on the embedded server, and clients of it."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from loadaudit.audit.traces import TraceDesk
from loadaudit.load.correlation import run_tag, sign_token
from loadaudit.load.job import Target
from loadaudit.load.receiver import TraceReceiver
from loadaudit.load.server import EmbeddedServer, ServerOptions
from loadaudit.planning.control import ControlClient
from loadaudit.probes.overrides import Spec
from loadaudit.runfile.codec import to_plain

SETTINGS = "tests.planning.logins.settings_login"
KEY, RUN_ID = "key", "20260101-120000"

ClientMaker = Callable[..., ControlClient]

_addresses = itertools.count(2)


@pytest.fixture(scope="package")
def clients(database: Path) -> Iterator[ClientMaker]:
    """A function that returns a client of the running demo, from an address of its own and with this token."""
    with tempfile.TemporaryDirectory(prefix="loadaudit-") as name:
        folder = Path(name)
        copied = Path(shutil.copy(database, folder))
        with TraceReceiver(folder / "traces.sock") as receiver:
            spec = Spec(
                settings_module=SETTINGS,
                run_id=RUN_ID,
                token_key=KEY,
                socket_path=str(receiver.path),
                databases={"default": {"NAME": str(copied)}},
            )
            application = "loadaudit.probes.server:application"
            options = ServerOptions(application=application, spec=to_plain(spec), workers=1)
            with EmbeddedServer(options, receiver, folder) as server:
                yield _client_maker(server, TraceDesk(receiver))


def _client_maker(server: EmbeddedServer, desk: TraceDesk) -> ClientMaker:
    def make(token: str, **facts: Any) -> ControlClient:
        return ControlClient(
            Target(base_url="http://localhost", connect_to=f"127.0.0.1:{server.port}", **facts),
            token=token,
            tag=run_tag(RUN_ID),
            find_trace=desk.find,
            source_address=f"127.0.7.{next(_addresses)}",
        )

    return make


def valid_token() -> str:
    """Return the run's token."""
    return sign_token(KEY, RUN_ID, int(time.time()) + 300).text


@pytest.fixture
def client(clients: ClientMaker) -> Iterator[ControlClient]:
    """A client with a valid token."""
    made = clients(valid_token())
    yield made
    made.close()
