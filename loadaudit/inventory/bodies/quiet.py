"""Asks a project's classes for their fields without letting them reach the database, whatever they try."""

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, NoReturn, TypeVar

from django.db import connections
from django.http import HttpRequest

from loadaudit.errors import RAISED

T = TypeVar("T")


_is_blocked: ContextVar[bool] = ContextVar("is_blocked", default=False)


class QueryBlockedError(Exception):
    """A class wanted to ask the database for its fields."""


class WithoutDatabase:
    """Raises QueryBlockedError instead of sending a statement or opening a connection, on every alias.

    Whoever asks in the middle of another question is inside its block already. A class and not a generator, because
    it is entered for every view.
    """

    __slots__ = ("_blocked", "_closed", "_entered")

    def __init__(self) -> None:
        self._blocked: list[Any] = []
        self._closed: list[Any] = []
        self._entered: Token[bool] | None = None

    def __enter__(self) -> None:
        if _is_blocked.get():
            return
        self._entered = _is_blocked.set(True)
        for connection in connections.all():
            connection.execute_wrappers.append(_refuse)
            self._blocked.append(connection)
            if connection.connection is None:
                connection.connect = _refuse  # type: ignore[method-assign]
                self._closed.append(connection)

    def __exit__(self, *_: object) -> None:
        if self._entered is None:
            return
        for connection in self._closed:
            del connection.connect
        for connection in self._blocked:
            connection.execute_wrappers.remove(_refuse)
        _is_blocked.reset(self._entered)


def quietly(ask: Callable[[], T]) -> T | None:
    """Return what `ask` returns, or None when it raises anything or wants the database."""
    try:
        if _is_blocked.get():
            return ask()
        with WithoutDatabase():
            return ask()
    # Project code may raise anything, and a class that cannot be asked only lowers the evidence.
    except RAISED:
        return None


def request_of_nobody(method: str) -> HttpRequest:
    """Return a request that no one has sent, for classes that want one before they tell their fields."""
    # Models cannot be imported before the apps are.
    from django.contrib.auth.models import AnonymousUser

    request = HttpRequest()
    request.method = method
    request.user = AnonymousUser()
    return request


def _refuse(*_: Any) -> NoReturn:
    raise QueryBlockedError
