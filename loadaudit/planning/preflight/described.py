"""What REST framework's OPTIONS says of a body: fields that a serializer only has once it is made, and its choices."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import requests
from django.urls import Resolver404

from loadaudit.inventory.bodies.fields.models import pattern_of
from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.values import is_explained
from loadaudit.planning.preflight.by_names import model_behind
from loadaudit.planning.preflight.view_code import class_of
from loadaudit.planning.resolving import match_at
from loadaudit.records import BodyField, Operation, Payload

_TYPES = {
    **{"string": "string", "regex": "string", "slug": "string", "boolean": "boolean", "integer": "integer"},
    **{"float": "number", "decimal": "number", "date": "date", "datetime": "date-time", "time": "time"},
    **{"url": "uri", "email": "email", "choice": "string", "multiple choice": "string", "list": "any"},
    **{"file upload": "file", "image upload": "file", "nested object": "object"},
}
"""Type in the words of `BodyField.type`, by the label that `SimpleMetadata` has for a field's class."""

_METHODS = ("POST", "PUT", "PATCH")
_MOST_CHOICES = 20
_DEEPEST = 4


def tells_by_options(operation: Operation, path: str) -> bool:
    """Whether the view behind a path answers OPTIONS by REST framework's own means, without running the view."""
    if operation.method not in _METHODS:
        return False
    try:
        view_class = class_of(match_at(path).func)
    except Resolver404:
        return False
    return getattr(view_class, "metadata_class", None) is not None


class Client(Protocol):
    """A session of one identity."""

    def send(self, method: str, path: str, payload: Payload | None) -> Answer:
        """Send one request. Raises requests.RequestException when no answer comes."""


def described(operation: Operation, path: str, client: Client, answers: dict[str, Any]) -> Operation:
    """Return the operation with what its view tells by OPTIONS; `answers` are kept by route, so that it is asked once.

    Never raises.
    """
    if operation.route not in answers and tells_by_options(operation, path):
        try:
            answers[operation.route] = client.send("OPTIONS", path, None).json()
        except requests.RequestException:
            answers[operation.route] = None
    return with_described(operation, answers.get(operation.route))


def with_described(operation: Operation, document: Any) -> Operation:
    """Return the operation with what an answer to OPTIONS tells of fields that the inventory cannot explain."""
    actions = document.get("actions") if isinstance(document, Mapping) else None
    # It tells of a PATCH what it tells of a PUT.
    method = "PUT" if operation.method == "PATCH" else operation.method
    told = actions.get(method) if isinstance(actions, Mapping) else None
    described = {one.name: one for one in _fields(told, 0)}
    if not described:
        return operation
    model = model_behind(operation)
    for column in model._meta.concrete_fields if model is not None else ():
        if (one := described.get(column.name)) is not None and one.type == "string" and not one.choices:
            # OPTIONS tells no pattern.
            described[one.name] = replace(one, pattern=pattern_of(column.validators))
    known = {one.name for one in operation.body.fields}
    fields = [_explained(one, described.get(one.name)) for one in operation.body.fields]
    fields += [one for name, one in described.items() if name not in known]
    return replace(operation, body=replace(operation.body, fields=tuple(fields)))


def _explained(known: BodyField, told: BodyField | None) -> BodyField:
    """Return a field with the choices that it has now, or as it is described where nothing else is known of it."""
    if told is None or known.model or known.fields:
        return known
    if told.choices:
        return replace(known, choices=told.choices, many=told.many)
    if is_explained(known) or told.type == "any":
        return known
    return replace(told, unique=known.unique, column=known.column)


def _fields(told: Any, depth: int) -> Iterator[BodyField]:
    for name, one in told.items() if isinstance(told, Mapping) and depth < _DEEPEST else ():
        if isinstance(one, Mapping) and not one.get("read_only"):
            yield _field(str(name), one, depth)


def is_unexplained(operation: Operation, names: Iterable[str]) -> bool:
    """Whether the inventory cannot tell what one of these fields of a body takes."""
    known = {one.name: one for one in operation.body.fields}
    return any(name not in known or not is_explained(known[name]) for name in names)


def _field(name: str, told: Mapping[str, Any], depth: int) -> BodyField:
    child = told.get("child")
    inner = child if isinstance(child, Mapping) else told
    kind = str(told.get("type", ""))
    values = [one.get("value") for one in told.get("choices") or inner.get("choices") or () if isinstance(one, Mapping)]
    return BodyField(
        name=name,
        type=_TYPES.get(str(inner.get("type", "")), "any"),
        required=bool(told.get("required")),
        many=kind in ("list", "multiple choice") or (inner is not told and kind == "field"),
        choices=tuple(str(one) for one in values if one not in (None, ""))[:_MOST_CHOICES],
        min_length=_limit(inner.get("min_length")),
        max_length=_limit(inner.get("max_length")),
        minimum=inner.get("min_value") if isinstance(inner.get("min_value"), (int, float)) else None,
        maximum=inner.get("max_value") if isinstance(inner.get("max_value"), (int, float)) else None,
        fields=tuple(_fields(inner.get("children"), depth + 1)),
    )


def _limit(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
