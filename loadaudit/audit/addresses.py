"""URL names and paths to operations, for code that a person wrote."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from django.urls import resolve, reverse
from django.utils.translation import get_language, get_language_from_path, override

from loadaudit.errors import RAISED, said_by
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.values import fill
from loadaudit.records import Operation

_METHOD = re.compile(r"^[A-Z]+ (?=/)")
"""Before the route in an id."""

_HOST = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Addresses:
    """URL names and paths to operations, by the project's own resolver."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._index = RouteIndex.from_urlconf(None)
        self._names = sorted({one.name for one in operations if one.name})

    def address(self, view: str, kwargs: Mapping[str, object]) -> str:
        """Return the path of a view by its name, route or id. Raises LookupError where there is none."""
        view = _METHOD.sub("", view)
        if _HOST.match(view):
            raise LookupError(f"{view!r} has a host: a scenario sends to the target only, so write the path alone")
        if view.startswith("/"):
            return _filled(view, kwargs) if "<" in view.partition("?")[0] else view
        try:
            return reverse(view, kwargs=dict(kwargs))
        except RAISED as error:  # there is none, or a converter of the project's own fails
            close = get_close_matches(view, self._names, n=1)
            known = view in self._names
            hint = f" Did you mean {close[0]!r}?" if close and not known else ""
            raise LookupError(f"{said_by(error)}{hint}") from error

    def operation_of(self, method: str, path: str) -> str:
        """Return the id of the operation that a request is."""
        plain = path.partition("?")[0]
        try:
            # i18n_patterns match the language that is active, and that is the address's own.
            with override(get_language_from_path(plain) or get_language()):
                return f"{method} {self._index.route_of(resolve(plain))}"
        except RAISED:  # as above
            return f"{method} {plain}"


def _filled(route: str, kwargs: Mapping[str, object]) -> str:
    try:
        return fill(route, kwargs)
    except KeyError as error:
        raise LookupError(f"{route} wants a value for its parameter {error}") from error
