"""The body of an operation and how it is known."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from pathlib import Path

from loadaudit.inventory.bodies import openapi
from loadaudit.inventory.bodies.admin import admin_body
from loadaudit.inventory.bodies.assembled import body_from, is_by_class
from loadaudit.inventory.bodies.documented import with_document
from loadaudit.inventory.bodies.drf import documented_body, is_drf, standard_body
from loadaudit.inventory.bodies.generic import generic_body
from loadaudit.inventory.bodies.named import named_body
from loadaudit.inventory.bodies.ninja import ninja_body
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.reader import read_view
from loadaudit.inventory.bodies.resources import resource_body
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import Body, BodyKind

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NOTHING: Mapping[str, object] = {}
_NO_BODY = Body()
"""That of most operations."""


class _Key:
    """A view as a key of the cache: two that were unwrapped alike are the same."""

    __slots__ = ("parts", "view")

    def __init__(self, view: Unwrapped) -> None:
        self.view = view
        self.parts: tuple[Hashable, ...] = (
            view.view_class or view.target,
            view.wrappers,
            frozenset(view.actions.items()) if view.actions else (),
            # The views are kept alive by the cache, and so are their values: an id is theirs alone.
            frozenset([(name, id(value)) for name, value in view.initkwargs.items()]) if view.initkwargs else (),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


def body_of(
    view: Unwrapped,
    method: str,
    route: str = "",
    document: Path | None = None,
    handed: Mapping[str, object] = _NOTHING,
) -> Body:
    """Return what the view wants in the body of a request with `method`.

    `document` is the project's OpenAPI document, None to look where projects keep it; `handed` is what the route
    hands over beside its parameters, of which classes count: forms, serializers, models.
    """
    if method in _BODILESS:
        return _NO_BODY
    classes = tuple([(name, value) for name, value in handed.items() if isinstance(value, type)]) if handed else ()
    found, by_class = _of_view(_Key(view), method, classes)
    documented = openapi.documented_body(document, route, method) if route else None
    if by_class:
        return with_document(found, documented)
    # A document that knows of no body may only be incomplete.
    return documented if documented is not None and documented.kind is not BodyKind.NONE else found


@lru_cache(maxsize=1024)
def _of_view(key: _Key, method: str, handed: tuple[tuple[str, type], ...]) -> tuple[Body, bool]:
    """Return the body that the code tells, and whether classes and not single keys tell it."""
    view = key.view
    found, by_class = quietly(lambda: _read(view, method, handed)) or (_NO_BODY, False)
    described = quietly(lambda: documented_body(view, method)) if is_drf(view) else None
    if described is None:
        return found, by_class
    return (with_document(found, described) if by_class else described), True


def _standard(view: Unwrapped, method: str) -> Body | None:
    """Return the body of a framework's own view, which its classes tell without a look at any source."""
    if view.view_class is None:
        return admin_body(view)
    return standard_body(view, method) if is_drf(view) else generic_body(view, method)


def _read(view: Unwrapped, method: str, handed: tuple[tuple[str, type], ...]) -> tuple[Body, bool]:
    if view.path_view is not None:
        found = ninja_body(view, method)
        return found, True
    standard = _standard(view, method) or resource_body(view, method)
    if standard is not None:
        return standard, True
    reading, readable = read_view(view, method, dict(handed))
    found = body_from(reading, readable=readable)
    named = named_body(view, method) if found.kind is BodyKind.NONE else None
    return named or found, is_by_class(reading)
