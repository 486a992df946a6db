"""Names of a load test to operations: by the operator's word, the resolver, or shape; never by a guess."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from loadaudit.importers.shapes import (
    CONCRETE,
    Segment,
    breadth,
    could_stand_for,
    distance,
    has_placeholders,
    path_segments,
    prefix_distance,
    reads_a_word_as_value,
    route_segments,
)
from loadaudit.records import Match, Operation

Resolver = Callable[[str], str | None]
"""A path → the inventory's route that answers it, or None."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})

_CANDIDATES = 5
_WORD = re.compile(r"[a-z0-9]{3,}")
_NOISE = frozenset({"api", "get", "post", "put", "patch", "delete", "page", "http", "https", "the", "and", "view"})

Mapped = Mapping[str, str | None]
"""Label or name → operation id, None: none of the project's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The operation of a name, or those that it may be."""

    operation_id: str = ""
    match: Match = Match.NONE
    candidates: tuple[str, ...] = ()


class Names:
    """Finds the operations of names. Each name is looked for once."""

    def __init__(self, operations: Iterable[Operation], resolve: Resolver, mapping: Mapped) -> None:
        self._operations = {one.id: one for one in operations}
        self._routes = {key: route_segments(one.route) for key, one in self._operations.items()}
        self._words = {key: _words(f"{one.route} {one.name}") for key, one in self._operations.items()}
        self._by_url_name: dict[tuple[str, str], list[str]] = {}
        for one in self._operations.values():
            if one.name:
                self._by_url_name.setdefault((one.method, one.name), []).append(one.id)
        self._resolve = resolve
        self._mapping = mapping
        self._found: dict[tuple[str, str], Found] = {}

    @property
    def fixed_numbers(self) -> frozenset[str]:
        """Segments of routes that are numbers and no parameters, as in `/errors/404/`."""
        segments = (segment for route in self._routes.values() for segment in route)
        return frozenset(one.text for one in segments if one.is_literal and one.text.isdigit())

    def find(self, method: str, name: str) -> Found:
        """Return the operation that a load test calls `name`."""
        key = (method, name)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._look(method, name)
        return found

    def at(self, method: str, path: str) -> str:
        """Return the id of the operation that answers a real path, or empty."""
        route = self._resolve(path)
        operation_id = f"{method} {route}"
        return operation_id if route is not None and operation_id in self._operations else ""

    def _look(self, method: str, name: str) -> Found:
        for key in (f"{method} {name}".strip(), name):
            if key in self._mapping:
                target = self._mapping[key]
                return Found(operation_id=target or "", match=Match.MAPPED if target else Match.IGNORED)
        method, name = _method_and_name(method, name)
        if f"{method} {name}" in self._operations:
            return Found(operation_id=f"{method} {name}", match=Match.EXACT)
        named = self._by_url_name.get((method, name), [])
        if len(named) == 1:
            return Found(operation_id=named[0], match=Match.EXACT)
        path = _path_of(name)
        found = self._look_at_path(method, path) if path else Found()
        return found if found.operation_id or found.candidates else Found(candidates=self._alike(method, name))

    def _look_at_path(self, method: str, path: str) -> Found:
        if not has_placeholders(path):
            answering = self.at(method, path)
            if answering and not self._operations[answering].catch_all:
                return Found(operation_id=answering, match=Match.RESOLVED)
        segments = path_segments(path)
        near = self._near(method, segments, distance)
        if near:
            return _settled(near, Match.SHAPE)
        far = self._near(method, segments, prefix_distance)
        sure = [one for one in far if not reads_a_word_as_value(segments, self._routes[one[1]])]
        if sure:
            return _settled([one for one in sure if one[0] < CONCRETE] or sure, Match.PREFIX)
        if far:
            return Found(candidates=tuple(key for _, key in far[:_CANDIDATES]))
        possible = sorted(key for key, route in self._routes.items() if could_stand_for(segments, route))
        same = [key for key in possible if self._operations[key].method == method]
        other = [key for key, route in self._routes.items() if prefix_distance(segments, route) is not None]
        return Found(candidates=tuple((same or possible or sorted(other))[:_CANDIDATES]))

    def _near(
        self,
        method: str,
        segments: tuple[Segment, ...],
        measure: Callable[[tuple[Segment, ...], tuple[Segment, ...]], int | None],
    ) -> list[tuple[int, str]]:
        """Return the operations with this method that fit, the nearest first."""
        fitting = []
        for key, route in self._routes.items():
            if self._operations[key].method == method and (far := measure(segments, route)) is not None:
                fitting.append((far, key))
        return sorted(fitting)

    def _alike(self, method: str, name: str) -> tuple[str, ...]:
        """Return operations that share words with a name, the most alike first."""
        words = _words(name)
        scored = []
        for key, own in self._words.items():
            shared = len(words & own)
            if shared:
                other_method = method in METHODS and self._operations[key].method != method
                scored.append((other_method, -shared, len(own), key))
        best = sorted(scored)
        return tuple(key for other, shared, _size, key in best if (other, shared) == best[0][:2])[:_CANDIDATES]


class RouteResolver:
    """Resolves paths by the routes of a saved inventory: the most fixed one, at last one whose end takes any path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._routes = {one.route: route_segments(one.route) for one in operations}

    def __call__(self, path: str) -> str | None:
        """Return the route of a path: the only one that fits, or the one with the fewest parameters."""
        segments = path_segments(path)
        slash = path.endswith("/")
        fitting = [
            # Of two that take the value the narrower one comes first in the URLconf: else nothing would ever reach it.
            (route.endswith("/") != slash, far, breadth(own), route)
            for route, own in self._routes.items()
            if (far := distance(segments, own)) is not None
        ]
        if not fitting:
            fitting = [
                (False, -len(own), 0, route)
                for route, own in self._routes.items()
                if own and own[-1].converters == ("path",) and distance(segments[: len(own)], own) is not None
            ]
        return min(fitting)[-1] if fitting else None


def _settled(fitting: list[tuple[int, str]], match: Match) -> Found:
    """Return the nearest; several equally near ones are candidates."""
    best = [key for far, key in fitting if far == fitting[0][0]]
    if len(best) == 1:
        return Found(operation_id=best[0], match=match)
    return Found(candidates=tuple(best[:_CANDIDATES]))


def _method_and_name(method: str, name: str) -> tuple[str, str]:
    """Return both; a method in front of the name counts where the tool's type is none, or says the same."""
    method, name = method.upper(), name.strip()
    first, _space, rest = name.partition(" ")
    if first in METHODS and rest.lstrip().startswith("/") and (method == first or method not in METHODS):
        return first, rest.strip()
    return method, name


def _path_of(name: str) -> str:
    """Return the path of a name that is a path or an address, else empty."""
    if name.startswith(("http://", "https://")):
        name = urlsplit(name).path or "/"
    return re.split(r"[?#]", name, maxsplit=1)[0] if name.startswith("/") else ""


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _NOISE
