"""What one request collects while it runs; the current one is found through a context variable."""

import contextvars
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter
from types import CodeType
from typing import Any, ParamSpec, TypeVar

from django.http.response import HttpResponseBase

from loadaudit.records import ServerException

P = ParamSpec("P")
R = TypeVar("R")


MOST_OUTGOING = 100
"""Attempts kept of one request, which may try without end."""


class SpanKind(IntEnum):
    """What a request waits for in a span, the innermost first: where spans overlap, the first one counts."""

    DATABASE = 0
    COMMIT = 1
    CONNECT = 2
    HTTP = 3
    CACHE = 4
    TEMPLATE = 5


START, END, ROWS, PARAMETERS, FETCHES = range(5)
Mark = list[Any]
"""One executed statement as the hot path notes it, by these positions: start and end on the clock of
`Recorder.start_ns`, rows read or written (-1: the driver does not know), and the parameters, which are never stored.
Where the database computes rows only while they are fetched, start, end and rows of each fetch follow. A list costs a
third of an object, and one that grows less than a second one beside it."""


def fetch_ns_of(mark: Mark) -> int:
    """Return the nanoseconds in which a statement's rows were fetched and computed at once."""
    return sum(mark[FETCHES + 1 :: 3]) - sum(mark[FETCHES::3])


def rows_of(mark: Mark) -> int:
    """Return the rows that a statement read or wrote; -1 where the driver does not know."""
    return int(mark[ROWS] + sum(mark[FETCHES + 2 :: 3]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One executed statement; times are on the clock of `Recorder.start_ns`."""

    alias: str
    sql: str
    start_ns: int
    end_ns: int
    """Without fetching."""
    fetch_ns: int
    """Spent in fetching rows where the database computes them only then."""
    rows: int
    """Read, or written by a statement that writes; -1 where the driver does not know."""
    parameters: Any
    """Until the trace is made; never stored."""


@dataclass(slots=True)
class Redirect:
    """One that was made, and the code on the way to it from the call of the view with its lines, the innermost first.

    Not to be changed; not frozen, because that takes three times as long, in the request.
    """

    response: HttpResponseBase
    codes: tuple[CodeType, ...]
    lines: tuple[int, ...]


class Recorder:
    """Collects one request. Mutable on purpose: the hot path only appends, the trace is made afterwards."""

    __slots__ = (
        "backends",
        "cache_gets",
        "cache_hits",
        "cache_sets",
        "call_sites",
        "carried",
        "carried_cpu_ns",
        "closed",
        "commits",
        "connections",
        "csrf_reason",
        "denied",
        "exception",
        "groups",
        "http_calls",
        "http_hosts",
        "in_flight",
        "is_async",
        "logged_out",
        "login_failed",
        "method",
        "not_found",
        "number",
        "open_spans",
        "outgoing",
        "overlapping",
        "redirect",
        "refusals",
        "rendering",
        "rollbacks",
        "route",
        "run_id",
        "sampled_cpu_ns",
        "sampled_ns",
        "samples",
        "savepoints",
        "session_changed",
        "session_loads",
        "session_noted",
        "session_saves",
        "span_cpu_ns",
        "spans",
        "start_cpu_ns",
        "start_ns",
        "stepping",
        "templates",
        "thread_id",
        "told",
        "view",
        "view_began_ns",
        "view_ran",
        "view_redirected",
        "view_redirects_all",
    )

    def __init__(self, number: int, in_flight: int, run_id: str = "", *, is_async: bool = False) -> None:
        self.number = number
        self.run_id = run_id
        self.in_flight = in_flight
        self.is_async = is_async
        """Its coroutine shares a thread with others, so that the clock of the thread must be read at each step."""
        self.closed = False
        self.thread_id = threading.get_ident()
        self.method = ""
        self.route = ""
        self.view = ""
        self.view_ran = False
        self.view_began_ns = 0
        self.view_redirected: tuple[int, int] | None = None
        """When its view began and ended, if it redirected."""
        self.view_redirects_all = False
        self.redirect: Redirect | None = None
        """The last one that was made."""
        self.logged_out = self.login_failed = False
        self.denied = False
        self.csrf_reason = self.not_found = self.told = ""
        self.exception: ServerException | None = None
        self.groups: dict[str, dict[str, list[Mark]]] = defaultdict(dict)
        """Statements by database alias and text."""
        self.call_sites: dict[str, str] = {}
        """Of those that repeat, by their text."""
        self.backends: set[int] = set()
        """Server processes of the PostgreSQL sessions in use."""
        self.samples = self.sampled_ns = self.sampled_cpu_ns = 0
        """Number, time and thread CPU of those statements whose CPU was taken: reading that clock costs as much as
        the rest."""
        self.spans: list[tuple[SpanKind, int, int]] = []
        """SpanKind, start and end of everything timed but statements."""
        self.open_spans = 0
        self.span_cpu_ns = 0
        """Thread CPU of outermost spans, what is nested in them included."""
        self.carried = False
        """Whether something of the request ran in another thread."""
        self.overlapping = False
        """Whether statements may run within others or beside them, although nothing was carried to another thread."""
        self.carried_cpu_ns = 0
        """Thread CPU of calls that the request started in other threads and that have ended, and of coroutines."""
        self.stepping = False
        """Whether a coroutine of the request computes at the moment, and its CPU is taken."""
        self.connections: list[tuple[weakref.ref[Any], threading.Thread]] = []
        self.commits = self.rollbacks = self.savepoints = 0
        self.cache_gets = self.cache_hits = self.cache_sets = 0
        self.session_loads = self.session_saves = 0
        self.session_changed = False
        self.session_noted = False
        """Whether messages alone have changed the session."""
        self.templates = 0
        self.rendering = False
        """Whether a template is being rendered, whose parts are counted but not timed."""
        self.http_calls = 0
        self.http_hosts: dict[str, None] = {}
        """Ordered set of `host:port`."""
        self.outgoing: list[str] = []
        """What the request tried to do outside of the run, an entry each time."""
        self.refusals: list[str] = []
        """Forms that did not take what was sent."""
        self.start_ns = time.monotonic_ns()
        self.start_cpu_ns = time.thread_time_ns()

    def executions(self) -> list[Execution]:
        """Return the statements so far, in the order in which they began."""
        made = [
            Execution(
                alias=alias,
                sql=sql,
                start_ns=mark[START],
                end_ns=mark[END],
                fetch_ns=fetch_ns_of(mark),
                rows=rows_of(mark),
                parameters=mark[PARAMETERS],
            )
            for alias, texts in self.groups.items()
            for sql, marks in texts.items()
            for mark in marks
        ]
        return sorted(made, key=attrgetter("start_ns"))

    def span(self, kind: SpanKind, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the call returns, its time noted. The CPU clock is read for outermost spans only: it is slow."""
        outermost = not self.open_spans
        self.open_spans += 1
        cpu_ns = time.thread_time_ns() if outermost else 0
        start_ns = time.monotonic_ns()
        try:
            return function(*args, **kwargs)
        finally:
            self.spans.append((kind, start_ns, time.monotonic_ns()))
            self.open_spans -= 1
            if outermost:
                self.span_cpu_ns += time.thread_time_ns() - cpu_ns


_current: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar("loadaudit_recorder", default=None)
current_or_closed = _current.get
"""Return the recorder of the request that this code runs for, perhaps one that has ended, or None."""
make_current = _current.set
"""Make a recorder the current one; return what `make_former_current` takes back."""
make_former_current = _current.reset


def current() -> Recorder | None:
    """Return the recorder of the request that this code runs for, or None."""
    recorder = _current.get()
    return None if recorder is None or recorder.closed else recorder


def note_outgoing(text: str) -> bool:
    """Record that the current request tried to reach out of the run; return whether there is such a request."""
    recorder = current()
    if recorder is None:
        return False
    if len(recorder.outgoing) < MOST_OUTGOING:
        recorder.outgoing.append(text)
    return True


class recording:
    """Makes `recorder` the current one for a block, at a third of what contextlib's managers cost."""

    __slots__ = ("_recorder", "_token")

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder

    def __enter__(self) -> None:
        self._token = _current.set(self._recorder)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
