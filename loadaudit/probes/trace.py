"""Makes the trace of a request from what its recorder collected."""

import os
import time
from collections.abc import Iterator
from threading import get_ident
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from loadaudit.probes.recorder import Execution, Recorder
from loadaudit.probes.rows import row_writes
from loadaudit.probes.sql import connections_left
from loadaudit.records import StatementUse, Trace


def trace_of(recorder: Recorder, request: HttpRequest, status: int) -> Trace:
    """Return the trace as of now; adds no SQL: a user that the request did not look at stays unknown."""
    now_ns, now_cpu_ns = time.monotonic_ns(), time.thread_time_ns()
    uses = statement_uses(recorder.statements)
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
        # A stream may end in another thread, whose clock says nothing about this request.
        cpu_ns=now_cpu_ns - recorder.start_cpu_ns if get_ident() == recorder.thread_id else 0,
        sql_count=len(recorder.statements),
        sql_ns=sum(use.total_ns for use in uses),
        statements=uses,
        connections_opened=len(recorder.connections),
        connections_left=connections_left(recorder),
        connect_ns=recorder.connect_ns,
        cache_gets=recorder.cache_gets,
        cache_hits=recorder.cache_hits,
        in_flight=recorder.in_flight,
        exception=recorder.exception,
        csrf_reason=recorder.csrf_reason,
        denied=recorder.denied,
        worker=os.getpid(),
        outgoing=tuple(recorder.outgoing),
        refusals=tuple(recorder.refusals),
        row_writes=row_writes(recorder.statements, recorder.start_ns),
    )


def statement_uses(statements: list[Execution]) -> tuple[StatementUse, ...]:
    """Return the statements of a request, the same text on the same database counted together."""
    grouped: dict[tuple[str, str], list[int]] = {}
    sites: dict[tuple[str, str], str] = {}
    for one in statements:
        grouped.setdefault((one.alias, one.sql), []).append(one.duration_ns)
        if one.call_site:
            sites[one.alias, one.sql] = one.call_site
    return tuple(
        StatementUse(
            alias=alias,
            sql=sql,
            count=len(durations),
            total_ns=sum(durations),
            max_ns=max(durations),
            call_site=sites.get((alias, sql), ""),
        )
        for (alias, sql), durations in grouped.items()
    )


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
