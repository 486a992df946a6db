"""A small site under one of several observers, for benchmarks/probes.py: serves what standard input asks for.

Each line asks for requests of one path; the answer is the CPU of the whole process that they took, threads included.
"""

import contextlib
import gc
import io
import json
import os
import statistics
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, models
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from loadaudit.load.correlation import TOKEN_HEADER, TRACE_HEADER, run_tag, sign_token, traceparent

KEY, RUN_ID = "key-of-the-benchmark", "benchmark"
ROWS = 1_000
PROBE = "loadaudit.probes.middleware.probe_middleware"
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
APPS = ("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages")
OBSERVERS: dict[str, dict[str, Any]] = {
    "no probe": {},
    "bare wrapper": {"middleware": "benchmarks.probes_site.bare_wrapper"},
    "loadaudit": {"middleware": PROBE},
    "django-debug-toolbar": {
        "middleware": "debug_toolbar.middleware.DebugToolbarMiddleware",
        "apps": ("django.contrib.staticfiles", "debug_toolbar"),
        "DEBUG": True,
        "STATIC_URL": "/static/",
        "DEBUG_TOOLBAR_PANELS": ["debug_toolbar.panels.sql.SQLPanel"],
        "DEBUG_TOOLBAR_CONFIG": {"SHOW_TOOLBAR_CALLBACK": lambda request: True},
    },
    "django-silk": {"middleware": "silk.middleware.SilkyMiddleware", "apps": ("silk",)},
    "django-querycount": {"middleware": "querycount.middleware.QueryCountMiddleware", "DEBUG": True},
    "django-zeal": {"middleware": "zeal.middleware.zeal_middleware", "apps": ("zeal",), "ZEAL_RAISE": False},
    "OpenTelemetry": {},
}

Handler = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    """Set the site up for the observer that the first argument names, then answer line by line."""
    observer, database, socket_path = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    answers, sys.stdout = sys.stdout, sys.stderr
    if observer == "django-querycount":
        # It prints a table after each request.
        sys.stderr = sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    warnings.simplefilter("ignore")
    _configure(observer, database)
    flush = _observe(observer, database, socket_path)
    measure = Measure(_handler(), flush)
    # Otherwise collecting garbage before each measurement takes several times as long as what is measured.
    gc.collect()
    gc.freeze()
    paired: Paired | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        if "rounds" in asked:
            paired = paired or Paired(socket_path)
            found: Any = paired(**asked)
        else:
            found = in_a_thread(measure, asked["path"], asked["requests"])
        answers.write(json.dumps(found) + "\n")
        answers.flush()


class Measure:
    """Sends requests of one path through the WSGI handler and takes the CPU of the process."""

    def __init__(self, handler: Handler, flush: Callable[[], None]) -> None:
        self.handler = handler
        self._flush = flush
        self._number = 0
        token = sign_token(KEY, RUN_ID, int(time.time()) + 86_400).text
        self._token = {f"HTTP_{TOKEN_HEADER.upper().replace('-', '_')}": token}
        self._tag = run_tag(RUN_ID)

    def __call__(self, asked: str, requests: int, *, traced: bool = True) -> float:
        """Return the nanoseconds of CPU per request; what the observer does in threads of its own belongs to it."""
        environs = [self._environ(asked) if traced else environ(asked) for _ in range(requests)]
        gc.collect()
        self._flush()
        begin_ns = time.process_time_ns()
        for one in environs:
            serve(self.handler, one)
        self._flush()
        return (time.process_time_ns() - begin_ns) / requests

    def _environ(self, asked: str) -> dict[str, Any]:
        self._number += 1
        key = f"HTTP_{TRACE_HEADER.upper()}"
        return {**environ(asked), **self._token, key: traceparent(self._tag, self._number)}


def environ(asked: str) -> dict[str, Any]:
    """Return what a WSGI server would hand over."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": asked,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_USER_AGENT": "benchmark",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }


def serve(handler: Handler, one: dict[str, Any]) -> None:
    """Send one request and read its response to the end."""
    statuses: list[str] = []
    response = handler(one, lambda status, headers, error=None: statuses.append(status))
    for _ in response:
        pass
    response.close()  # type: ignore[attr-defined]
    if not statuses[0].startswith("200"):
        raise SystemExit(f"{one['PATH_INFO']} answered {statuses[0]}")


def in_a_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what the function returns; it runs where a server with threads, such as loadaudit's own, serves requests.

    In a process of one thread the allocator takes no locks, so that the first thread that anybody starts, such as the
    one that sends traces, costs a query of SQLite a microsecond.
    """
    if not _pool:
        _pool.append(ThreadPoolExecutor(1))
    return _pool[0].submit(function, *args, **kwargs).result()


_pool: list[ThreadPoolExecutor] = []


class Paired:
    """What a request costs without the probe, and what the probe adds.

    Each measurement has a process of its own, forked off this one: memory lies in the same places then, and patches
    are made once and used warm, as in a server. (Made and unmade in one process they make Python forget what it knew
    about the patched classes, so that both ways are slower than they would be.)
    """

    def __init__(self, socket_path: str) -> None:
        from loadaudit.probes.active import active_probes
        from loadaudit.probes.sink import SocketSink

        active = active_probes()
        if active is None or not isinstance(active.sink, SocketSink):
            raise SystemExit("the probes are not installed")
        active.restore()
        # Its thread would not be in the forks.
        active.sink.stop()
        self._socket_path = socket_path

    def __call__(
        self, *, path: str, requests: int, traced: bool, warm: int, turns: int, rounds: int
    ) -> dict[str, float]:
        """Return microseconds of CPU: without the probe, and added by it.

        With and without it are neighbours in time, and the median of their differences counts; of a process the lower
        quartile of its turns.
        """
        connections.close_all()
        plain, differences = [], []
        for number in range(rounds):
            taken = {
                probed: self._forked(probed, path, requests, traced=traced, warm=warm, turns=turns)
                for probed in ((False, True) if number % 2 else (True, False))
            }
            plain.append(taken[False])
            differences.append(taken[True] - taken[False])
        return {"plain_us": statistics.median(plain) / 1e3, "added_us": statistics.median(differences) / 1e3}

    def _forked(self, probed: bool, path: str, requests: int, *, traced: bool, warm: int, turns: int) -> float:
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            try:
                taken = in_a_thread(self._measured, probed, path, requests, traced=traced, warm=warm, turns=turns)
                os.write(writing, str(taken).encode())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            text = answer.read()
        os.waitpid(process, 0)
        if not text:
            raise SystemExit(f"{path} could not be measured")
        return float(text)

    def _measured(self, probed: bool, path: str, requests: int, *, traced: bool, warm: int, turns: int) -> float:
        flush = _install(self._socket_path) if probed else _nothing
        if not probed:
            settings.MIDDLEWARE.remove(PROBE)
        measure = Measure(_handler(), flush)
        for _ in range(max(1, warm // requests)):
            measure(path, requests, traced=traced)
        gc.freeze()
        taken = sorted(measure(path, requests, traced=traced) for _ in range(turns))
        return taken[len(taken) // 4]


def _nothing() -> None:
    """Hand nothing over."""


def _configure(observer: str, database: dict[str, Any]) -> None:
    options = dict(OBSERVERS[observer])
    own, apps = options.pop("middleware", ""), options.pop("apps", ())
    settings.configure(
        **{
            "DEBUG": False,
            "SECRET_KEY": "benchmark",
            "ALLOWED_HOSTS": ["localhost"],
            "ROOT_URLCONF": "benchmarks.probes_site",
            "DATABASES": {"default": database},
            "INSTALLED_APPS": [*APPS, *apps],
            "MIDDLEWARE": [own, *MIDDLEWARE] if own else list(MIDDLEWARE),
            "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
            "LOGGING_CONFIG": None,
            "USE_TZ": True,
            **options,
        }
    )


def _observe(observer: str, database: dict[str, Any], socket_path: str) -> Callable[[], None]:
    """Start the observer; return what makes it hand over what it has collected."""
    if observer == "OpenTelemetry":
        _instrument(database)
    django.setup()
    if observer == "django-debug-toolbar":
        urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(_item())
    _item().objects.bulk_create(_item()(name=f"item {number}") for number in range(ROWS))
    return _install(socket_path) if observer == "loadaudit" else _nothing


def _install(socket_path: str) -> Callable[[], None]:
    from loadaudit.load.wire import Hello
    from loadaudit.probes.active import ActiveProbes
    from loadaudit.probes.sink import SocketSink

    sink = SocketSink(socket_path, Hello(pid=os.getpid()))
    ActiveProbes.install(token_key=KEY, run_id=RUN_ID, sink=sink)
    sink.start()
    return sink.flush


def _instrument(database: dict[str, Any]) -> None:
    """Set OpenTelemetry up as its documentation does: all spans sampled, exported in batches, here to nowhere."""
    from opentelemetry import trace
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    if database["ENGINE"].endswith("sqlite3"):
        from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor

        SQLite3Instrumentor().instrument()
    else:
        from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor

        PsycopgInstrumentor().instrument()


def _handler() -> Handler:
    from django.core.handlers.wsgi import WSGIHandler

    handler: Handler = WSGIHandler()
    return handler


def _item() -> Any:
    from django.apps import apps

    with contextlib.suppress(LookupError):
        return apps.get_model("contenttypes", "Item")
    body = {
        "__module__": __name__,
        "name": models.CharField(max_length=50),
        "Meta": type("Meta", (), {"app_label": "contenttypes", "db_table": "benchmark_item"}),
    }
    return type("Item", (models.Model,), body)


def orm(request: HttpRequest, count: int) -> HttpResponse:
    """Fetch rows one by one."""
    item = _item()
    for number in range(count):
        item.objects.get(pk=number % ROWS + 1)
    return HttpResponse("<html><body>done</body></html>")


def raw(request: HttpRequest, count: int) -> HttpResponse:
    """Execute the cheapest statement there is on one cursor."""
    with connection.cursor() as cursor:
        for _ in range(count):
            cursor.execute("SELECT 1")
    return HttpResponse("<html><body>done</body></html>")


def bare_wrapper(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The least that any tool could do: time each statement and keep it."""

    def observed(request: HttpRequest) -> HttpResponse:
        kept: list[tuple[str, int]] = []

        def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            begin_ns = time.monotonic_ns()
            try:
                return execute(sql, params, many, context)
            finally:
                kept.append((sql, time.monotonic_ns() - begin_ns))

        with connection.execute_wrapper(timed):
            return get_response(request)

    return observed


urlpatterns: list[Any] = [path("orm/<int:count>/", orm), path("raw/<int:count>/", raw)]

if __name__ == "__main__":
    from benchmarks.probes_site import main as run

    # Under its own name, so that the URLconf is not a second module.
    run()
