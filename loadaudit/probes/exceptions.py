"""Exceptions of views and middleware: type, message, and a fingerprint of where they came from."""

import functools
import hashlib
import re
import sys
import traceback
from collections.abc import Callable, Container
from contextlib import suppress
from types import TracebackType
from typing import Any

from django.core.signals import got_request_exception

from loadaudit.errors import said_by
from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import current
from loadaudit.records import RAISED_BY, TOLD, ServerException, leads_away
from loadaudit.runfile.database_messages import without_values

_MESSAGE_LENGTH = 500
_SHOWN_LENGTH = 100
_SERVER_ERROR = 500
_REDIRECTS = re.compile(r"redirect|response|http_?30\d", re.IGNORECASE)
_ANSWERING = (
    ("django.core.handlers.base", "BaseHandler", "process_exception_by_middleware", 0),
    ("rest_framework.views", "APIView", "handle_exception", 0),
    ("ninja.main", "NinjaAPI", "on_exception", 1),
)
"""Methods that may make an answer of an exception, which Django then never hears of, with where they get it.

Patched once the project has imported them, as HTTP clients are.
"""


class ExceptionProbe:
    """Listens for exceptions that Django, or a handler of the project's, turns into a 500.

    `install` and `restore` are idempotent.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._patches = Patches()
        self._missing: set[tuple[str, str, str, int]] = set()
        self._modules = 0
        """How many were imported at the last look."""

    def install(self) -> None:
        """Connect to Django's signal, and patch what answers exceptions."""
        got_request_exception.connect(self._note, dispatch_uid="loadaudit")
        if self not in _installed:
            self._missing = set(_ANSWERING)
            self.look_again()
            _installed.append(self)

    def restore(self) -> None:
        """Disconnect again, and put back what was found."""
        got_request_exception.disconnect(dispatch_uid="loadaudit")
        self._patches.restore()
        if self in _installed:
            _installed.remove(self)

    def look_again(self) -> None:
        """Patch what was imported since the last look."""
        if self._modules == (known := len(sys.modules)):
            return
        self._modules = known
        for one in tuple(self._missing):
            module, owner, name, place = one
            if (found := getattr(sys.modules.get(module), owner, None)) is not None:
                self._missing.discard(one)
                self._patches.wrap(found, name, self._answered(place))

    def _note(self, **_: Any) -> None:
        error = sys.exception()
        if error is not None:
            self._keep(error)

    def _keep(self, error: BaseException) -> None:
        recorder = current()
        if recorder is not None:
            # One full traceback of each fingerprint and process is enough.
            recorder.exception = describe(error, known=self._seen)
            self._seen.add(recorder.exception.fingerprint)

    def _answered(self, place: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrapper(original: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(original)
            def observed(owner: Any, *args: Any, **kwargs: Any) -> Any:
                response = original(owner, *args, **kwargs)
                # What a handler of the project's answers may be anything, and must reach the client as it is.
                with suppress(Exception):
                    error = args[place] if len(args) > place else None
                    if isinstance(error, BaseException) and _is_failure(response, error):
                        self._keep(error)
                    elif isinstance(error, Exception) and _is_redirect(response) and not _means_to_redirect(error):
                        _note_sent_on(error)
                return response

            return observed

        return wrapper


def _note_sent_on(error: Exception) -> None:
    """Note that a redirect answers an exception, as that of a login at a provider: the view has not done its work."""
    recorder = current()
    if recorder is not None and not any(leads_away(one) for one in recorder.refusals):
        text = f"{type(error).__name__}: {said_by(error)}"
        recorder.refusals.append(f"{TOLD}{' '.join(without_values(text).split())[:_SHOWN_LENGTH]}")


def _is_redirect(answer: Any) -> bool:
    return 300 <= getattr(answer, "status_code", 0) < 400


def _means_to_redirect(error: Exception) -> bool:
    """Whether an exception is a project's way of redirecting, as from a helper, whatever its view has done by then."""
    is_called_so = any(_REDIRECTS.search(one.__name__) for one in type(error).__mro__)
    return is_called_so or _is_redirect(error)


def _is_failure(response: Any, error: BaseException) -> bool:
    """Whether a response says that the server failed, and its exception did not ask for just that status.

    DRF's APIException and ninja's HttpError do: with them, a 503 is the project's own answer.
    """
    status = getattr(response, "status_code", None)
    return isinstance(status, int) and status >= _SERVER_ERROR and getattr(error, "status_code", None) != status


_installed: list[ExceptionProbe] = []


def look_for_handlers() -> None:
    """Patch what the project has imported since and that answers exceptions; called when a request begins."""
    for probe in _installed:
        if probe._missing:
            probe.look_again()


def describe(error: BaseException, *, known: Container[str] = ()) -> ServerException:
    """Return the exception as data; the traceback, left out for known fingerprints, has no local variables."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    fingerprint = _fingerprint(kind, error.__traceback__)
    return ServerException(
        type=kind,
        message=without_values(said_by(error)[:_MESSAGE_LENGTH]),
        fingerprint=fingerprint,
        traceback="" if fingerprint in known else without_values("".join(traceback.format_exception(error))),
    )


def words_of(error: BaseException) -> str:
    """Return what an exception says, or, where that is nothing, the code that has raised it."""
    if words := without_values(" ".join(said_by(error).split())[:_MESSAGE_LENGTH]):
        return words
    places = [*traceback.walk_tb(error.__traceback__)][-1:]
    return "".join(
        f"{RAISED_BY}{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}, line {line}"
        for frame, line in places
    )


def _fingerprint(kind: str, frames: TracebackType | None) -> str:
    places = [
        f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}:{line}" for frame, line in traceback.walk_tb(frames)
    ]
    return hashlib.sha256("\n".join([kind, *places]).encode()).hexdigest()[:16]
