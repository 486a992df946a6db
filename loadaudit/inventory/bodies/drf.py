"""DRF views: their parsers, the serializer that a generic view uses, and what its schema decorators say."""

import types
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.fields.json_schema import fields_of_schema
from loadaudit.inventory.bodies.fields.serializers import fields_of_serializer, is_serializer, serializer_class_of
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.uses import name_of, optional
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, cells
from loadaudit.records import Body, BodyField, BodyKind, Evidence

_MIXIN_METHODS = {"post": "create", "put": "update", "patch": "partial_update"}
_EXTENDED = "extend_schema.<locals>.decorator.<locals>.ExtendedSchema.get_request_serializer"


def is_drf(view: Unwrapped) -> bool:
    """Whether the view is one of DRF's, by its shape."""
    return hasattr(view.view_class, "parser_classes")


def attribute(view: Unwrapped, name: str) -> Any:
    """Return an attribute of the view, those given to `as_view` first."""
    return view.initkwargs[name] if name in view.initkwargs else getattr(view.view_class, name, None)


def kind_by_parsers(view: Unwrapped, *, has_file: bool) -> BodyKind:
    """Return the encoding that the view's parsers take; JSON where they leave the choice."""
    return _kind(tuple(attribute(view, "parser_classes") or ()), has_file=has_file)


@lru_cache(maxsize=1024)
def _kind(parsers: tuple[object, ...], *, has_file: bool) -> BodyKind:
    names = {base.__name__ for one in parsers for base in _classes(one)}
    if not names:
        return BodyKind.MULTIPART if has_file else BodyKind.JSON
    if has_file and "MultiPartParser" in names:
        return BodyKind.MULTIPART
    if "JSONParser" in names:
        return BodyKind.JSON
    if "MultiPartParser" in names:
        return BodyKind.MULTIPART
    return BodyKind.FORM if "FormParser" in names else BodyKind.OTHER


def _classes(one: object) -> tuple[type, ...]:
    return one.__mro__ if isinstance(one, type) else type(one).__mro__


def standard_body(view: Unwrapped, method: str) -> Body | None:
    """Return the body of a generic view that leaves everything to DRF, without following DRF's own code."""
    name = view.handler_name(method)
    handler = handler_of(view.view_class, method.lower(), view.actions, view.initkwargs) if view.view_class else None
    if not _is_drfs(handler):
        return None
    if name in ("delete", "destroy") and _is_drfs(getattr(view.view_class, "destroy", None)):
        return Body(source="DRF", evidence=Evidence.DECLARED)
    action = _MIXIN_METHODS.get(name, name)
    if view.view_class is None or not _is_left_to_drf(methods_owner(view.view_class), action):
        return None
    return of_serializer(view, method, attribute(view, "serializer_class"), Evidence.DECLARED)


@lru_cache(maxsize=1024)
def _is_left_to_drf(view_class: type, action: str) -> bool:
    """Whether an action is one of DRF's mixins, and so is all that it calls for the serializer."""
    needed = [action, "get_serializer", "get_serializer_class", *(["update"] if action == "partial_update" else [])]
    return action in _MIXIN_METHODS.values() and all(_is_drfs(getattr(view_class, one, None)) for one in needed)


def of_serializer(
    view: Unwrapped, method: str, serializer: object, evidence: Evidence, source: str = "serializer"
) -> Body | None:
    """Return the body that a serializer class or instance takes."""
    made, many = serializer_class_of(serializer)
    if made is None:
        return None
    parsers = tuple(attribute(view, "parser_classes") or ())
    return _body_of(made, parsers, evidence, source, many=many, is_partial=method == "PATCH")


@lru_cache(maxsize=1024)
def _body_of(
    made: Any, parsers: tuple[object, ...], evidence: Evidence, source: str, *, many: bool, is_partial: bool
) -> Body:
    fields = fields_of_serializer(made)
    if is_partial:
        fields = optional(fields)
    has_file = any(one.type == "file" for one in fields)
    kind = _kind(parsers, has_file=has_file) if fields else BodyKind.NONE
    return Body(kind=kind, fields=fields, many=many, source=f"{source} {name_of(made)}", evidence=evidence)


def _is_drfs(method: object) -> bool:
    return isinstance(method, types.FunctionType) and (method.__module__ or "").startswith("rest_framework.")


def documented_body(view: Unwrapped, method: str) -> Body | None:
    """Return the body that `@extend_schema(request=…)` or `@swagger_auto_schema(request_body=…)` describes."""
    handler = handler_of(view.view_class, method.lower(), view.actions, view.initkwargs) if view.view_class else None
    for request in (_extended(view, handler), _swagger(handler, method)):
        if request is None:
            continue
        if isinstance(request, dict) and request and all("/" in str(one) for one in request):
            request = next(iter(request.values()))
        request = getattr(request, "request", request)
        found = of_serializer(view, method, request, Evidence.INFERRED, "OpenAPI: serializer")
        if found is not None:
            return found
        found = _of_schema(view, request)
        if found is not None:
            return found
    return None


def _of_schema(view: Unwrapped, request: Any) -> Body | None:
    schema = request if isinstance(request, dict) else None
    if schema is None:
        return None
    fields, many = fields_of_schema(schema, schema)
    return _described(view, fields, many) if fields else None


def _described(view: Unwrapped, fields: tuple[BodyField, ...], many: bool) -> Body:
    kind = kind_by_parsers(view, has_file=any(one.type == "file" for one in fields))
    return Body(kind=kind, fields=fields, many=many, source="OpenAPI", evidence=Evidence.INFERRED)


def _extended(view: Unwrapped, handler: Any) -> Any:
    """Return what drf-spectacular's decorator holds; `empty`, its word for nothing, is a class of its own."""
    schema = getattr(handler, "kwargs", {}).get("schema")
    if schema is None:
        schema = _schema_of(view.view_class)
    method = _asked_of(schema) if isinstance(schema, type) else None
    request = cells(method).get("request") if method is not None else None
    return None if request is None or getattr(request, "__name__", "") == "empty" else request


# Nearly all views have that of the settings.
@lru_cache(maxsize=1024)
def _schema_of(view_class: type | None) -> Any:
    held = getattr(view_class, "schema", None)
    return type(held) if held is not None and not isinstance(held, type) else held


@lru_cache(maxsize=1024)
def _asked_of(schema: type) -> types.FunctionType | None:
    """Return the function of the decorator that tells the serializer of a request."""
    for base in schema.__mro__:
        method = base.__dict__.get("get_request_serializer")
        if isinstance(method, types.FunctionType) and method.__code__.co_qualname == _EXTENDED:
            return method
    return None


def _swagger(handler: Any, method: str) -> Any:
    held = getattr(handler, "_swagger_auto_schema", None)
    if not isinstance(held, dict):
        return None
    held = held.get(method.lower(), held)
    request = held.get("request_body") if isinstance(held, dict) else None
    return request if is_serializer(request) or request is None else quietly(lambda: _as_dict(request)) or request


def _as_dict(schema: Any) -> Any:
    """Return drf-yasg's schema object, an ordered dictionary already, as plain JSON Schema."""
    return dict(schema) if isinstance(schema, dict) else None
