"""Connections that leave the run's own machine are refused and noted; real sockets, and no packet goes out."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadaudit.load.endpoints import Endpoint, endpoint_of
from loadaudit.probes.fence.hosts import Hosts, hosts_of_settings
from loadaudit.probes.fence.network import NetworkFence, OutgoingRefusedError
from loadaudit.probes.recorder import Recorder, recording
from loadaudit.probes.threads import ThreadCarrier
from tests.processes import free_port

ELSEWHERE = "192.0.2.77"
"""Reserved for documentation (RFC 5737)."""

Fence = Callable[..., NetworkFence]


@pytest.fixture
def fence() -> Iterator[Fence]:
    """A function that puts up the fence, with hosts opened, until the test ends."""
    made: list[NetworkFence] = []

    def put_up(*opened: str) -> NetworkFence:
        fence = NetworkFence(Hosts([], opened=map(endpoint_of, opened), closed_ports={25}))
        fence.install()
        made.append(fence)
        return fence

    yield put_up
    for one in reversed(made):
        one.restore()


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    """A web server on loopback that keeps the requests that it got."""
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.arrived = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take a request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.arrived.append(body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


def connect(address: tuple[str, int], family: int = socket.AF_INET) -> None:
    """Connect a socket without looking up a name."""
    with socket.socket(family) as made:
        made.settimeout(1)
        made.connect(address)


def post(url: str) -> int:
    """Send a POST and return the status."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data=b"pay", method="POST"), timeout=2) as answer:
        return int(answer.status)


def test_post_elsewhere_is_refused_and_says_how_to_allow_it(fence: Fence) -> None:
    """Before its name is looked up."""
    fence()
    recorder = Recorder(1, 1)
    with recording(recorder), pytest.raises(OSError, match=r"loadaudit .*--allow-outgoing api\.example\.com"):
        post("http://api.example.com/pay")
    assert recorder.outgoing == ["refused api.example.com:80"]


def test_address_elsewhere_is_refused(fence: Fence) -> None:
    """As a connection that nobody takes."""
    fence()
    with pytest.raises(ConnectionRefusedError, match=rf"{ELSEWHERE}:443"):
        connect((ELSEWHERE, 443))
    with pytest.raises(OutgoingRefusedError, match=r"\[2001:db8::1\]:443"):
        connect(("2001:db8::1", 443), socket.AF_INET6)


def test_this_machine_s_other_addresses_are_elsewhere(fence: Fence) -> None:
    """A listener on one of them hears nothing."""
    fence()
    for address in _own_addresses():
        with socket.socket() as listening:
            listening.bind((address, 0))
            listening.listen()
            listening.setblocking(False)
            with pytest.raises(OutgoingRefusedError):
                connect((address, listening.getsockname()[1]))
            with pytest.raises(BlockingIOError):
                listening.accept()


def test_datagrams_are_refused(fence: Fence) -> None:
    """Such as those of statsd or of a resolver of the project's own."""
    fence()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made, pytest.raises(OutgoingRefusedError):
        made.sendto(b"x", (ELSEWHERE, 8125))


def test_loopback_stays_open(fence: Fence, listener: HTTPServer) -> None:
    """By address and by name; the run's own services are there."""
    fence()
    port = listener.server_address[1]
    assert post(f"http://127.0.0.1:{port}/") == post(f"http://localhost:{port}/") == 200
    left, right = socket.socketpair()
    left.close()
    right.close()


def test_mail_server_on_loopback_is_closed(fence: Fence) -> None:
    """It would send what it is given; it is opened by name and port."""
    fence()
    with pytest.raises(OutgoingRefusedError, match=r"--allow-outgoing 127\.0\.0\.1:25$"):
        connect(("127.0.0.1", 25))
    fence("localhost:25")
    with suppress(ConnectionRefusedError, TimeoutError):
        try:
            connect(("127.0.0.1", 25))
        except OutgoingRefusedError:
            pytest.fail("the port was opened")


def test_allowed_name_is_reached(fence: Fence, listener: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the addresses that looking it up gave, and only there."""
    look_up = socket.getaddrinfo
    names = {"api.example.com": "127.0.0.1", "far.example.com": ELSEWHERE}

    def known(host: Any, *args: Any, **kwargs: Any) -> Any:
        return look_up(names.get(host, host), *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    made = fence("*.example.com:8080", "api.example.com")
    assert post(f"http://api.example.com:{listener.server_address[1]}/") == 200
    assert listener.arrived == [b"pay"]  # type: ignore[attr-defined]
    assert not made.hosts.may_connect(ELSEWHERE, 8080)
    socket.getaddrinfo("far.example.com", 8080)
    assert made.hosts.may_connect(ELSEWHERE, 8080)
    assert not made.hosts.may_connect(ELSEWHERE, 443)


def test_threads_and_tasks_belong_to_their_request(fence: Fence) -> None:
    """As everything else that a trace records."""
    fence()
    carrier = ThreadCarrier()
    carrier.install()
    recorder = Recorder(1, 1)

    def attempt() -> None:
        with suppress(OSError):
            connect((ELSEWHERE, 443))

    async def attempt_later() -> None:
        with suppress(OSError):
            await asyncio.open_connection("api.example.com", 443)

    with recording(recorder):
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        asyncio.run(attempt_later())
    carrier.restore()
    assert recorder.outgoing == [f"refused {ELSEWHERE}:443", "refused api.example.com:443"]


def test_attempts_outside_of_requests_are_kept(fence: Fence) -> None:
    """Such as those of a project that starts."""
    made = fence()
    with suppress(OSError):
        connect((ELSEWHERE, 443))
    assert made.unattributed == {f"refused {ELSEWHERE}:443"}


def test_programs_are_noted_without_their_arguments(fence: Fence) -> None:
    """They cannot be fenced, and there may be a secret in what they are told."""
    fence()
    recorder = Recorder(1, 1)
    with recording(recorder):
        subprocess.run([sys.executable, "-c", "pass", "secret"], check=True)
        subprocess.run("exit 0; secret", shell=True, check=True)
        os.system("true secret")
    name = os.path.basename(sys.executable)  # noqa: PTH119
    assert recorder.outgoing == [f"started: {name}", "started: exit", "started: true"]


def test_restored_fence_refuses_nothing(fence: Fence) -> None:
    """The audit hook stays in the process, and does nothing."""
    before = socket.getaddrinfo
    made = fence()
    made.hosts.may_connect = lambda host, port: False  # type: ignore[method-assign]
    assert socket.getaddrinfo is not before
    with pytest.raises(OutgoingRefusedError):
        connect(("127.0.0.1", free_port()))
    made.install()
    made.restore()
    made.restore()
    assert socket.getaddrinfo is before
    recorder = Recorder(1, 1)
    with recording(recorder), pytest.raises(ConnectionRefusedError) as refused:
        connect(("127.0.0.1", free_port()))
    assert refused.type is ConnectionRefusedError
    assert recorder.outgoing == []


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("API.example.com", Endpoint(host="api.example.com")),
        ("api.example.com:443", Endpoint(host="api.example.com", port=443)),
        ("*.example.com", Endpoint(host="*.example.com")),
        ("10.1.2.3:80", Endpoint(host="10.1.2.3", port=80)),
        ("fd00::2", Endpoint(host="fd00::2")),
        ("[fd00::2]:80", Endpoint(host="fd00::2", port=80)),
    ],
)
def test_hosts_are_read(text: str, endpoint: Endpoint) -> None:
    """With and without a port."""
    assert endpoint_of(text) == endpoint


@pytest.mark.parametrize("text", ["", "https://api.example.com", "a b", "user@host", "host:port", "a:b:c", "h:99999"])
def test_what_is_no_host_is_an_error(text: str) -> None:
    """And not a host that is never met."""
    with pytest.raises(ValueError, match=r"."):
        endpoint_of(text)


def test_the_run_s_own_services_are_open() -> None:
    """Databases, Redis of caches, channels and queues, each at its port."""

    class Settings:
        DATABASES = {"default": {"HOST": "db.internal", "PORT": 5432}, "local": {"HOST": ""}, "s": {"HOST": "/run/pg"}}
        CACHES = {
            "default": {"LOCATION": "redis://:secret@cache.internal:6380/1"},
            "several": {"LOCATION": ["redis://r1:1", "rediss://r2"]},
            "files": {"LOCATION": "/var/cache"},
            "path": {"LOCATION": Path("/var/cache")},
            "none": {},
        }
        CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": [("channels", 6379), "redis://more:7"]}}}
        RQ_QUEUES = {"default": {"HOST": "rq", "PORT": 6379}, "url": {"URL": "redis://rq2:1/0"}}

    found = {(one.host, one.port) for one in hosts_of_settings(Settings)}
    assert found == {
        *(("db.internal", 5432), ("cache.internal", 6380), ("r1", 1), ("r2", 0)),
        *(("channels", 6379), ("more", 7), ("rq", 6379), ("rq2", 1)),
    }
    hosts = Hosts(hosts_of_settings(Settings), closed_ports=())
    assert hosts.may_resolve("db.internal", 5432)
    assert not hosts.may_resolve("db.internal", 443)
    assert not hosts.may_resolve("internal", 5432)


def _own_addresses() -> list[str]:
    """Return the addresses of this machine that are not on loopback."""
    found = [
        one.address for entries in psutil.net_if_addrs().values() for one in entries if one.family == socket.AF_INET
    ]
    return [address for address in found if not address.startswith("127.")]
