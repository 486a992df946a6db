"""The callables of URLconfs, each looked at once however many routes lead to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from loadaudit.errors import RAISED, named
from loadaudit.inventory.methods.answered import Methods, methods_of
from loadaudit.inventory.methods.given import Given, given_by
from loadaudit.inventory.source.assigned import with_assigned_actions
from loadaudit.inventory.source.identity import Identity, evidence_of, identity_by_kind, identity_of
from loadaudit.inventory.source.routed import with_routed_class
from loadaudit.inventory.source.same import is_same_view, made_of
from loadaudit.inventory.source.unwrap import Unwrapped, unwrap
from loadaudit.inventory.urlconf.routes import RoutedEndpoint
from loadaudit.records import Evidence

_Fact = TypeVar("_Fact")

_UNREAD_METHODS = Methods(answered=(("GET", Evidence.ASSUMED),))


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """What is known of a URLconf's callable, read once however many routes lead to it."""

    callback: Callable[..., Any]
    """The first of the callables that do the same."""
    unwrapped: Unwrapped
    identity: Identity
    evidence: Evidence
    """Of the identity."""
    failures: dict[str, str] = field(default_factory=dict)
    """Facts that could not be read → the error."""
    _methods: dict[Given | None, Methods] = field(default_factory=dict)

    def methods_of(self, one: RoutedEndpoint) -> Methods:
        """Return the methods behind one route."""
        return self.methods(self.given_to(one))

    def given_to(self, one: RoutedEndpoint) -> Given | None:
        """Return what the route hands to the view, where the view refuses methods by that; None where routes agree."""
        shared = self.methods(None)
        if not shared.deciding:
            return None
        return self.read("methods", None, given_by, one, self.unwrapped, shared.deciding)

    def methods(self, given: Given | None) -> Methods:
        """Return the methods, read at the first question: with what else is read of the source."""
        found = self._methods.get(given)
        if found is None:
            found = self.read("methods", _UNREAD_METHODS, methods_of, self.unwrapped, given)
            self._methods[given] = found
        return found

    def read(self, fact: str, default: _Fact, reader: Callable[..., _Fact], *arguments: Any) -> _Fact:
        """Return what the reader finds, or the default: one view beyond the reader must not cost the inventory."""
        try:
            return reader(*arguments)
        except RAISED as error:
            self.failures.setdefault(fact, named(error))
            return default


@dataclass(slots=True)
class Views:
    """The views of all URLconfs by the identity of their callables, which the endpoints keep alive."""

    known: dict[int, View] = field(default_factory=dict)
    _made: dict[int, View] = field(default_factory=dict)
    """Views that `as_view()` makes anew each time it is called."""

    def of(self, one: RoutedEndpoint) -> View:
        """Return the view behind an endpoint."""
        callback = one.endpoint.callback
        known = self.known.get(id(callback))
        if known is None:
            known = self.known[id(callback)] = self._made_alike(callback) or _read(callback)
        return known

    def _made_alike(self, callback: Callable[..., Any]) -> View | None:
        made = made_of(callback)
        if made is None:
            return None
        first = self._made.get(made)
        if first is None:
            first = self._made[made] = _read(callback)
        return first if is_same_view(callback, first.callback) else None


def _read(callback: Callable[..., Any]) -> View:
    try:
        return _looked_into(callback)
    except RAISED as error:  # what a decorator or a class holds is the project's own code, and may refuse to be read
        view = View(
            callback=callback,
            unwrapped=Unwrapped(target=callback),
            identity=identity_by_kind(callback),
            evidence=Evidence.ASSUMED,
        )
        view.failures["view"] = named(error)
        return view


def _looked_into(callback: Callable[..., Any]) -> View:
    unwrapped = with_routed_class(with_assigned_actions(unwrap(callback)))
    return View(
        callback=callback,
        unwrapped=unwrapped,
        identity=identity_of(unwrapped),
        evidence=evidence_of(callback, unwrapped),
    )
