"""Asks a project's classes for their fields without letting them reach the database, whatever they try."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn, TypeVar

from django.db import connections
from django.http import HttpRequest

T = TypeVar("T")


class QueryBlockedError(Exception):
    """A class wanted to ask the database for its fields."""


@contextmanager
def without_database() -> Iterator[None]:
    """Raise QueryBlockedError instead of sending a statement or opening a connection, on every alias."""
    with ExitStack() as stack:
        for connection in connections.all():
            # Whoever asks in the middle of another question is inside its block already.
            if _refuse not in connection.execute_wrappers:
                stack.enter_context(connection.execute_wrapper(_refuse))
                if connection.connection is None:
                    stack.enter_context(_not_connecting(connection))
        yield


def quietly(ask: Callable[[], T]) -> T | None:
    """Return what `ask` returns, or None when it raises anything or wants the database."""
    try:
        with without_database():
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


@contextmanager
def _not_connecting(connection: Any) -> Iterator[None]:
    connection.connect = _refuse
    try:
        yield
    finally:
        del connection.connect
