"""Requests of every method, sent through Django's test client and rolled back."""

import contextlib
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http.cookies import SimpleCookie
from typing import Any

from django.db import connections, transaction
from django.test import Client
from django.test.client import ClientHandler

INVENTED_METHOD = "LOADAUDIT"
TIMEOUT_S = 15
NO_ANSWER = 0


class TooSlow(BaseException):
    """Ends a request that gives no answer; no `except Exception` of the project may catch it."""


class Handler(ClientHandler):
    """Notes whether a request got past all middleware, and logs the user in where DRF looks for it."""

    user: Any = None
    reached_view = False

    def load_middleware(self, is_async: bool = False) -> None:
        """Add a mark behind the middleware of the project."""
        super().load_middleware(is_async)
        self._view_middleware.append(self._mark)  # type: ignore[attr-defined]

    def _mark(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        self.reached_view = True

    def get_response(self, request: Any) -> Any:
        """Answer as the forced user of DRF's own test client would be answered."""
        if self.user is not None:
            request._force_auth_user = self.user
        return super().get_response(request)


class Prober:
    """Sends methods as one user, or as nobody."""

    def __init__(self, user: Any) -> None:
        self._client = Client(raise_request_exception=False)
        self._handler = Handler(enforce_csrf_checks=False)
        self._client.handler = self._handler
        if user is not None:
            self._handler.user = user
            with contextlib.suppress(Exception):
                self._client.force_login(user)
        self._cookies = self._client.cookies.output(header="", sep=";")

    def statuses(self, path: str, methods: Sequence[str]) -> dict[str, int]:
        """Return the status of each method that reached the view; 0 for no answer in `TIMEOUT_S`."""
        found = {}
        for method in (*methods, INVENTED_METHOD):
            self._handler.reached_view = False
            status = self._status(path, method)
            if self._handler.reached_view:
                found[method] = status
        return found

    def _status(self, path: str, method: str) -> int:
        # A view may log out or change the session; the rollback and the old cookie undo both.
        self._client.cookies = SimpleCookie(self._cookies)
        try:
            with rolled_back(), time_limit():
                response = self._client.generic(
                    method, path, b"", content_type="application/x-www-form-urlencoded", secure=True
                )
                return int(response.status_code)
        except TooSlow:
            return NO_ANSWER
        except Exception as error:
            print(f"{method} {path}: {type(error).__name__}: {error}")
            return 500
        finally:
            self._client.exc_info = None


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    """Undo what is written to any database inside."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
        try:
            yield
        finally:
            for alias in connections:
                with contextlib.suppress(Exception):
                    transaction.set_rollback(True, using=alias)


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """Raise TooSlow inside after `TIMEOUT_S`."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIMEOUT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
