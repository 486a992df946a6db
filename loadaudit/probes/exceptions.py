"""Exceptions of views and middleware: type, message, and a fingerprint of where they came from."""

import hashlib
import sys
import traceback
from collections.abc import Container
from types import TracebackType
from typing import Any

from django.core.signals import got_request_exception

from loadaudit.probes.recorder import current
from loadaudit.records import RAISED_BY, ServerException
from loadaudit.runfile.database_messages import without_values

_MESSAGE_LENGTH = 500


class ExceptionProbe:
    """Listens for exceptions that Django turns into a 500. `install` and `restore` are idempotent."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def install(self) -> None:
        """Connect to Django's signal."""
        got_request_exception.connect(self._note, dispatch_uid="loadaudit")

    def restore(self) -> None:
        """Disconnect again."""
        got_request_exception.disconnect(dispatch_uid="loadaudit")

    def _note(self, **_: Any) -> None:
        recorder, error = current(), sys.exception()
        if recorder is not None and error is not None:
            # One full traceback of each fingerprint and process is enough.
            recorder.exception = describe(error, known=self._seen)
            self._seen.add(recorder.exception.fingerprint)


def describe(error: BaseException, *, known: Container[str] = ()) -> ServerException:
    """Return the exception as data; the traceback, left out for known fingerprints, has no local variables."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    fingerprint = _fingerprint(kind, error.__traceback__)
    return ServerException(
        type=kind,
        message=without_values(_message(error)[:_MESSAGE_LENGTH]),
        fingerprint=fingerprint,
        traceback="" if fingerprint in known else without_values("".join(traceback.format_exception(error))),
    )


def words_of(error: BaseException) -> str:
    """Return what an exception says, or, where that is nothing, the code that has raised it."""
    if words := without_values(" ".join(_message(error).split())[:_MESSAGE_LENGTH]):
        return words
    places = [*traceback.walk_tb(error.__traceback__)][-1:]
    return "".join(
        f"{RAISED_BY}{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}, line {line}"
        for frame, line in places
    )


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the project's own __str__, which must not change the response
        return "<the message cannot be read>"


def _fingerprint(kind: str, frames: TracebackType | None) -> str:
    places = [
        f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}:{line}" for frame, line in traceback.walk_tb(frames)
    ]
    return hashlib.sha256("\n".join([kind, *places]).encode()).hexdigest()[:16]
