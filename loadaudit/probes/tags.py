"""Lets statements carry their operation as a comment, for the database's own views and logs; only with --tag-sql."""

import re
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from loadaudit.probes.recorder import current

_UNSAFE = re.compile(r"[^\w /<>:.,()|?+^$-]|\*/|/\*")
"""What could end the comment, or be taken for a parameter."""
_TAG = re.compile(r"/\* loadaudit: (.+?) \*/")
_UID = "loadaudit-tags"


class TagProbe:
    """Wraps every connection, innermost, so that statements are recorded without the comment."""

    def __init__(self) -> None:
        self._installed = False
        self._wrapped: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()

    def install(self) -> None:
        """Wrap connections that are open and those that will be; a second call does nothing."""
        if self._installed:
            return
        self._installed = True
        connection_created.connect(self._wrap, dispatch_uid=_UID)
        for connection in connections.all(initialized_only=True):
            self._wrap(connection=connection)

    def restore(self) -> None:
        """Unwrap them; a second call does nothing."""
        if not self._installed:
            return
        self._installed = False
        connection_created.disconnect(dispatch_uid=_UID)
        for connection in list(self._wrapped):
            if tag_statement in connection.execute_wrappers:
                connection.execute_wrappers.remove(tag_statement)
        self._wrapped.clear()

    def _wrap(self, *, connection: BaseDatabaseWrapper, **_: Any) -> None:
        if tag_statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(tag_statement)
            self._wrapped.add(connection)


def tag_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute one statement, with the operation behind it once the request has been resolved."""
    recorder = current()
    if recorder is not None and recorder.route and type(sql) is str:
        sql = f"{sql} {_comment(recorder.method, recorder.route)}"
    return execute(sql, params, many, context)


def tagged_operation(sql: str) -> str:
    """Return the operation that a statement carries, or empty; what the comment cannot hold stands there as `_`."""
    found = _TAG.search(sql)
    return found[1] if found else ""


@lru_cache(maxsize=4_096)
def _comment(method: str, route: str) -> str:
    return f"/* loadaudit: {_UNSAFE.sub('_', f'{method} {route}')} */"
