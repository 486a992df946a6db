"""What a request asks of other services."""

import contextlib
import socket
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from loadaudit.probes.http import HttpProbe
from loadaudit.probes.recorder import Recorder, SpanKind, recording


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
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
