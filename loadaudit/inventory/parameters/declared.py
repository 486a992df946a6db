"""What classes declare of the rows behind their parameters: generic views, DRF's, and the admin."""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.source.expressions import returned_model
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.relations import resolve_path
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.inventory.source.ways import names_on_the_way
from loadaudit.records import Evidence

FRAMEWORKS = ("django.", "rest_framework.", "ninja.")
_MODEL_ATTRIBUTES = ("queryset", "model", "form_class", "serializer_class")
_ATTRIBUTES = frozenset(
    {"lookup_field", "lookup_url_kwarg", "pk_url_kwarg", "slug_url_kwarg", "slug_field", "parent_lookup_kwargs"}
).union(_MODEL_ATTRIBUTES)

Declared = tuple[type[models.Model], str, Evidence]


def declared_row(view: Unwrapped, method: str, name: str) -> Declared | None:
    """Return model, field and evidence of a parameter that the view's class names; None where it names none.

    Declared only where the handler of `method` looks its row up the framework's way: a list view and a CreateView
    have the same attributes, and never use them.
    """
    if view.view_class is None:
        return _of_admin(view, name)
    if view.initkwargs.keys().isdisjoint(_ATTRIBUTES):
        nested, named = _named_by_class(view.view_class, name)
    else:
        nested, named = _of_nested(view, name), _named_by(view, name)
    if nested is not None:
        return nested
    if named is None or not _looks_up(view, method):
        return None
    model, field, evidence = named
    return (model, field, evidence if _is_frameworks(view.view_class, view.handler_name(method)) else Evidence.INFERRED)


# A row has an address, and mostly four methods there.
@lru_cache(maxsize=64)
def _named_by_class(view_class: type, name: str) -> tuple[Declared | None, Declared | None]:
    view = Unwrapped(target=view_class, view_class=view_class)
    return _of_nested(view, name), _named_by(view, name)


def _named_by(view: Unwrapped, name: str) -> Declared | None:
    """Return what a parameter means to a class where a handler looks its row up the framework's way."""
    field = _field_of(_Attributes(view), name)
    model, evidence = class_model(view) if field is not None else (None, Evidence.ASSUMED)
    if model is None or field is None:
        return None
    resolved = resolve_path(model, field)
    is_sure = _is_frameworks(view.view_class, "get_object")
    return (resolved[0], resolved[1], evidence if is_sure else Evidence.INFERRED) if resolved else None


def row_of_viewset(view: Unwrapped, name: str) -> Declared | None:
    """Return what the look-up of a viewset means in an action that hands it on instead of looking the row up itself.

    A service that it calls does; the address is that of a row of the viewset all the same.
    """
    attributes = _Attributes(view)
    if view.view_class is None or not view.actions or attributes.get("lookup_field") is None:
        return None
    field, model = _field_of(attributes, name), class_model(view)[0]
    resolved = resolve_path(model, field) if model is not None and field is not None else None
    return (resolved[0], resolved[1], Evidence.INFERRED) if resolved else None


def _field_of(attributes: "_Attributes", name: str) -> str | None:
    """Return the field that the parameter is looked up by."""
    if attributes.get("lookup_field") is not None:
        lookup = str(attributes.get("lookup_field"))
        return lookup if name == (attributes.get("lookup_url_kwarg") or lookup) else None
    if name == attributes.get("pk_url_kwarg"):
        return "pk"
    if name == attributes.get("slug_url_kwarg") and attributes.get("slug_field"):
        return str(attributes.get("slug_field"))
    return None


class _Attributes:
    """Attributes of a class-based view, those given to `as_view` first."""

    def __init__(self, view: Unwrapped) -> None:
        self._view = view

    def get(self, name: str) -> Any:
        if name in self._view.initkwargs:
            return self._view.initkwargs[name]
        return getattr(self._view.view_class, name, None)


def class_model(view: Unwrapped) -> tuple[type[models.Model] | None, Evidence]:
    """Return the model of a generic or DRF view, and how it is known."""
    if view.view_class is not None and view.initkwargs.keys().isdisjoint(_MODEL_ATTRIBUTES):
        return _model_of_class(view.view_class)
    attributes = _Attributes(view)
    return _model_among({name: attributes.get(name) for name in _MODEL_ATTRIBUTES}, view.view_class)


@lru_cache(maxsize=1024)
def _model_of_class(view_class: type) -> tuple[type[models.Model] | None, Evidence]:
    return _model_among({name: getattr(view_class, name, None) for name in _MODEL_ATTRIBUTES}, view_class)


def _model_among(held: Mapping[str, Any], view_class: type | None) -> tuple[type[models.Model] | None, Evidence]:
    for name, value in held.items():
        if name == "queryset":
            value = getattr(value, "model", None)
        elif name in ("form_class", "serializer_class"):
            meta = getattr(value, "_meta", None) or getattr(value, "Meta", None)
            value = getattr(meta, "model", None)
        if isinstance(value, type) and issubclass(value, models.Model):
            is_sure = name in ("queryset", "model") and _is_frameworks(view_class, "get_queryset")
            return value, Evidence.DECLARED if is_sure else Evidence.INFERRED
    found = _model_of_get_queryset(view_class)
    return found, Evidence.INFERRED


def _is_frameworks(view_class: type | None, name: str) -> bool:
    method = getattr(view_class, name, None)
    return method is None or (getattr(method, "__module__", "") or "").startswith(FRAMEWORKS)


def _model_of_get_queryset(view_class: type | None) -> type[models.Model] | None:
    function = plain_function(getattr(view_class, "get_queryset", None))
    if function is None or _is_frameworks(view_class, "get_queryset"):
        return None
    return returned_model(function, view_class)


def _looks_up(view: Unwrapped, method: str) -> bool:
    name = view.handler_name(method)
    return view.view_class is not None and "get_object" in names_on_the_way(view.view_class, name)


def row_checks(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    """Yield the project's `has_object_permission` methods, which `get_object` of a DRF view asks about the row.

    One that looks at `SAFE_METHODS` mostly lets reads pass, as the example in DRF's documentation does.
    """
    classes = _Attributes(view).get("permission_classes")
    if not isinstance(classes, (list, tuple)) or not _looks_up(view, method):
        return
    for one in classes:
        layers = layers_of_method(getattr(one, "has_object_permission", None))
        passes = method == "GET" and layers and "SAFE_METHODS" in mentioned(layers[-1].__code__)
        if layers and not passes and not layers[-1].__module__.startswith(FRAMEWORKS):
            yield layers[-1]


def _of_nested(view: Unwrapped, name: str) -> Declared | None:
    """Read `parent_lookup_kwargs` of drf-nested-routers, and the names that drf-extensions makes."""
    model = class_model(view)[0]
    paths = _Attributes(view).get("parent_lookup_kwargs")
    path = paths.get(name) if isinstance(paths, Mapping) else None
    if path is None and name.startswith("parent_lookup_"):
        path = name.removeprefix("parent_lookup_")
    resolved = resolve_path(model, path) if model is not None and isinstance(path, str) else None
    return (resolved[0], resolved[1], Evidence.INFERRED) if resolved else None


def _of_admin(view: Unwrapped, name: str) -> Declared | None:
    owner = getattr(view.target, "__self__", None)
    model = getattr(owner, "model", None)
    if name == "object_id" and isinstance(model, type) and issubclass(model, models.Model):
        return model, "pk", Evidence.DECLARED
    return None


def formats_of(view: Unwrapped, name: str, pattern: str) -> tuple[str, ...]:
    """Return the suffixes that a view of Django REST framework can answer in, if `name` is the parameter for them.

    A suffix is mostly a part of its operation; it stands alone where the route without it is taken by another view.
    """
    settings = getattr(view.view_class, "settings", None)
    if view.view_class is None or getattr(settings, "FORMAT_SUFFIX_KWARG", None) != name:
        return ()
    formats = [getattr(one, "format", None) for one in renderers_of(view)]
    return tuple(one for one in formats if isinstance(one, str) and re.fullmatch(pattern or "[^/]+", one))


def versions_of(view: Unwrapped, name: str, pattern: str) -> tuple[str, ...]:
    """Return the versions that a view of Django REST framework takes, if `name` is the parameter for them."""
    versioning: Any = view.initkwargs.get("versioning_class", getattr(view.view_class, "versioning_class", None))
    by_path = any(one.__name__ == "URLPathVersioning" for one in getattr(versioning, "__mro__", ()))
    if not by_path or versioning.version_param != name:
        return ()
    known = (versioning.default_version, *(versioning.allowed_versions or ()))
    texts = dict.fromkeys(one for one in known if isinstance(one, str))
    return tuple(one for one in texts if re.fullmatch(pattern or "[^/]+", one))


def renderers_of(view: Unwrapped) -> Sequence[Any]:
    """Return the classes that a view of Django REST framework names for its answers; none of any other view."""
    found = view.initkwargs.get("renderer_classes", getattr(view.view_class, "renderer_classes", None))
    return found if isinstance(found, (list, tuple)) else ()
