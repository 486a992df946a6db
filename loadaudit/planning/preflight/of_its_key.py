"""Rows that a key is good for: what was in an address which it has opened goes first in its other addresses."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from django.urls import Resolver404

from loadaudit.planning.neighbours import GENERIC
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.resolving import match_at
from loadaudit.records import Identity, Operation, PlannedPath


@dataclass(slots=True, kw_only=True)
class RowsOfKeys:
    """Values of addresses that keys have opened, by role and by the name of the parameter."""

    _opened: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, one: Try) -> None:
        """Remember the values of an address that has worked with a key."""
        if one.identity.keyed:
            self._opened[one.identity.role] = {**_values(one.path.path), **self._opened.get(one.identity.role, {})}

    def first(self, operation: Operation, identity: Identity, paths: Sequence[PlannedPath]) -> list[PlannedPath]:
        """Return addresses for an identity, before them one with the values that its key has opened elsewhere.

        A key of one tenant is turned away from the rows of all others.
        """
        opened = self._opened.get(identity.role, {})
        named = [one.name for one in operation.parameters if one.name in opened]
        before = _values(paths[0].path) if paths and named else {}
        if not named or not before.keys() >= {*named}:
            return [*paths]
        path, _, query = paths[0].path.partition("?")
        path, done = f"{path}/", ""
        for name in named:
            # In the order of the address: two values of it may be alike.
            above, found, path = path.partition(f"/{before[name]}/")
            if not found:
                return [*paths]
            done, path = f"{done}{above}/{opened[name]}", f"/{path}"
        path = f"{done}{path}"
        text = "?".join(filter(None, (path.removesuffix("/"), query)))
        return [replace(paths[0], path=text), *(one for one in paths if one.path != text)]


def _values(path: str) -> Mapping[str, str]:
    """Return the values of an address, by names that mean the same in other addresses."""
    with suppress(Resolver404):
        found = {name: str(value) for name, value in match_at(path).kwargs.items() if name not in GENERIC}
        return {name: value for name, value in found.items() if f"/{value}/" in f"{path}/"}
    return {}
