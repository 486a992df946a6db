"""Times fetching where the database computes rows only then: SQLite always, others with named cursors."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from time import monotonic_ns
from typing import Any

from django.db.backends.utils import CursorWrapper

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import Mark, current, current_or_closed

_ONE_CLASS_FOR_BOTH = "psycopg2"
"""Drivers whose class of cursors does not tell whether the cursor has a name."""

KNOWN_CURSORS: dict[type, bool] = {}
"""Whether rows are computed while they are fetched, by the class of the driver's cursor."""


def computes_while_fetching(cursor: Any, vendor: str) -> bool:
    """Whether the rows of this driver's cursor are computed while they are fetched: SQLite's and named cursors' are."""
    driver = type(cursor)
    known = KNOWN_CURSORS.get(driver)
    if known is None:
        known = vendor == "sqlite" or bool(getattr(cursor, "name", None))
        if not any(one.__module__.startswith(_ONE_CLASS_FOR_BOTH) for one in driver.__mro__):
            KNOWN_CURSORS[driver] = known
    return known


def observe_fetching(patches: Patches) -> None:
    """Give Django's cursors methods for fetching, which add time and rows to the mark of the cursor's last statement.

    Django's own way makes a function for each call, with name and documentation of the driver's. Going past it does
    the same and saves about what noting the statement costs.
    """
    patches.put(CursorWrapper, "loadaudit_mark", None)
    for name in ("fetchone", "fetchmany", "fetchall"):
        patches.put(CursorWrapper, name, _fetch(name))
    patches.wrap(CursorWrapper, "__iter__", _observed_iterator)


def _fetch(name: str) -> Callable[..., Any]:
    of_driver = attrgetter("cursor." + name, "loadaudit_mark")

    def fetch(cursor: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(cursor)
        if kind is not CursorWrapper and kind.__getattr__ is not CursorWrapper.__getattr__:
            # A project's own kind of cursor, which may do more than Django's.
            return cursor.__getattr__(name)(*args, **kwargs)
        call, mark = of_driver(cursor)
        try:
            if mark is None or (recorder := current_or_closed()) is None or recorder.closed:
                return call(*args, **kwargs)
            # As `_noted`, whose call would cost as much.
            start_ns = monotonic_ns()
            rows = None
            try:
                rows = call(*args, **kwargs)
                return rows
            finally:
                end_ns = monotonic_ns()
                count = len(rows) if type(rows) is list else int(rows is not None)
                mark += (start_ns, end_ns, count)
                # Django asks once more to see that there is nothing left, for which SQLite does nothing; elsewhere
                # that is a round trip. It took the number of rows, so that it is one.
                if args and cursor.db.vendor == "sqlite" and count < args[0]:
                    cursor.loadaudit_mark = None
        except Exception:
            # Makes Django's error of the driver's, and does nothing else; to enter it each time costs two calls.
            with cursor.db.wrap_database_errors:
                raise

    return fetch


def _observed_iterator(original: Callable[..., Any]) -> Callable[..., Any]:
    def iterate(cursor: Any) -> Iterator[Any]:
        # Not by fetchone, which asks a named cursor's server for each row alone.
        iterator: Iterator[Any] = original(cursor)
        if cursor.loadaudit_mark is None:
            return iterator
        return _noted_each(cursor, iterator)

    return iterate


def _noted_each(cursor: Any, iterator: Iterator[Any]) -> Iterator[Any]:
    while True:
        recorder, mark = current(), cursor.loadaudit_mark
        row = next(iterator, None) if recorder is None or mark is None else _noted(mark, iterator)
        if row is None:
            return
        yield row


def _noted(mark: Mark, iterator: Iterator[Any]) -> Any:
    start_ns = monotonic_ns()
    row = None
    try:
        row = next(iterator, None)
        return row
    finally:
        mark += (start_ns, monotonic_ns(), int(row is not None))
