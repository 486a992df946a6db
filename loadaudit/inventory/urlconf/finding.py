"""The pattern that answers a path, as Django finds it, without trying every pattern of a large URLconf."""

from collections.abc import Iterator, Sequence
from heapq import merge
from operator import itemgetter

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

_Entry = tuple[int, URLPattern | URLResolver]


class PatternFinder:
    """Looks paths up in one URLconf: only patterns that can begin with the path's next segment are tried, in order."""

    def __init__(self, urlconf: str | None = None) -> None:
        self._root = get_resolver(urlconf)
        self._indexes: dict[int, _Index] = {}

    def route(self, path: str) -> str | None:
        """Return what `ResolverMatch.route` is for the path, or None where Django would raise Resolver404."""
        return self._route(self._root, path)

    def _route(self, resolver: URLResolver, path: str) -> str | None:
        match = resolver.pattern.match(path)
        if not match:
            return None
        rest = match[0]
        index = self._indexes.get(id(resolver))
        if index is None:
            index = self._indexes[id(resolver)] = _Index(resolver.url_patterns)
        for entry in index.candidates(rest):
            below = self._below(entry, rest)
            if below is not None:
                # As URLResolver.resolve joins them: only the route of an include has something in front.
                prefix = "" if isinstance(entry, URLPattern) else str(entry.pattern)
                return prefix + below.removeprefix("^") if prefix else below
        return None

    def _below(self, entry: URLPattern | URLResolver, path: str) -> str | None:
        if isinstance(entry, URLResolver) and type(entry).resolve is URLResolver.resolve:
            return self._route(entry, path)
        try:
            found = entry.resolve(path)
        except Resolver404:
            return None
        return (found.route or "") if found else None


class _Index:
    """The patterns of one resolver by the whole first segment that they begin with, and those without one."""

    def __init__(self, patterns: Sequence[URLPattern | URLResolver]) -> None:
        self._by_segment: dict[str, list[_Entry]] = {}
        self._others: list[_Entry] = []
        for position, entry in enumerate(patterns):
            segment = _first_segment(entry)
            kept = self._others if segment is None else self._by_segment.setdefault(segment, [])
            kept.append((position, entry))

    def candidates(self, path: str) -> Iterator[URLPattern | URLResolver]:
        """Yield the patterns that may match, in the order of the URLconf."""
        head, slash, _ = path.partition("/")
        found = self._by_segment.get(head + slash, ())
        return (entry for _, entry in merge(found, self._others, key=itemgetter(0)))


def _first_segment(entry: URLPattern | URLResolver) -> str | None:
    """Return the text up to the first slash that each path of a pattern begins with, if there is one.

    Only of `path()` patterns that are plain text: a regular expression may match anything, and a translation changes.
    """
    route = getattr(entry.pattern, "_route", None)
    if type(entry.pattern) is not RoutePattern or not isinstance(route, str):
        return None
    head, slash, _ = route.partition("<")[0].partition("/")
    return head + slash if slash else None
