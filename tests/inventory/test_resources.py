"""Resources in tastypie's manner."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap


class Field:
    """A field as such resources have it."""

    def __init__(self, kind: str, *, null: bool = False, readonly: bool = False) -> None:
        self.dehydrated_type, self.null, self.readonly, self.attribute = kind, null, readonly, "it"
        self.blank = self.unique = False

    def has_default(self) -> bool:
        """Tell of none."""
        return False


class HttpNotImplemented:
    """A 501."""


class ReadOnlyAuthorization:
    """What resources have where nothing is said."""


class Notes:
    """A resource."""

    fields = {"title": Field("string"), "size": Field("integer", null=True), "uri": Field("string", readonly=True)}

    def __init__(self, authorization: object = None) -> None:
        self._meta = SimpleNamespace(
            list_allowed_methods=["get", "post"],
            detail_allowed_methods=["get", "post", "put", "delete"],
            authorization=authorization,
        )

    def post_detail(self) -> Any:
        """Say that nobody has written it."""
        return HttpNotImplemented()

    def wrap_view(self, view: str) -> Callable[..., Any]:
        """Return a view that asks the dispatcher of a name."""

        def wrapper(request: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(self, view)(request, *args, **kwargs)

        return wrapper


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    [
        (Notes(), "dispatch_list", ["GET", "POST"]),
        (Notes(), "dispatch_detail", ["GET", "PUT", "DELETE"]),
        (Notes(), "get_schema", ["GET"]),
        (Notes(ReadOnlyAuthorization()), "dispatch_list", ["GET"]),
    ],
)
def test_the_methods_that_a_resource_declares(resource: Notes, name: str, expected: list[str]) -> None:
    """For its list and for one row; none that write where nobody may."""
    assert [method for method, _ in methods_of(unwrap(resource.wrap_view(name))).answered] == expected


def test_the_fields_of_a_resource_are_its_body() -> None:
    """All but those that are only read; none of a PATCH has to be there."""
    view = unwrap(Notes().wrap_view("dispatch_list"))
    fields = body_of(view, "POST").fields
    assert [(one.name, one.type, one.required) for one in fields] == [
        ("title", "string", True),
        ("size", "integer", False),
    ]
    (objects,) = body_of(view, "PATCH").fields
    assert (objects.name, objects.many, len(objects.fields)) == ("objects", True, 2)
    row = unwrap(Notes().wrap_view("dispatch_detail"))
    assert not any(one.required for one in body_of(row, "PATCH").fields)
    assert body_of(view, "DELETE").fields == ()
