"""A run of views that reach out: nothing arrives, a neighbour in the same Redis loses nothing, and it is all said."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import redis

from tests import servers
from tests.audit import stores
from tests.audit.site import Outcome, Site

DATABASE = 8
LOOPBACK = "127.0.0.1"
ELSEWHERE = "192.0.2.77"
"""Reserved for documentation (RFC 5737)."""
VIEWS = """
import subprocess
import urllib.request

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.urls import path
from django_redis import get_redis_connection

from tests.demo.urls import urlpatterns as demo


def neighbours(request):
    cache.set("own", 1)
    cache.clear()
    return HttpResponse(cache.get("own", "cleared"))


def everything(request):
    get_redis_connection("default").flushdb()


def paying(request):
    try:
        urllib.request.urlopen("http://ADDRESS:PORT/pay", data=b"pay", timeout=2)
    except ConnectionRefusedError as error:
        return HttpResponse(str(error))


def writing(request):
    EmailMessage("subject", "body", "a@example.com", ["b@example.com"]).send()
    default_storage.delete("kept.txt")
    default_storage.save("new.txt", ContentFile(b"new"))
    get_redis_connection("default").incr("counter")
    subprocess.run(["true", "secret"], check=True)
    return HttpResponse("written")


views = (neighbours, everything, paying, writing)
urlpatterns = [path(f"outside/{one.__name__}/", one) for one in views] + demo
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRun:
    """A finished run, and what is left of the world around it."""

    outcome: Outcome
    keys: list[bytes]
    media: Path
    connections: int
    """How many the listener got."""

    def message(self, part: str) -> str:
        """Return the message in which `part` is."""
        (found,) = [text for text in self.outcome.document()["messages"] if part in text]
        return str(found)


@pytest.fixture(scope="module")
def outside_run(
    redis_server: servers.Redis, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OutsideRun]:
    """A run of the demo with the views above, beside a neighbour's key, files and a listener of this machine."""
    folder = tmp_path_factory.mktemp("outside")
    media = folder / "media"
    media.mkdir()
    (media / "kept.txt").write_text("kept")
    settings = f'ROOT_URLCONF = "outside"\nMEDIA_ROOT = {str(media)!r}'
    with (
        socket.create_server((_own_address(), 0)) as listener,
        redis.Redis(port=redis_server.port, db=DATABASE) as client,
        stores.short_folder() as temporary,
    ):
        host, port = listener.getsockname()
        address = ELSEWHERE if host == LOOPBACK else host
        (folder / "outside.py").write_text(VIEWS.replace("ADDRESS", address).replace("PORT", str(port)))
        client.set("foreign", "kept")
        variables = {"DEMO_SQLITE_PATH": str(database), "DEMO_REDIS_URL": redis_server.url(DATABASE)}
        site = Site(folder, temporary, extra=settings, **variables)
        site.sends_all = True
        options = ("--anonymous", "--only", "outside", "--users", "4", "--think-time", "10ms", "--format", "json")
        # One of the views mails and deletes.
        outcome = site.loadaudit("run", *options, "--no-preflight", "--destructive")
        yield OutsideRun(
            outcome=outcome,
            keys=list(client.keys()),
            media=media,
            connections=_accepted(listener),
        )
        client.flushdb()


def test_redis_of_the_neighbour_is_as_it_was(outside_run: OutsideRun) -> None:
    """The cache was cleared many times, keys were written, and nothing of the run is left."""
    assert outside_run.outcome.code == 0, outside_run.outcome.stderr
    assert {"GET /outside/neighbours/", "GET /outside/writing/"} <= outside_run.outcome.succeeded()
    assert outside_run.keys == [b"foreign"]


def test_flushdb_is_refused_and_named(outside_run: OutsideRun) -> None:
    """The view fails by an error of the server's kind, which says who refused."""
    assert "GET /outside/everything/ → FLUSHDB" in outside_run.message("asked Redis")


def test_outgoing_post_never_arrives(outside_run: OutsideRun) -> None:
    """It is refused before a packet is sent, and the option that would allow it is named."""
    assert outside_run.connections == 0
    note = outside_run.message("tried to connect elsewhere")
    assert "GET /outside/paying/ → " in note
    assert "--allow-outgoing" in note


def test_files_and_mail_stay_in_the_run(outside_run: OutsideRun) -> None:
    """Neither upload nor deletion reaches the project's files."""
    assert [(one.name, one.read_text()) for one in outside_run.media.iterdir()] == [("kept.txt", "kept")]
    assert "GET /outside/writing/" in outside_run.message("sent mail, which was thrown away")


def test_limits_are_said_before_the_load(outside_run: OutsideRun) -> None:
    """What cannot be fenced, and afterwards which operation used it, without arguments."""
    stderr = outside_run.outcome.stderr
    assert -1 < stderr.find("Not fenced: ") < stderr.find("Load: ")
    assert "GET /outside/writing/ → true" in outside_run.message("started programs")
    assert "secret" not in outside_run.outcome.stdout


def _own_address() -> str:
    """Return an address of this machine outside of loopback; where there is none, loopback."""
    entries = [one for found in psutil.net_if_addrs().values() for one in found if one.family == socket.AF_INET]
    return next((one.address for one in entries if not one.address.startswith("127.")), LOOPBACK)


def _accepted(listener: socket.socket) -> int:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return 0
    return 1
