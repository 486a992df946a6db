"""Makes the trace of a request from what its recorder collected."""

import os
import time

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from loadaudit.probes.recorder import Recorder
from loadaudit.probes.sql import connections_left
from loadaudit.records import StatementUse, Trace


def trace_of(recorder: Recorder, request: HttpRequest, response: HttpResponseBase) -> Trace:
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
        status=response.status_code,
        start_ns=recorder.start_ns,
        service_ns=now_ns - recorder.start_ns,
        cpu_ns=now_cpu_ns - recorder.start_cpu_ns,
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
    )


def statement_uses(statements: list[tuple[str, str, int, str]]) -> tuple[StatementUse, ...]:
    """Return the statements of a request, the same text on the same database counted together."""
    grouped: dict[tuple[str, str], list[int]] = {}
    sites: dict[tuple[str, str], str] = {}
    for alias, sql, duration_ns, site in statements:
        grouped.setdefault((alias, sql), []).append(duration_ns)
        if site:
            sites[alias, sql] = site
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
    not make. Django keeps a loaded user in `_cached_user`; the session knows the key where it is loaded.
    """
    user = getattr(request, "_cached_user", None)
    if user is None:
        candidate = request.__dict__.get("user")
        wrapped = getattr(candidate, "_wrapped", None)
        user = (
            wrapped
            if hasattr(wrapped, "pk")
            else (candidate if type(candidate).__name__ != "SimpleLazyObject" else None)
        )
    if user is not None and not isinstance(user, AnonymousUser):
        return str(getattr(user, "pk", "") or "")
    session = getattr(request, "session", None)
    loaded = getattr(session, "_session_cache", None)
    return str(loaded.get("_auth_user_id", "")) if loaded else ""
