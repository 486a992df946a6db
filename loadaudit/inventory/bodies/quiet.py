"""Asks a project's classes for their fields without letting them reach the database, whatever they try."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from django.db import connections
from django.http import HttpRequest

T = TypeVar("T")


class QueryBlockedError(Exception):
    """A class wanted to ask the database for its fields."""


class WithoutDatabase:
    """Raises QueryBlockedError instead of sending a statement or opening a connection, on every alias.

    A class and not a generator, because it is entered for every view.
    """

    __slots__ = ("_blocked", "_closed")

    def __init__(self) -> None:
        self._blocked: list[Any] = []
        self._closed: list[Any] = []

    def __enter__(self) -> None:
        for connection in connections.all():
            # Whoever asks in the middle of another question is inside its block already.
            if _refuse in connection.execute_wrappers:
                continue
            connection.execute_wrappers.append(_refuse)
            self._blocked.append(connection)
            if connection.connection is None:
                connection.connect = _refuse  # type: ignore[method-assign]
                self._closed.append(connection)

    def __exit__(self, *_: object) -> None:
        for connection in self._closed:
            del connection.connect
        for connection in self._blocked:
            connection.execute_wrappers.remove(_refuse)


def quietly(ask: Callable[[], T]) -> T | None:
    """Return what `ask` returns, or None when it raises anything or wants the database."""
    try:
        with WithoutDatabase():
            return ask()
    # Project code may raise anything, and a class that cannot be asked only lowers the evidence.
    except Exception:
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
