"""The hook into Locust's FastHttpUser: where its user agent sends a single request."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geventhttpclient.client import HTTPClient
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.url import URL
from locust.contrib.fasthttp import LocustUserAgent

from loadaudit.load.correlation import SUMMARY_HEADER
from loadaudit.load.locust.hops import Hop, Hops, Refused, current, exchange
from loadaudit.load.locust.way import with_way

_WANTED = ("Content-Type", "Content-Length", "Location", SUMMARY_HEADER)


def install(hops: Hops) -> None:
    """Hook into every user agent of the process."""
    agent: Any = LocustUserAgent
    original = agent._urlopen

    def urlopen(self: Any, request: Any) -> Any:
        try:
            hop = hops.begin(request.method, request.url)
        except Refused as refusal:
            raise ConnectionRefusedError(errno.ECONNREFUSED, str(refusal)) from None
        if hop is None:
            return original(self, request)
        return _sent(hops, hop, request, lambda: original(self, request))

    agent._urlopen = urlopen
    hops.note_connections(ConnectionPool, "_create_socket")


def lead_the_way(hops: Hops) -> None:
    """Lead connections to the target, and no others, through what stands in front of it."""
    client: Any = HTTPClient
    original = client.from_url.__func__

    def from_url(cls: Any, /, url: Any, **options: Any) -> Any:
        if hops.guard.is_target(str(url)):
            options = with_way(hops.spec.target, options)
        return original(cls, url, **options)

    client.from_url = classmethod(from_url)


def _sent(hops: Hops, hop: Hop, request: Any, send: Any) -> Any:
    call = exchange.get()
    token = current.set(hop)
    response, body = None, None
    try:
        with _marked(hops, hop, request):
            response = send()
        first_ns = hops.now_ns()
        if call is None or not call.stream:
            body = response.content
    except Exception as failure:
        hops.failed(hop, failure, answered=response is not None)
        raise
    except BaseException:
        hops.cut_off(hop)
        raise
    finally:
        current.reset(token)
    headers = {name: _value(response.headers, name) for name in _WANTED}
    hops.answered(hop, status=response.status_code, headers=headers, body=body, first_ns=first_ns)
    return response


@contextmanager
def _marked(hops: Hops, hop: Hop, request: Any) -> Iterator[None]:
    """Lead the request to the target with its marks; afterwards it is as before, because a redirect goes on with it."""
    target, headers = hops.spec.target, request.headers
    marks = hops.headers(hop)
    if target.authorization and "Authorization" not in headers:
        marks["Authorization"] = target.authorization
    url = request.url_split
    if target.connect_to:
        host, port = hops.guard.address
        if "Host" not in headers:
            marks["Host"] = hops.host
        request.url_split = URL(f"http://{host}:{port}{url.request_uri or '/'}")
    former = {name: headers.get(name) for name in marks if name in headers}
    for name, value in marks.items():
        headers[name] = value
    try:
        yield
    finally:
        request.url_split = url
        for name in marks:
            headers.discard(name)
            if name in former:
                headers[name] = former[name]


def _value(headers: Any, name: str) -> str:
    found = headers.get(name) if headers is not None else None
    return ", ".join(found) if isinstance(found, (list, tuple)) else str(found or "")
