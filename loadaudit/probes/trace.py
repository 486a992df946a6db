"""Makes the trace of a request from what its recorder collected."""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import add, sub
from threading import get_ident
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from loadaudit.probes.bound import keepers
from loadaudit.probes.recorder import END, FETCHES, START, Mark, Recorder, fetch_ns_of, rows_of
from loadaudit.probes.rows import row_writes
from loadaudit.probes.split import split_of
from loadaudit.probes.sql import connections_left
from loadaudit.records import RowWrite, StatementUse, Trace

_READS, _WRITES = {"SELECT", "WITH", "VALUES"}, {"INSERT", "UPDATE", "DELETE", "REPLAC", "MERGE"}
_FIRST_WORD = re.compile(r"(?:[\s(]|/\*.*?\*/|--[^\n]*\n)*(\w+)", re.DOTALL)
_WRITING = re.compile(
    r"\b(INSERT(?=\s+INTO)|(?<!FOR )(?<!KEY )UPDATE|DELETE(?=\s+FROM)|MERGE(?=\s+INTO))\s+[\w\"`\[]", re.IGNORECASE
)
_SAVEPOINT = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\b.*", re.IGNORECASE | re.DOTALL)
"""Each has a name of its own."""
_SAVEPOINT_BEGINS = frozenset(("SAV", "REL", "ROL"))
_new: Callable[[type[Trace]], Trace] = object.__new__


def trace_of(recorder: Recorder, request: HttpRequest, status: int) -> Trace:
    """Return the trace as of now; adds no SQL: a user that the request did not look at stays unknown."""
    now_ns, cpu_ns = time.monotonic_ns(), _cpu_ns(recorder)
    uses = statement_uses(recorder.groups, recorder.call_sites)
    sql_count, sql_ns, rows, sql_writes = _sums(uses)
    for keeper in keepers:
        keeper.note(recorder.groups, uses)
    split = split_of(recorder, now_ns, cpu_ns, sql_ns)
    # Handing so many arguments over by name takes ten times as long as this does.
    trace = _new(Trace)
    trace.number = recorder.number
    trace.method = request.method or ""
    trace.route = recorder.route
    trace.view = recorder.view
    trace.view_ran = recorder.view_ran
    trace.user_id = user_id_of(request)
    trace.status = status
    trace.start_ns = recorder.start_ns
    trace.service_ns = now_ns - recorder.start_ns
    trace.cpu_ns = cpu_ns or 0
    trace.sql_count = sql_count
    trace.sql_ns = sql_ns
    trace.statements = uses
    trace.connections_opened = len(recorder.connections)
    trace.connections_left = connections_left(recorder)
    trace.connect_ns = split.connect_ns
    trace.database_ns = split.database_ns
    trace.commit_ns = split.commit_ns
    trace.http_ns = split.http_ns
    trace.cache_ns = split.cache_ns
    trace.template_ns = split.template_ns
    trace.python_ns = split.python_ns
    trace.waiting_ns = split.waiting_ns
    trace.commits = recorder.commits
    trace.rollbacks = recorder.rollbacks
    trace.savepoints = recorder.savepoints
    trace.rows = rows
    trace.sql_writes = sql_writes
    trace.http_calls = recorder.http_calls
    trace.http_hosts = tuple(recorder.http_hosts)
    trace.templates = recorder.templates
    trace.session_loads = recorder.session_loads
    trace.session_saves = recorder.session_saves
    trace.cache_gets = recorder.cache_gets
    trace.cache_hits = recorder.cache_hits
    trace.cache_sets = recorder.cache_sets
    trace.in_flight = recorder.in_flight
    trace.exception = recorder.exception
    trace.csrf_reason = recorder.csrf_reason
    trace.not_found = recorder.not_found
    trace.told = recorder.told
    trace.session_changed = recorder.session_changed
    trace.before_view = _before_view(recorder, uses) if recorder.view_ran else ()
    trace.denied = recorder.denied
    trace.worker = os.getpid()
    trace.thread = recorder.thread_id
    trace.outgoing = tuple(recorder.outgoing)
    trace.refusals = tuple(recorder.refusals)
    trace.row_writes = _row_writes(recorder) if sql_writes else ()
    trace.backends = tuple(recorder.backends)
    trace.summary_only = False
    trace.lock_ns = 0
    return trace


def _cpu_ns(recorder: Recorder) -> int | None:
    """Return the CPU of the request's threads so far, or None where their clocks do not tell.

    A stream may end in another thread. Coroutines of several requests share one, and their steps were taken.
    """
    if recorder.is_async:
        return recorder.carried_cpu_ns
    if get_ident() != recorder.thread_id:
        return None
    return time.thread_time_ns() - recorder.start_cpu_ns + recorder.carried_cpu_ns


def statement_uses(
    groups: Mapping[str, Mapping[str, Sequence[Mark]]], call_sites: Mapping[str, str]
) -> tuple[StatementUse, ...]:
    """Return the statements of a request, the same text on the same database counted together."""
    uses = []
    for alias, texts in groups.items():
        savepoints: dict[str, list[Mark]] = {}
        for sql, marks in texts.items():
            if sql[:3].upper() in _SAVEPOINT_BEGINS and _SAVEPOINT.match(sql):
                savepoints.setdefault(_SAVEPOINT.sub(r"\1", sql), []).extend(marks)
            elif marks:
                uses.append(_use(alias, sql, marks, call_sites.get(sql, "")))
        uses += [_use(alias, sql, marks, "") for sql, marks in savepoints.items()]
    return tuple(uses)


def _before_view(recorder: Recorder, uses: Sequence[StatementUse]) -> tuple[int, ...]:
    """Return the places of statements of which not even the last execution began within the view."""
    began_ns, groups = recorder.view_began_ns, recorder.groups
    marks = (groups[one.alias].get(one.sql) for one in uses)
    return tuple([place for place, each in enumerate(marks) if each and each[-1][START] < began_ns])


def _use(alias: str, sql: str, marks: Sequence[Mark], site: str) -> StatementUse:
    taken_ns, rows = _taken(marks)
    return StatementUse(
        alias=alias,
        sql=sql,
        count=len(marks),
        total_ns=sum(taken_ns),
        max_ns=max(taken_ns),
        rows=sum(one for one in rows if one > 0) if min(rows) < 0 else sum(rows),
        call_site=site,
    )


def _taken(marks: Sequence[Mark]) -> tuple[Sequence[int], Sequence[int]]:
    """Return nanoseconds and rows of each execution."""
    if len(marks) > 1 and len(marks[0]) <= FETCHES + 3:
        try:
            return _taken_by_columns(marks)
        except ValueError:  # not all were fetched equally often
            pass
    return [mark[END] - mark[START] + fetch_ns_of(mark) for mark in marks], [rows_of(mark) for mark in marks]


def _taken_by_columns(marks: Sequence[Mark]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the same of statements that were fetched once or never, at a quarter of what a loop takes."""
    starts, ends, rows, _, *fetches = zip(*marks, strict=True)
    taken_ns = map(sub, ends, starts)
    if not fetches:
        return tuple(taken_ns), rows
    fetch_starts, fetch_ends, fetched = fetches
    return tuple(map(add, taken_ns, map(sub, fetch_ends, fetch_starts))), tuple(map(add, rows, fetched))


@lru_cache(maxsize=4_096)
def _verb(sql: str) -> str:
    """Return what a statement does: its first word, at most six letters, or that of what its WITH writes."""
    matched = _FIRST_WORD.match(sql)
    verb = matched[1][:6].upper() if matched else ""
    writing = _WRITING.search(sql) if verb == "WITH" else None
    return writing[1].upper() if writing else verb


def writes(sql: str) -> bool:
    """Whether a statement changes rows."""
    return _verb(sql) in _WRITES


def _sums(uses: Sequence[StatementUse]) -> tuple[int, int, int, int]:
    """Return statements, nanoseconds in them, rows read and statements that write."""
    count = total_ns = rows = writes = 0
    for use in uses:
        count += use.count
        total_ns += use.total_ns
        verb = _verb(use.sql)
        if verb in _READS:
            rows += use.rows
        elif verb in _WRITES:
            writes += use.count
    return count, total_ns, rows, writes


def _row_writes(recorder: Recorder) -> tuple[RowWrite, ...]:
    if not any(_verb(sql) == "UPDATE" for texts in recorder.groups.values() for sql in texts):
        return ()
    return row_writes(recorder.executions(), recorder.start_ns)


def _key_of(user: Any) -> str | None:
    try:
        key = getattr(user, "pk", None)
        return None if key is None else str(key)
    except Exception:  # who asks may be an object of the project's own, which must not change the response
        return None


def _is_user(bearer: Any) -> bool:
    try:
        return getattr(bearer, "is_authenticated", False) is True
    except Exception:  # as above
        return False


def user_id_of(request: HttpRequest) -> str:
    """Return the primary key of the request's user as text, empty for nobody.

    `request.user` is lazy: reading it would load the session and the user, two statements that the request did
    not make. Where nobody looked at it, the session knows the key if it is loaded.
    """
    known = vars(request)
    user: Any = known.get("user")
    if isinstance(user, LazyObject):
        user = vars(user).get("_wrapped")
    is_known = False
    # Users that need no loading: set on the request, or looked at; a login or logout leaves two.
    for one in (user, known.get("_cached_user"), known.get("_acached_user")):
        if one is not None and one is not empty:
            is_known = True
            if (key := _key_of(one)) is not None:
                return key
    # django-ninja keeps here whom a token stands for, and leaves `user` as the session has it.
    bearer: Any = known.get("auth")
    if bearer is not None and _is_user(bearer) and (key := _key_of(bearer)) is not None:
        return key
    if is_known:
        # An anonymous user has no key, also where the session still names somebody who may not come in any more.
        return ""
    loaded = getattr(known.get("session"), "_session_cache", None)
    return str(loaded.get("_auth_user_id", "")) if loaded else ""
