"""Sees every SQL statement that goes through Django's cursors; adds none of its own."""

import weakref
from collections.abc import Callable
from threading import current_thread, get_ident
from time import monotonic_ns, thread_time_ns
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from loadaudit.probes.call_sites import call_site
from loadaudit.probes.fetching import KNOWN_CURSORS, computes_while_fetching, observe_fetching
from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import Mark, Recorder, SpanKind, current, current_or_closed

REPEATS_BEFORE_CALL_SITE = 3
"""A call site is looked up only once a statement repeats, because walking the stack costs more than the rest."""
_BEFORE_CALL_SITE = REPEATS_BEFORE_CALL_SITE - 1

CPU_OF_FIRST, _CPU_OF_EACH = 4, 31
"""Whose CPU is taken of a request: the first four statements, and of each text every thirty-second execution, counted
from the one with the call site: one question finds both."""


class SqlProbe:
    """Notes statements and counts connections. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch Django's cursors and connections, those that are open and those that will be."""
        if self._patches:
            return
        self._patches.wrap(BaseDatabaseWrapper, "connect", _timed_connect)
        self._patches.put(BaseDatabaseWrapper, "queries_logged", property(_queries_logged))
        self._patches.wrap(CursorWrapper, "_execute_with_wrappers", observed_execution)
        self._patches.wrap(CursorWrapper, "callproc", _observed_callproc)
        observe_fetching(self._patches)

    def restore(self) -> None:
        """Put back what `install` found, for the connections of all threads."""
        self._patches.restore()


def observed_execution(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method of cursors through which every statement goes, noting it while a request is recorded.

    In the place of Django's method and not among the connection's execute wrappers, each of which costs a partial and a
    call more. Those of the project are called as before, and measured as part of the statement.
    """

    def _execute_with_wrappers(self: Any, sql: Any, params: Any, many: bool, executor: Callable[..., Any]) -> Any:
        # One function, because each call costs as much as noting four values, in the order of `Mark`.
        recorder = current_or_closed()
        if recorder is None or recorder.closed:
            return original(self, sql, params, many, executor)
        connection = self.db
        text = sql if type(sql) is str else _text_of(sql, connection)
        marks = recorder.groups[connection.alias].get(text)
        if marks is None or len(marks) & _CPU_OF_EACH == _BEFORE_CALL_SITE:
            marks, executor = _rarely(recorder, connection, text, executor)
        start_ns = monotonic_ns()
        try:
            if connection.execute_wrappers:
                recorder.overlapping = True  # they may execute others
                return original(self, sql, params, many, executor)
            # As Django does, without a loop over nothing.
            return executor(sql, params, many, {"connection": connection, "cursor": self})
        except BaseException:
            params = None
            raise
        finally:
            end_ns = monotonic_ns()
            cursor = self.cursor
            fetches_compute = KNOWN_CURSORS.get(type(cursor))
            if fetches_compute is None:
                fetches_compute = computes_while_fetching(cursor, connection.vendor)
            if fetches_compute:
                # Of what is fetched it is not known yet, of what was written it is.
                rows = cursor.rowcount
                self.loadaudit_mark = mark = [start_ns, end_ns, rows if rows > 0 else 0, None if many else params]
            else:
                mark = [start_ns, end_ns, cursor.rowcount, None if many else params]
            marks.append(mark)

    return _execute_with_wrappers


def _rarely(
    recorder: Recorder, connection: BaseDatabaseWrapper, text: str, execute: Callable[..., Any]
) -> tuple[list[Mark], Callable[..., Any]]:
    """Return where to note a statement and what executes it: what is to be done only for some of its executions."""
    # Another thread of the request may have been faster.
    marks = recorder.groups[connection.alias].setdefault(text, [])
    number = len(marks)
    if get_ident() != recorder.thread_id:
        recorder.overlapping = True
    if number == _BEFORE_CALL_SITE:
        recorder.call_sites[text] = call_site()
    elif number or recorder.samples < CPU_OF_FIRST:
        execute = _cpu_taken(recorder, execute)
    if connection.vendor == "postgresql":
        note_backend(recorder, connection)
    return marks, execute


def note_backend(recorder: Recorder, connection: Any) -> None:
    """Note the server process behind a connection, which the driver knows without asking."""
    session = getattr(connection.connection, "pgconn", None)
    if session is not None:
        recorder.backends.add(session.backend_pid)


def _text_of(sql: Any, connection: Any) -> str:
    """Return what an object of the driver's sql module stands for; its literals are replaced before it is stored."""
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    as_string = getattr(sql, "as_string", None)
    if as_string is None:
        return str(sql)
    try:
        # The driver's connection knows how names are quoted, and types of the project's own.
        return str(as_string(connection.connection))
    except Exception:  # the driver says itself what is wrong with it, where the project expects it
        return f"-- {type(sql).__qualname__}"


def _observed_callproc(original: Callable[..., Any]) -> Callable[..., Any]:
    """Django calls procedures on the driver's cursor, past what all statements go through."""

    def callproc(self: CursorWrapper, procname: str, params: Any = None, kparams: Any = None) -> Any:
        if current() is None:
            return original(self, procname, params, kparams)

        def call(*_: Any) -> Any:
            return original(self, procname, params, kparams)

        return noting(self, f"CALL {procname}", None, True, call)

    # The connection's wrappers see no procedures.
    noting = observed_execution(lambda self, sql, params, many, executor: executor(sql, params, many, None))
    return callproc


def _cpu_taken(recorder: Recorder, execute: Callable[..., Any]) -> Callable[..., Any]:
    def timed(sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        start_ns, cpu_ns = monotonic_ns(), thread_time_ns()
        try:
            return execute(sql, params, many, context)
        finally:
            recorder.samples += 1
            recorder.sampled_cpu_ns += thread_time_ns() - cpu_ns
            recorder.sampled_ns += monotonic_ns() - start_ns

    return timed


def _queries_logged(connection: BaseDatabaseWrapper) -> bool:
    """Return what Django's own property does, but without DEBUG while a request is recorded.

    DEBUG makes Django format and keep every statement, which would be measured as the project's own time.
    """
    return connection.force_debug_cursor or (settings.DEBUG and current() is None)


def _timed_connect(original: Callable[[BaseDatabaseWrapper], None]) -> Callable[[BaseDatabaseWrapper], None]:
    def connect(self: BaseDatabaseWrapper) -> None:
        recorder = current()
        if recorder is None:
            return original(self)
        recorder.span(SpanKind.CONNECT, original, self)
        recorder.connections.append((weakref.ref(self), current_thread()))
        note_backend(recorder, self)
        return None

    return connect


def connections_left(recorder: Recorder) -> int:
    """Return how many connections the request opened in a thread that has ended, and that are open still."""
    if not recorder.connections:
        return 0
    left = set()
    for reference, thread in recorder.connections:
        connection = reference()
        if connection is not None and connection.connection is not None and not thread.is_alive():
            # One wrapper may have connected twice, when its first connection broke.
            left.add(id(connection))
    return len(left)
