"""Times fetching where the database computes rows only then: SQLite always, others with named cursors."""

from collections.abc import Callable, Iterator
from time import monotonic_ns
from typing import Any

from loadaudit.probes.recorder import Execution, current

_ONE_CLASS_FOR_BOTH = "psycopg2"
"""Drivers whose class of cursors does not tell whether the cursor has a name."""

COMPUTES_WHILE_FETCHING: dict[type, bool] = {}
"""What is known already, by the class of the driver's cursor."""

_timed_classes: dict[type, type] = {}


def computes_while_fetching(cursor: Any, vendor: str) -> bool:
    """Whether the rows of this driver's cursor are computed while they are fetched."""
    driver = type(cursor)
    known = COMPUTES_WHILE_FETCHING.get(driver)
    if known is None:
        known = vendor == "sqlite" or bool(getattr(cursor, "name", None))
        if not driver.__module__.startswith(_ONE_CLASS_FOR_BOTH):
            COMPUTES_WHILE_FETCHING[driver] = known
    return known


def observe_fetching(cursor: Any, execution: Execution) -> None:
    """Add the time and the rows of the cursor's fetches to the statement, until it executes the next one.

    The cursor's class is exchanged for a subclass, which costs a tenth of patching each of its methods.
    """
    plain = type(cursor)
    if not issubclass(plain, _Observed):
        cursor.__class__ = _timed_classes.get(plain) or _timed_class(plain)
    cursor.loadaudit_observed = execution


class _Observed:
    """Marks the classes whose fetches are timed."""

    loadaudit_observed: Execution


def _timed_class(plain: type) -> type:
    methods: dict[str, Any] = {name: _timed(plain, name) for name in ("fetchone", "fetchmany", "fetchall")}
    body = {**methods, "__iter__": _timed_iterator(plain), "__module__": plain.__module__}
    made = _timed_classes[plain] = type(plain.__name__, (_Observed, plain), body)
    return made


def _timed(plain: Any, name: str) -> Callable[..., Any]:
    own = getattr(plain, name, None)

    def fetch(cursor: Any, *args: Any) -> Any:
        # Django's wrapper has no methods of its own for fetching: it hands out those of the driver's cursor.
        call = own.__get__(cursor) if own is not None else plain.__getattr__(cursor, name)
        return _fetched(cursor, call, *args)

    return fetch


def _timed_iterator(plain: Any) -> Callable[[Any], Iterator[Any]]:
    def iterate(cursor: Any) -> Iterator[Any]:
        # Not by fetchone, which asks a named cursor's server for each row alone.
        iterator = plain.__iter__(cursor)
        while (row := _fetched(cursor, next, iterator, None)) is not None:
            yield row

    return iterate


def _fetched(cursor: Any, call: Callable[..., Any], *args: Any) -> Any:
    recorder, execution = current(), cursor.loadaudit_observed
    if recorder is None:
        return call(*args)
    start_ns = monotonic_ns()
    rows = None
    try:
        rows = call(*args)
        return rows
    finally:
        end_ns = monotonic_ns()
        execution.fetch_ns += end_ns - start_ns
        recorder.fetches.append((start_ns, end_ns))
        if rows is not None:
            execution.rows += len(rows) if type(rows) is list else 1
