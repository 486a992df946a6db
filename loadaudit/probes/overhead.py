"""What the probe itself costs on this machine: measured when a server worker starts, and printed in the report."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest

from loadaudit.probes.recorder import Recorder, recording
from loadaudit.probes.sql import observed_execution
from loadaudit.probes.trace import trace_of

_STATEMENTS = 200
_ROUNDS = 5


def overhead_text(clock_ns: Callable[[], int] = time.perf_counter_ns) -> str:
    """Return what a statement and a request cost at least, as text; takes some milliseconds.

    A lower bound: everything is in the processor's caches, and middleware, header and sending are not part of it.
    """
    statement_ns = min(_statements_ns(clock_ns, observed=True) for _ in range(_ROUNDS))
    plain_ns = min(_statements_ns(clock_ns, observed=False) for _ in range(_ROUNDS))
    request_ns = min(_request_ns(clock_ns) for _ in range(_ROUNDS))
    each_us = max(0, statement_ns - plain_ns) / _STATEMENTS / 1e3
    return f"at least {each_us:.1f} µs per statement and {request_ns / 1e3:.0f} µs per request"


def _statements_ns(clock_ns: Callable[[], int], *, observed: bool) -> int:
    connection = SimpleNamespace(alias="default", vendor="none", execute_wrappers=[])
    cursor = SimpleNamespace(cursor=SimpleNamespace(rowcount=0), db=connection)
    recorder, django_s = Recorder(1, 1), CursorWrapper._execute_with_wrappers  # type: ignore[attr-defined]
    execute = observed_execution(django_s) if observed else django_s
    with recording(recorder):
        begin_ns = clock_ns()
        for _ in range(_STATEMENTS):
            execute(cursor, "SELECT 1", (), False, _nothing)
        if observed:
            trace_of(recorder, HttpRequest(), 200)
        return clock_ns() - begin_ns


def _request_ns(clock_ns: Callable[[], int]) -> int:
    begin_ns = clock_ns()
    recorder = Recorder(1, 1)
    with recording(recorder):
        trace_of(recorder, HttpRequest(), 200)
    return clock_ns() - begin_ns


def _nothing(sql: Any, params: Any, many: bool, context: Any) -> None:
    return None
