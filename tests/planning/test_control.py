"""The control plane's requests: how they enter a target, what a redirect is, and which trace counts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import Any, NoReturn
from unittest.mock import Mock

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from loadaudit.load.correlation import summary_of
from loadaudit.load.job import Target
from loadaudit.load.versions import CURRENT
from loadaudit.planning import streams
from loadaudit.planning.control import ControlClient
from loadaudit.records import Trace
from tests.load.builders import Answering, Handler, serving, trace


@contextmanager
def client(base_url: str, found: Trace | None = None, **changes: Any) -> Iterator[ControlClient]:
    """A client of the target whose whole traces are always `found`."""
    target = Target(base_url=base_url, **changes)
    made = ControlClient(target, token="v1.run.1.signature", tag="ab", find_trace=lambda number, timeout_s: found)
    try:
        yield made
    finally:
        made.close()


def sends_to(location: str) -> Handler:
    """Answer with a redirect."""
    return lambda request: request.answer(302, headers=[("Location", location)])


@pytest.mark.parametrize(
    ("location", "seen"),
    [
        ("/login/?next=/", "/login/?next=/"),
        ("http://127.0.0.1/login/", "/login/"),
        ("http://127.0.0.1:1/login/", "http://127.0.0.1:1/login/"),
        ("https://127.0.0.1/login/", "https://127.0.0.1/login/"),
        ("http://www.example.org/login/", "http://www.example.org/login/"),
        ("//www.example.org/login/", "//www.example.org/login/"),
        ("http://127.0.0.1:port/", "http://127.0.0.1:port/"),
    ],
)
def test_only_what_stays_on_the_target_is_a_path(location: str, seen: str) -> None:
    """Other hosts, other ports and a change to https are another server, and never followed."""
    with serving({"/": sends_to(location)}) as site, client(site.base_url) as made:
        assert made.get("/").location == seen
    assert len(site.seen) == 1


def test_the_password_in_front_goes_along_unless_the_user_has_a_key() -> None:
    """As in the load."""
    with serving({}) as site, client(site.base_url, authorization="Basic abc") as made:
        made.get("/")
        made.headers["authorization"] = "Token of-a-user"
        made.get("/")
    assert [one.headers["authorization"] for one in site.seen] == ["Basic abc", "Token of-a-user"]


def test_a_write_names_the_version_that_its_address_has_now() -> None:
    """The GET for it leaves no trace."""
    tagged: Handler = lambda request: request.answer(headers=[("ETag", '"7"')])  # noqa: E731
    with serving({"/page/": tagged}) as site, client(site.base_url) as made:
        made.send("POST", "/page/", None, headers=(f"If-Match: {CURRENT}",))
    first, second = site.seen
    assert (first.method, "loadaudit-token" in first.headers) == ("GET", False)
    assert (second.method, second.headers["if-match"]) == ("POST", '"7"')


def test_a_proxy_is_asked_for_the_target() -> None:
    """As in the load."""
    with serving({}) as proxy, client("http://staging.example.org", proxy=proxy.base_url) as made:
        made.get("/page/")
    assert proxy.seen[0].path == "http://staging.example.org/page/"


def _summarised(request: Answering) -> None:
    request.answer(headers=[("Server-Timing", summary_of(trace()))])


def test_the_whole_trace_goes_before_its_summary() -> None:
    """The summary stands in where it does not come; an answer without one did not pass the probe."""
    whole = trace(7)
    with serving({"/": _summarised}) as site:
        with client(site.base_url, whole, summaries=True) as made:
            assert made.get("/").trace == whole
            assert made.get("/static.css").trace is None
        with client(site.base_url, None, summaries=True) as made:
            found = made.get("/").trace
            assert found is not None
            assert found.summary_only


def _streams(*events: bytes, ends: bool, kind: str = "text/event-stream") -> Handler:
    def answer(request: Answering) -> None:
        request.send_response(200)
        for name, value in (("Content-Type", kind), ("Transfer-Encoding", "chunked")):
            request.send_header(name, value)
        request.send_header("Server-Timing", summary_of(trace()))
        request.end_headers()
        request.wfile.write(b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in (*events, *([b""] if ends else []))))
        while not ends and request.rfile.read(1):
            pass

    return answer


def test_a_stream_without_end_is_proven_by_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its whole trace comes when the server notices that nobody listens, so that the summary stands in for it."""
    monkeypatch.setattr(streams.beginning_of, "__kwdefaults__", {"clock": time.monotonic, "look_s": 0.05})
    site_of = {"/open/": _streams(b"data: 1\n\n", ends=False), "/done/": _streams(b"data: 1\n\n", ends=True)}
    with serving(site_of) as site, client(site.base_url) as made:
        begun_s = time.monotonic()
        left, done = made.get("/open/"), made.get("/done/")
    assert time.monotonic() - begun_s < 1
    assert (left.goes_on, left.trace and left.trace.summary_only) == (True, True)
    assert (done.goes_on, done.text, done.trace) == (False, "data: 1\n\n", None)


@pytest.mark.parametrize("endless", [{"timeout_s": 0.0}, {"timeout_s": 60.0, "most": 3}])
def test_what_has_no_end_is_left(endless: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limit of a socket is one of each read, and all of it would fill the memory."""
    response: Any = Mock(raw=Mock(spec=[]))
    response.iter_content.return_value = repeat(b"ab")
    monkeypatch.setattr(streams, "MOST_BYTES", endless.get("most", streams.MOST_BYTES))
    with pytest.raises(requests.Timeout):
        streams.whole_of(response, endless["timeout_s"])
    assert response.close.called


def test_what_comes_word_by_word_is_left_in_time() -> None:
    """A read of a whole chunk would wait for as long as anything comes."""

    def drips(request: Answering) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "9999")
        request.end_headers()
        with suppress(OSError):
            for _ in range(100):
                request.wfile.write(b"x")
                time.sleep(0.02)

    with serving({"/": drips}) as site, requests.get(site.base_url, stream=True, timeout=1) as response:
        begun_s = time.monotonic()
        with pytest.raises(requests.Timeout):
            streams.whole_of(response, 0.1)
    assert time.monotonic() - begun_s < 1


def test_a_server_that_keeps_an_answer_is_told_of() -> None:
    """A thread may be lost to whatever works at it."""
    silent: list[int] = []
    with serving({"/": _streams(b"a", ends=False, kind="text/plain")}) as site:
        target = Target(base_url=site.base_url)
        made = ControlClient(
            target, token="a", tag="ab", find_trace=lambda *asked: None, silent=lambda: silent.append(1)
        )
        with pytest.raises(requests.Timeout):
            made.get("/", timeout_s=0.05)
        made.close()
    assert silent == [1]


def test_a_project_that_keeps_its_process_from_private_addresses_is_tried_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against forged requests, urllib3 is patched for the whole process, which is the command's as well."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise HTTPError("Request to local address blocked")

    guarded = type("Guarded", (HTTPConnection,), {"_new_conn": refuse})
    monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool.ConnectionCls", guarded)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    with serving({"/": sends_to("/login/")}) as site, client(site.base_url) as made:
        assert made.get("/").location == "/login/"
