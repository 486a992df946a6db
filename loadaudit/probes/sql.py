"""Sees every SQL statement through a permanent wrapper on every connection; adds none of its own."""

import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import current_thread
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from loadaudit.probes.recorder import Execution, Recorder, current
from loadaudit.probes.rows import READ_AND_WRITTEN

REPEATS_BEFORE_CALL_SITE = 3
"""A call site is looked up only once a statement repeats, because walking the stack costs more than the rest."""

_FETCHES = ("fetchone", "fetchmany", "fetchall")
_LIBRARY_FOLDERS = ("site-packages", "dist-packages", str(Path(__file__).parent))


class SqlProbe:
    """Installs the wrapper and counts connections. `install` and `restore` are idempotent."""

    def __init__(self) -> None:
        self._connect: Callable[[BaseDatabaseWrapper], None] | None = None
        self._queries_logged: Any = None
        self._wrapped: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()

    def install(self) -> None:
        """Wrap every connection, those that are open and those that will be opened."""
        if self._connect is not None:
            return
        self._connect = BaseDatabaseWrapper.connect
        BaseDatabaseWrapper.connect = _timed_connect(self._connect)  # type: ignore[method-assign, assignment]
        self._queries_logged = BaseDatabaseWrapper.queries_logged
        BaseDatabaseWrapper.queries_logged = property(_queries_logged)  # type: ignore[method-assign, assignment]
        connection_created.connect(self._wrap, dispatch_uid="loadaudit")
        for connection in connections.all(initialized_only=True):
            self._wrap(connection=connection)

    def restore(self) -> None:
        """Take the wrapper off again, also from the connections of other threads."""
        if self._connect is None:
            return
        BaseDatabaseWrapper.connect = self._connect  # type: ignore[method-assign, assignment]
        BaseDatabaseWrapper.queries_logged = self._queries_logged  # type: ignore[method-assign]
        self._connect = self._queries_logged = None
        connection_created.disconnect(dispatch_uid="loadaudit")
        for connection in list(self._wrapped):
            if record_statement in connection.execute_wrappers:
                connection.execute_wrappers.remove(record_statement)
        self._wrapped.clear()

    def _wrap(self, *, connection: BaseDatabaseWrapper, **_: Any) -> None:
        if record_statement not in connection.execute_wrappers:
            # First in the list is the outermost, so that the project's own wrappers are measured as part of it.
            connection.execute_wrappers.insert(0, record_statement)
            self._wrapped.add(connection)


def record_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute one statement and note its time when the current request is recorded."""
    recorder = current()
    if recorder is None:
        return execute(sql, params, many, context)
    start_ns = time.monotonic_ns()
    done = False
    try:
        result = execute(sql, params, many, context)
        done = True
        return result
    finally:
        duration_ns = time.monotonic_ns() - start_ns
        text = sql if isinstance(sql, str) else str(sql)
        connection = context["connection"]
        execution = Execution(
            connection.alias,
            text,
            duration_ns,
            _site_if_repeated(recorder, connection.alias, text),
            start_ns,
            params if done and not many and text[:6].upper() in READ_AND_WRITTEN else None,
        )
        recorder.statements.append(execution)
        if _works_while_fetching(connection, context["cursor"]):
            _time_fetching(context["cursor"], execution)


def _works_while_fetching(connection: BaseDatabaseWrapper, cursor: Any) -> bool:
    """Whether the database computes rows only when they are asked for: SQLite always, others with named cursors."""
    return connection.vendor == "sqlite" or bool(getattr(cursor.cursor, "name", None))


def _time_fetching(cursor: Any, execution: Execution) -> None:
    """Add the time of the cursor's fetches to the statement; a later statement on the cursor replaces this."""
    for name in _FETCHES:
        vars(cursor).pop(name, None)
        setattr(cursor, name, _timed_fetch(getattr(cursor, name), execution))


def _timed_fetch(original: Callable[..., Any], execution: Execution) -> Callable[..., Any]:
    def fetch(*args: Any) -> Any:
        start_ns = time.perf_counter_ns()
        try:
            return original(*args)
        finally:
            execution.duration_ns += time.perf_counter_ns() - start_ns

    return fetch


def _site_if_repeated(recorder: Recorder, alias: str, text: str) -> str:
    """Return the call site the moment a statement has been executed the third time in a request, else nothing."""
    seen = recorder.repeats[alias, text] = recorder.repeats.get((alias, text), 0) + 1
    return call_site() if seen == REPEATS_BEFORE_CALL_SITE else ""


def call_site() -> str:
    """Return `file:line in function` of the innermost frame that is no library code."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not any(folder in name for folder in _LIBRARY_FOLDERS) and not name.startswith(sys.base_prefix + "/lib"):
            return f"{_short(name)}:{frame.f_lineno} in {frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""


def _short(name: str) -> str:
    try:
        return str(Path(name).relative_to(Path.cwd()))
    except ValueError:
        return name


def _queries_logged(connection: BaseDatabaseWrapper) -> bool:
    """Return what Django's own property does, but without DEBUG while a request is recorded.

    DEBUG makes Django format and keep every statement, which would be measured as the project's own time.
    """
    return bool(connection.force_debug_cursor or (settings.DEBUG and current() is None))


def _timed_connect(original: Callable[[BaseDatabaseWrapper], None]) -> Callable[[BaseDatabaseWrapper], None]:
    def connect(self: BaseDatabaseWrapper) -> None:
        recorder = current()
        if recorder is None:
            return original(self)
        start_ns = time.perf_counter_ns()
        try:
            original(self)
        finally:
            recorder.connect_ns += time.perf_counter_ns() - start_ns
        recorder.connections.append((weakref.ref(self), current_thread()))
        return None

    return connect


def connections_left(recorder: Recorder) -> int:
    """Return how many connections the request opened in a thread that has ended, and that are open still."""
    left = set()
    for reference, thread in recorder.connections:
        connection = reference()
        if connection is not None and connection.connection is not None and not thread.is_alive():
            # One wrapper may have connected twice, when its first connection broke.
            left.add(id(connection))
    return len(left)
