"""The resolver tree as a flat list of endpoints, in the order in which Django tries them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RoutePattern
from django.utils import translation

from loadaudit.inventory.urlconf.failures import where_raised
from loadaudit.records import Problem

LANGUAGE_PLACEHOLDER = "<language>/"


class PartKind(Enum):
    """How one part of a joined pattern is written."""

    PATH = "path"
    REGEX = "regex"
    LANGUAGE = "language"
    OPTIONAL_LANGUAGE = "optional language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One pattern of the chain from the root to an endpoint."""

    kind: PartKind
    text: str
    """In the project's default language, where it is translated."""
    source: Any = field(compare=False)
    """Django's pattern object."""
    translated: bool = False

    @property
    def is_language(self) -> bool:
        """Whether the part is the prefix of `i18n_patterns`."""
        return self.kind in (PartKind.LANGUAGE, PartKind.OPTIONAL_LANGUAGE)


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

    @property
    def raw(self) -> str:
        """The joined pattern as `ResolverMatch.route` writes it, with `<language>/` for a language prefix."""
        return join_raw(part.text for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Every endpoint of a URLconf, and the includes that could not be read."""

    endpoints: tuple[Endpoint, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Branch:
    """What the resolvers above a pattern contribute to it."""

    parts: tuple[Part, ...] = ()
    namespaces: tuple[str, ...] = ()
    app_names: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    module: str = ""


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
    return Walk(endpoints=endpoints, problems=tuple(problems))


def _walk_patterns(patterns: Any, branch: _Branch, problems: list[Problem]) -> Iterator[Endpoint]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield _endpoint(pattern, branch)
        elif isinstance(pattern, URLResolver) or hasattr(pattern, "url_patterns"):
            yield from _walk_resolver(pattern, branch, problems)


def _walk_resolver(resolver: URLResolver, branch: _Branch, problems: list[Problem]) -> Iterator[Endpoint]:
    parts = (*branch.parts, _part(resolver.pattern))
    try:
        patterns = list(resolver.url_patterns)
    except Exception as error:
        file, line = where_raised(error)
        problems.append(
            Problem(
                code="import_error",
                route="/" + join_raw(part.text for part in parts),
                detail=f"{type(error).__name__}: {error}",
                file=file,
                line=line,
            )
        )
        return
    namespace, app_name = resolver.namespace, resolver.app_name
    below = _Branch(
        parts=parts,
        namespaces=(*branch.namespaces, namespace) if namespace else branch.namespaces,
        app_names=(*branch.app_names, app_name) if app_name else branch.app_names,
        defaults={**branch.defaults, **resolver.default_kwargs},
        module=_module_name(resolver, branch.module),
    )
    yield from _walk_patterns(patterns, below, problems)


def _endpoint(pattern: URLPattern, branch: _Branch) -> Endpoint:
    name = pattern.name or ""
    return Endpoint(
        parts=(*branch.parts, _part(pattern.pattern)),
        callback=pattern.callback,
        name=":".join((*branch.namespaces, name)) if name else "",
        namespaces=branch.namespaces,
        app_names=branch.app_names,
        default_args={**branch.defaults, **pattern.default_args},
        module=branch.module,
    )


def _part(pattern: Any) -> Part:
    if isinstance(pattern, LocalePrefixPattern):
        kind = PartKind.LANGUAGE if pattern.prefix_default_language else PartKind.OPTIONAL_LANGUAGE
        return Part(kind=kind, text=LANGUAGE_PLACEHOLDER, source=pattern)
    written: object
    if isinstance(pattern, RoutePattern):
        kind, written = PartKind.PATH, getattr(pattern, "_route", "")
    else:
        kind, written = PartKind.REGEX, getattr(pattern, "_regex", "")
    return Part(kind=kind, text=str(pattern), source=pattern, translated=not isinstance(written, str))


def _module_name(resolver: Any, above: str) -> str:
    module = resolver.urlconf_name
    if isinstance(module, str):
        return module
    return module.__name__ if isinstance(module, ModuleType) else above
