"""The pattern that answers a path, as Django finds it, without trying every pattern of a large URLconf."""

import re
from collections.abc import Iterator, Sequence
from heapq import merge
from operator import itemgetter

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from loadaudit.errors import RAISED

_Entry = tuple[int, URLPattern | URLResolver]
# Characters of a regular expression that stand for themselves, once: what a quantifier follows may be missing.
_BEGINNING = re.compile(r"\^((?:(?:[^\\.^$*+?{}\[\]|()]|\\[^a-zA-Z0-9])(?![*+?{]))*)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What tells a choice between whole expressions from one in a group; escapes, sets and comments only hide such signs.
_SIGNS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]|\(\?#[^)]*\)|[()|]", re.DOTALL)


class PatternFinder:
    """Looks paths up in one URLconf: only patterns whose plain beginning the path has are tried, in order."""

    def __init__(self, urlconf: str | None = None) -> None:
        self._root = get_resolver(urlconf)
        self._indexes: dict[int, _Index] = {}

    def route(self, path: str) -> str | None:
        """Return what `ResolverMatch.route` is for the path, or None where Django would find nothing."""
        try:
            return self._route(self._root, path)
        except RAISED:  # a converter of the project's own fails, an include's as well: Django tries nothing behind it
            return None

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
    """The patterns of one resolver by the plain text that each path of theirs begins with, which may be none."""

    def __init__(self, patterns: Sequence[URLPattern | URLResolver]) -> None:
        self._by_beginning: dict[str, list[_Entry]] = {}
        for position, entry in enumerate(patterns):
            self._by_beginning.setdefault(_beginning(entry), []).append((position, entry))
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def candidates(self, path: str) -> Iterator[URLPattern | URLResolver]:
        """Yield the patterns that may match, in the order of the URLconf."""
        beginnings = (path[:length] for length in self._lengths if length <= len(path))
        found = [self._by_beginning[beginning] for beginning in beginnings if beginning in self._by_beginning]
        return (entry for _, entry in merge(*found, key=itemgetter(0)))


def _beginning(entry: URLPattern | URLResolver) -> str:
    """Return the text that each path of a pattern begins with; none of a translation, which changes."""
    pattern = entry.pattern
    if type(pattern) is RoutePattern:
        route = getattr(pattern, "_route", None)
        return route.partition("<")[0] if isinstance(route, str) else ""
    regex = getattr(pattern, "_regex", None)
    return _beginning_of_regex(pattern) if type(pattern) is RegexPattern and isinstance(regex, str) else ""


def _beginning_of_regex(pattern: RegexPattern) -> str:
    """Return the characters after `^` that stand for themselves, as of the patterns of DRF's routers.

    Nothing where flags change what characters mean, or where another whole expression may match instead.
    """
    regex = pattern.regex
    found = _BEGINNING.match(regex.pattern)
    if found is None or regex.flags != re.UNICODE or _is_choice(regex.pattern):
        return ""
    return _ESCAPED.sub(r"\1", found[1])


def _is_choice(regex: str) -> bool:
    depth = 0
    for sign in _SIGNS.findall(regex):
        if sign == "|" and not depth:
            return True
        depth += (sign == "(") - (sign == ")")
    return False
