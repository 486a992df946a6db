"""Bodies of resources in tastypie's manner, as their fields tell them."""

from typing import Any

from loadaudit.inventory.source.resources import dispatcher_of
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import Body, BodyField, BodyKind, Evidence

_TYPES = {
    "string": "string",
    "integer": "integer",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "list": "array",
    "dict": "object",
    "date": "date",
    "datetime": "date-time",
    "time": "time",
    "related": "uri",
}
"""Type of a field by what it becomes in an answer."""


def resource_body(view: Unwrapped, method: str) -> Body | None:
    """Return the body that a view's resource takes; None where the view has none, or the method needs none."""
    found = dispatcher_of(view)
    if found is None or method == "DELETE":
        return None
    resource, dispatcher = found
    fields = tuple(_field(name, one, method) for name, one in resource.fields.items() if not one.readonly)
    if dispatcher == "dispatch_list" and method != "POST":
        # What changes a list takes the rows of all of it.
        fields = (BodyField(name="objects", type="object", required=True, many=True, fields=fields),)
    name = f"{type(resource).__module__}.{type(resource).__qualname__}"
    return Body(kind=BodyKind.JSON, fields=fields, source=f"resource {name}", evidence=Evidence.INFERRED)


def _field(name: str, one: Any, method: str) -> BodyField:
    optional = one.null or one.blank or one.has_default() or not one.attribute or method == "PATCH"
    kind = str(getattr(one, "dehydrated_type", ""))
    return BodyField(
        name=name,
        type=_TYPES.get(kind, "any"),
        required=not optional,
        many=bool(getattr(one, "is_m2m", False)),
        unique=bool(one.unique),
    )
