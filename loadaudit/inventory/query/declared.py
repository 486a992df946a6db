"""Query parameters that classes declare: filters, search, order and pages of DRF and ListView, schemas of ninja."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.fields.annotated import of_pydantic_field
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.ways import names_on_the_way
from loadaudit.records import BodyField

_PAGING = "paginate_queryset"
_LISTING = frozenset({_PAGING, "list"})
"""Names that a handler of DRF uses if it answers a list."""
_PAGES: tuple[tuple[str, str], ...] = (
    ("page_query_param", "integer"),
    ("page_size_query_param", "integer"),
    ("limit_query_param", "integer"),
    ("offset_query_param", "integer"),
    ("cursor_query_param", "string"),
)
"""Attributes of DRF's paginators that name a parameter, and its type."""


def of_path_view(path_view: Any, method: str) -> Iterator[BodyField]:
    """Yield what a django-ninja operation takes from the query."""
    for operation in path_view.operations:
        if method in operation.methods:
            for model in getattr(operation, "models", ()):
                if getattr(model, "__ninja_param_source__", "") == "query":
                    for name, info in model.__pydantic_fields__.items():
                        found = of_pydantic_field(name, info)
                        yield from found.fields or (found,)


@lru_cache(maxsize=1024)
def of_class(view_class: type, handler: str) -> tuple[BodyField, ...]:
    """Return what the handler of a class reads by way of its framework."""
    backends = getattr(view_class, "filter_backends", None)
    found: list[BodyField] = []
    if isinstance(backends, (list, tuple)):
        layers = layers_of_method(getattr(view_class, handler, None))
        if not (layers and _LISTING & mentioned(layers[-1].__code__)):
            # A row is looked up behind the same filters, but nobody asks for it so.
            return ()
        for backend in backends:
            found += _of_backend(backend, view_class)
        found += _of_paginator(getattr(view_class, "pagination_class", None))
    elif getattr(view_class, "paginate_by", None) and _PAGING in names_on_the_way(view_class, handler):
        found.append(BodyField(name=str(getattr(view_class, "page_kwarg", "page")), type="integer"))
    return tuple(found)


def _of_paginator(paginator: Any) -> Iterator[BodyField]:
    for attribute, kind in _PAGES:
        name = getattr(paginator, attribute, None)
        if isinstance(name, str) and name:
            yield BodyField(name=name, type=kind)


def _of_backend(backend: Any, view_class: type) -> Iterable[BodyField]:
    names = {base.__name__ for base in getattr(backend, "__mro__", ())}
    if "SearchFilter" in names and getattr(view_class, "search_fields", None):
        return [BodyField(name=str(getattr(backend, "search_param", "search")))]
    if "OrderingFilter" in names:
        fields = getattr(view_class, "ordering_fields", None)
        listed = fields if isinstance(fields, (list, tuple)) else ()
        choices = tuple(one for one in listed if isinstance(one, str))
        return [BodyField(name=str(getattr(backend, "ordering_param", "ordering")), choices=choices)]
    return [BodyField(name=one, type="any") for one in _filters(view_class)] if "DjangoFilterBackend" in names else ()


def _filters(view_class: type) -> Iterator[str]:
    """Yield the parameters of django-filter: of a FilterSet, or of the fields that the view lists."""
    declared = getattr(getattr(view_class, "filterset_class", None), "base_filters", None)
    fields = getattr(view_class, "filterset_fields", None)
    # Look-ups are often written as sets, whose order is another one in each process.
    if isinstance(declared, Mapping):
        yield from sorted(declared)
    elif isinstance(fields, Mapping):
        for name, lookups in fields.items():
            yield from (name if lookup == "exact" else f"{name}__{lookup}" for lookup in sorted(lookups))
    elif isinstance(fields, (list, tuple)):
        yield from (one for one in fields if isinstance(one, str))
