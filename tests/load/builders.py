"""Small builders of plans and jobs, and a real HTTP server for them to talk to."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loadaudit.load.job import Job, Target, VirtualUser
from loadaudit.records import PlannedPath, PlannedRequest, Trace

Handler = Callable[["Answering"], None]


def planned(operation_id: str = "GET /page/", *paths: str, **changes: Any) -> PlannedRequest:
    """Return a planned request over `paths`; by default over its own route."""
    method, _, route = operation_id.partition(" ")
    made = PlannedRequest(
        operation_id=operation_id,
        method=method,
        paths=tuple(PlannedPath(path=path) for path in paths or (route,)),
        role="owner",
    )
    return replace(made, **changes)


def user(index: int = 0, **changes: Any) -> VirtualUser:
    """Return a virtual user that sends the first planned request."""
    return replace(VirtualUser(index=index, role="owner", positions=(0,)), **changes)


def job(base_url: str = "http://127.0.0.1:1", **changes: Any) -> Job:
    """Return a job with one user and one request; keys of `target` change its target."""
    target = Target(base_url=base_url, **changes.pop("target", {}))
    made = Job(
        target=target,
        token="v1.run.1.signature",
        tag="00000000000000ab",
        requests=(planned(),),
        users=(user(),),
        think_time_s=0.001,
        seed=0,
        epoch_ns=0,
    )
    return replace(made, **changes)


def trace(number: int = 1, **changes: Any) -> Trace:
    """Return a trace of one page with three statements."""
    made = Trace(
        number=number,
        method="GET",
        route="/projects/<int:pk>/",
        view="projects.views.page",
        view_ran=True,
        user_id="7",
        status=200,
        start_ns=1_000,
        service_ns=15_250_000,
        cpu_ns=5_000_000,
        sql_count=3,
        sql_ns=2_000_000,
        worker=4711,
    )
    return replace(made, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as the test's server got it."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""


@dataclass(slots=True, kw_only=True)
class Site:
    """A running HTTP server."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Set at the end of the test, so that no handler waits longer."""

    @property
    def base_url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"


class Answering(BaseHTTPRequestHandler):
    """Answers each path with the function that the test gave for it."""

    protocol_version = "HTTP/1.1"
    site: Site
    handlers: dict[str, Handler]

    def answer(self, status: int = 200, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> None:
        """Send a whole response."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Note the request and answer it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.seen.append(Seen(method=self.command, path=self.path, headers=headers))
        self.handlers.get(self.path, Answering.answer)(self)

    do_POST = do_DELETE = do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of the tests clean."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def serving(handlers: dict[str, Handler]) -> Iterator[Site]:
    """Serve on a free port of 127.0.0.1 until the block ends; a path without a handler gets an empty 200."""
    bound = type("Bound", (Answering,), {"handlers": handlers})
    with _QuietServer(("127.0.0.1", 0), bound) as server:
        site = Site(port=server.server_address[1])
        bound.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.released.set()
            server.shutdown()
            thread.join()
