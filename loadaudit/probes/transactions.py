"""Counts and times commits and rollbacks, and counts savepoints, which are statements besides."""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import SpanKind, current


class TransactionProbe:
    """Wraps the ends of transactions on every connection. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch the methods that Django itself calls; a second call does nothing."""
        if self._patches:
            return
        self._patches.wrap(BaseDatabaseWrapper, "_commit", _timed("commits"))
        self._patches.wrap(BaseDatabaseWrapper, "_rollback", _timed("rollbacks"))
        self._patches.wrap(BaseDatabaseWrapper, "_savepoint", _counted)

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        self._patches.restore()


def _timed(counter: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrapper(original: Callable[..., Any]) -> Callable[..., Any]:
        def end(self: BaseDatabaseWrapper) -> Any:
            recorder = current()
            # Without a connection there is nothing to end, and Django does nothing.
            if recorder is None or self.connection is None:
                return original(self)
            setattr(recorder, counter, getattr(recorder, counter) + 1)
            return recorder.span(SpanKind.COMMIT, original, self)

        return end

    return wrapper


def _counted(original: Callable[..., Any]) -> Callable[..., Any]:
    def savepoint(self: BaseDatabaseWrapper, sid: str) -> Any:
        recorder = current()
        if recorder is not None:
            recorder.savepoints += 1
        return original(self, sid)

    return savepoint
