"""What a request asks of other services."""

import contextlib
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests
import urllib3

from loadaudit.probes.http import HttpProbe
from loadaudit.probes.recorder import Recorder, SpanKind, recording


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *values: object) -> None:
        return


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a small service."""
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("client", ["urllib", "requests"])
def test_calls_are_counted_once_and_timed(service: str, client: str) -> None:
    """Whichever client stands on the standard library's."""
    probe, recorder = HttpProbe(), Recorder(1, 1)
    probe.install()
    try:
        with recording(recorder):
            if client == "urllib":
                with urllib.request.urlopen(service) as answer:
                    assert answer.read() == b"ok"
            else:
                assert requests.get(service, timeout=5).content == b"ok"
    finally:
        probe.restore()
    assert recorder.http_calls == 1
    assert list(recorder.http_hosts) == [service[7:-1]]
    assert {kind for kind, _, _ in recorder.spans} == {SpanKind.HTTP}


def test_nothing_is_noted_outside_a_request(service: str) -> None:
    """The project's own threads call whom they like."""
    probe = HttpProbe()
    probe.install()
    try:
        assert requests.get(service, timeout=5).content == b"ok"
    finally:
        probe.restore()


@pytest.mark.parametrize("client", ["urllib", "requests"])
def test_a_service_that_nothing_connects_to_is_noted_once(client: str) -> None:
    """Projects often answer such an error themselves, so that no exception tells of it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        probe, recorder = HttpProbe(), Recorder(1, 1)
        probe.install()
        try:
            with recording(recorder), contextlib.suppress(OSError):
                if client == "urllib":
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/")
                else:
                    requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        finally:
            probe.restore()
    assert recorder.outgoing == [f"no answer from 127.0.0.1:{port}"]


def test_a_service_that_answers_too_badly_is_none_that_does_not_answer(service: str) -> None:
    """urllib3 gives up on it with the exception that it has for silence, too."""
    probe, recorder = HttpProbe(), Recorder(1, 1)
    probe.install()
    try:
        with recording(recorder), urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.MaxRetryError):
            pool.request("GET", f"{service}broken", retries=urllib3.Retry(total=1, status_forcelist=[500]))
    finally:
        probe.restore()
    assert (recorder.http_calls, recorder.outgoing) == (2, [])


class _ConnectTimeout(Exception):
    """As httpx has one."""


class _Transport:
    def handle_request(self, request: Any) -> None:
        raise _ConnectTimeout(request.url)


@pytest.mark.parametrize(
    ("url", "noted"),
    [
        (SimpleNamespace(host="search", port=None, scheme="https"), ["no answer from search:443"]),
        (None, []),
    ],
)
@pytest.mark.parametrize("by_name", [True, False])
def test_a_client_keeps_its_own_error(
    monkeypatch: pytest.MonkeyPatch, url: object, noted: list[str], *, by_name: bool
) -> None:
    """However the request is handed over, and whatever it is."""
    module: Any = ModuleType("httpx")
    module.HTTPTransport = _Transport
    monkeypatch.setitem(sys.modules, "httpx", module)
    probe, recorder = HttpProbe(), Recorder(1, 1)
    probe.install()
    request = SimpleNamespace(url=url)
    args, named = ((), {"request": request}) if by_name else ((request,), {})
    try:
        with recording(recorder), pytest.raises(_ConnectTimeout):
            _Transport().handle_request(*args, **named)
    finally:
        probe.restore()
    assert recorder.outgoing == noted
