"""The resolver tree as a flat list of endpoints, in the order in which Django tries them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from types import ModuleType
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern
from django.utils import translation

from loadaudit.errors import named
from loadaudit.inventory.urlconf.failures import where_raised
from loadaudit.inventory.urlconf.holes import Hole
from loadaudit.inventory.urlconf.later import adding_functions, own_patterns_of
from loadaudit.inventory.urlconf.places import place_of
from loadaudit.records import Problem
from loadaudit.records.making import quickly_made

LANGUAGE_PLACEHOLDER = "<language>/"
MAX_DEPTH = 64
"""Includes inside each other; whatever is deeper makes its patterns anew each time it is asked."""

_LATER = "listed are those of now; what is added later, such as by the first request, is missing."


class PartKind(Enum):
    """How one part of a joined pattern is written."""

    PATH = "path"
    REGEX = "regex"
    LANGUAGE = "language"
    OPTIONAL_LANGUAGE = "optional language"


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One pattern of the chain from the root to an endpoint."""

    kind: PartKind
    text: str
    """In the project's default language, where it is translated."""
    source: Any = field(compare=False)
    """Django's pattern object."""
    translated: bool = False
    """The text is not a plain string: it may differ from language to language."""
    module: str = field(default="", compare=False)
    """Module of the URLconf that lists it, for messages."""

    @property
    def is_language(self) -> bool:
        """Whether the part is the prefix of `i18n_patterns`."""
        return self.kind in (PartKind.LANGUAGE, PartKind.OPTIONAL_LANGUAGE)


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One pattern of the URLconf that leads to a view."""

    parts: tuple[Part, ...]
    callback: Callable[..., Any]
    name: str
    """URL name with its namespaces, or empty."""
    namespaces: tuple[str, ...]
    app_names: tuple[str, ...]
    default_args: Mapping[str, Any]
    module: str
    """Module of the URLconf that lists it, for messages."""
    by_django: bool = True
    """Matched by Django's own rules: no pattern or resolver above it has a `match` or `resolve` of its own."""

    @property
    def raw(self) -> str:
        """The joined pattern as `ResolverMatch.route` writes it, with `<language>/` for a language prefix."""
        return join_raw(part.text for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Every endpoint of a URLconf, and the includes that could not be read."""

    endpoints: tuple[Endpoint, ...]
    problems: tuple[Problem, ...]

    @property
    def has_holes(self) -> bool:
        """Whether an include could not be imported."""
        return any(one.code == "import_error" for one in self.problems)


@dataclass(frozen=True, slots=True)
class _Branch:
    """What the resolvers above a pattern contribute to it."""

    parts: tuple[Part, ...] = ()
    namespaces: tuple[str, ...] = ()
    app_names: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    module: str = ""
    by_django: bool = True
    above: tuple[int, ...] = ()
    """Identities of the resolvers, so that an include of itself ends."""


def join_raw(texts: Iterator[str]) -> str:
    """Join patterns as `URLResolver._join_route` does: a later one loses its leading `^`."""
    joined = ""
    for text in texts:
        joined = joined + text.removeprefix("^") if joined else text
    return joined


def walk(urlconf: str | None = None) -> Walk:
    """Return the endpoints of `urlconf` (default: ROOT_URLCONF).

    Whatever importing the root raises passes through; an include that fails on its own is a problem.
    """
    problems: list[Problem] = []
    resolver = get_resolver(urlconf)
    # Translated routes are written in the default language, so that an id does not depend on who asks.
    with translation.override(settings.LANGUAGE_CODE):
        branch = _Branch(module=_module_name(resolver, ""))
        endpoints = tuple(_walk_patterns(resolver.url_patterns, branch, problems))
    problems += _added_later({branch.module, *(one.module for one in endpoints)})
    return Walk(endpoints=endpoints, problems=tuple(problems))


def _added_later(modules: set[str]) -> Iterator[Problem]:
    for function in adding_functions(sorted(modules)):
        code, name = function.__code__, f"{function.__module__}.{function.__qualname__}"
        yield Problem(
            code="dynamic",
            route="/",
            detail=f"{name} changes urlpatterns when it is called: {_LATER}",
            file=code.co_filename,
            line=code.co_firstlineno,
        )


def _walk_patterns(patterns: Any, branch: _Branch, problems: list[Problem]) -> Iterator[Endpoint]:
    for pattern in patterns:
        # By shape, because frameworks bring patterns and resolvers that inherit from neither class.
        if isinstance(pattern, URLResolver) or hasattr(pattern, "url_patterns"):
            yield from _walk_resolver(pattern, branch, problems)
        elif isinstance(pattern, URLPattern) or (hasattr(pattern, "callback") and hasattr(pattern, "pattern")):
            yield _endpoint(pattern, branch)
        else:
            problems.append(_unknown(pattern, branch))


def _walk_resolver(resolver: Any, branch: _Branch, problems: list[Problem]) -> Iterator[Endpoint]:
    pattern = getattr(resolver, "pattern", None)
    parts = branch.parts if pattern is None else (*branch.parts, _part(pattern, branch.module))
    if id(resolver) in branch.above or len(branch.above) > MAX_DEPTH:
        problems.append(_problem("recursive", parts, "The include contains itself; its routes are listed once."))
        return
    try:
        included = getattr(resolver, "urlconf_name", None)
        if isinstance(included, Hole):
            raise included.error
        patterns = list(resolver.url_patterns)
    except Exception as error:
        problems.append(_problem("import_error", parts, named(error), where_raised(error)))
        return
    if (own := own_patterns_of(resolver)) and not any(own in one.detail for one in problems if one.code == "dynamic"):
        problems.append(_problem("dynamic", parts, f"{own} decides itself which patterns it has: {_LATER}"))
    namespace, app_name = getattr(resolver, "namespace", None), getattr(resolver, "app_name", None)
    below = _Branch(
        parts=parts,
        namespaces=(*branch.namespaces, namespace) if namespace else branch.namespaces,
        app_names=(*branch.app_names, app_name) if app_name else branch.app_names,
        defaults={**branch.defaults, **(getattr(resolver, "default_kwargs", None) or {})},
        module=_module_name(resolver, branch.module),
        by_django=branch.by_django and _matches_by_django(resolver),
        above=(*branch.above, id(resolver)),
    )
    yield from _walk_patterns(patterns, below, problems)


def _endpoint(pattern: Any, branch: _Branch) -> Endpoint:
    name = getattr(pattern, "name", None) or ""
    return Endpoint(
        parts=(*branch.parts, _part(pattern.pattern, branch.module)),
        callback=pattern.callback,
        name=":".join((*branch.namespaces, name)) if name else "",
        namespaces=branch.namespaces,
        app_names=branch.app_names,
        default_args={**branch.defaults, **(getattr(pattern, "default_args", None) or {})},
        module=branch.module,
        by_django=branch.by_django and _matches_by_django(pattern),
    )


def _matches_by_django(pattern: Any) -> bool:
    kind: type = type(pattern)
    matching: type = type(pattern.pattern)
    return _is_djangos(kind, matching)


@lru_cache(maxsize=64)
def _is_djangos(kind: type, matching: type) -> bool:
    resolve: Any = URLResolver.resolve if issubclass(kind, URLResolver) else URLPattern.resolve
    return getattr(kind, "resolve", None) is resolve and any(
        getattr(matching, "match", None) is one.match for one in (RoutePattern, RegexPattern, LocalePrefixPattern)
    )


def _problem(code: str, parts: tuple[Part, ...], detail: str, place: tuple[str, int] = ("", 0)) -> Problem:
    if not place[0]:
        place = place_of(parts)
    route = "/" + join_raw(part.text for part in parts)
    return Problem(code=code, route=route, detail=detail, file=place[0], line=place[1])


def _unknown(pattern: object, branch: _Branch) -> Problem:
    what = type(pattern).__qualname__
    return _problem("unreadable", branch.parts, f"An entry is neither a URLPattern nor a URLResolver but {what}.")


def _part(pattern: Any, module: str) -> Part:
    if isinstance(pattern, LocalePrefixPattern):
        kind = PartKind.LANGUAGE if pattern.prefix_default_language else PartKind.OPTIONAL_LANGUAGE
        return Part(kind=kind, text=LANGUAGE_PLACEHOLDER, source=pattern, module=module)
    written: object
    if isinstance(pattern, RoutePattern):
        kind, written = PartKind.PATH, getattr(pattern, "_route", "")
    else:
        kind, written = PartKind.REGEX, getattr(pattern, "_regex", "")
    return Part(kind=kind, text=str(pattern), source=pattern, translated=not isinstance(written, str), module=module)


def _module_name(resolver: Any, above: str) -> str:
    module = getattr(resolver, "urlconf_name", None)
    if isinstance(module, str):
        return module
    return module.__name__ if isinstance(module, ModuleType) else above
