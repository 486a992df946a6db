"""Makes the trace of a request from what its recorder collected."""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import get_ident
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from loadaudit.probes.recorder import Execution, Recorder
from loadaudit.probes.rows import row_writes
from loadaudit.probes.split import split_of
from loadaudit.probes.sql import connections_left
from loadaudit.records import RowWrite, StatementUse, Trace

_READS, _WRITES = {"SELECT", "WITH", "VALUES"}, {"INSERT", "UPDATE", "DELETE", "REPLAC", "MERGE"}
_SAVEPOINT = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\b.*", re.IGNORECASE | re.DOTALL)
"""Each has a name of its own."""


def trace_of(recorder: Recorder, request: HttpRequest, status: int) -> Trace:
    """Return the trace as of now; adds no SQL: a user that the request did not look at stays unknown."""
    now_ns, cpu_ns = time.monotonic_ns(), _cpu_ns(recorder)
    uses = statement_uses(recorder.groups, recorder.call_sites)
    sql_ns = sum(use.total_ns for use in uses)
    split = split_of(recorder, now_ns, cpu_ns, sql_ns)
    return Trace(
        number=recorder.number,
        method=request.method or "",
        route=recorder.route,
        view=recorder.view,
        view_ran=recorder.view_ran,
        user_id=_user_id(request),
        status=status,
        start_ns=recorder.start_ns,
        service_ns=now_ns - recorder.start_ns,
        cpu_ns=cpu_ns or 0,
        sql_count=len(recorder.statements),
        sql_ns=sql_ns,
        statements=uses,
        connections_opened=len(recorder.connections),
        connections_left=connections_left(recorder),
        connect_ns=split.connect_ns,
        database_ns=split.database_ns,
        commit_ns=split.commit_ns,
        http_ns=split.http_ns,
        cache_ns=split.cache_ns,
        template_ns=split.template_ns,
        python_ns=split.python_ns,
        waiting_ns=split.waiting_ns,
        commits=recorder.commits,
        rollbacks=recorder.rollbacks,
        savepoints=recorder.savepoints,
        rows=sum(use.rows for use in uses if _verb(use.sql) in _READS),
        sql_writes=sum(use.count for use in uses if _verb(use.sql) in _WRITES),
        http_calls=recorder.http_calls,
        http_hosts=tuple(recorder.http_hosts),
        templates=recorder.templates,
        session_loads=recorder.session_loads,
        session_saves=recorder.session_saves,
        cache_gets=recorder.cache_gets,
        cache_hits=recorder.cache_hits,
        cache_sets=recorder.cache_sets,
        in_flight=recorder.in_flight,
        exception=recorder.exception,
        csrf_reason=recorder.csrf_reason,
        denied=recorder.denied,
        worker=os.getpid(),
        outgoing=tuple(recorder.outgoing),
        refusals=tuple(recorder.refusals),
        row_writes=_row_writes(recorder),
    )


def _cpu_ns(recorder: Recorder) -> int | None:
    """Return the CPU of the request's threads so far, or None where their clocks do not tell.

    A stream may end in another thread, and coroutines of several requests share one.
    """
    if recorder.is_async or get_ident() != recorder.thread_id:
        return None
    return time.thread_time_ns() - recorder.start_cpu_ns + recorder.carried_cpu_ns


def statement_uses(
    groups: Mapping[str, Sequence[Execution]], call_sites: Mapping[str, str]
) -> tuple[StatementUse, ...]:
    """Return the statements of a request, the same text on the same database counted together."""
    grouped: dict[tuple[str, str], list[Execution]] = {}
    sites: dict[str, str] = {}
    for text, executions in groups.items():
        sql = _SAVEPOINT.sub(r"\1", text)
        if text in call_sites:
            sites[sql] = call_sites[text]
        for one in executions:
            grouped.setdefault((one.alias, sql), []).append(one)
    return tuple(_use(alias, sql, executions, sites.get(sql, "")) for (alias, sql), executions in grouped.items())


def _use(alias: str, sql: str, executions: Sequence[Execution], site: str) -> StatementUse:
    durations = [one.end_ns - one.start_ns + one.fetch_ns for one in executions]
    return StatementUse(
        alias=alias,
        sql=sql,
        count=len(durations),
        total_ns=sum(durations),
        max_ns=max(durations),
        rows=sum(one.rows for one in executions if one.rows > 0),
        call_site=site,
    )


def _verb(sql: str) -> str:
    return sql.lstrip("( \n\t")[:6].upper().partition(" ")[0]


def _row_writes(recorder: Recorder) -> tuple[RowWrite, ...]:
    if not any(_verb(sql) == "UPDATE" for sql in recorder.groups):
        return ()
    return row_writes(recorder.statements, recorder.start_ns)


def _user_id(request: HttpRequest) -> str:
    """Return the primary key of the request's user as text.

    `request.user` is lazy: reading it would load the session and the user, two statements that the request did
    not make. Where nobody looked at it, the session knows the key if it is loaded.
    """
    loaded_users = list(_loaded_users(request))
    if loaded_users:
        # An anonymous user has no key, also where the session still names somebody who may not come in any more.
        keys = (getattr(user, "pk", None) for user in loaded_users)
        return str(next((key for key in keys if key is not None), ""))
    loaded = getattr(getattr(request, "session", None), "_session_cache", None)
    return str(loaded.get("_auth_user_id", "")) if loaded else ""


def _loaded_users(request: HttpRequest) -> Iterator[Any]:
    """Yield the users that need no loading: set on the request, or looked at; a login or logout leaves two."""
    user: Any = vars(request).get("user")
    if isinstance(user, LazyObject):
        user = vars(user).get("_wrapped")
    candidates = (user, getattr(request, "_cached_user", None), getattr(request, "_acached_user", None))
    yield from (one for one in candidates if one is not None and one is not empty)
