"""Bodies that DRF serializers declare, compared with what DRF makes of them."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework import serializers

from tests.demo.catalog.models import Category, Material
from tests.inventory import bodies_drf as views
from tests.inventory.bodies import told, wanted

MATERIAL = {
    "code": "string! <= 20 characters unique",
    "category": "integer! -> catalog.Category.pk",
    "supplier": "string! -> catalog.Supplier.name",
    "unit": "string! = m2 <= 5 characters",
    "price": "number! >= 0",
}
ROW = {"material": "integer! -> catalog.Material.pk", "quantity": "integer! >= 1 <= 99"}
CATEGORY = {"code": "string! <= 10 characters unique", "name": "string! <= 80 characters"}


def of(view_class: Any, method: str, action: str, **initkwargs: Any) -> dict[str, str]:
    """Return the fields of a viewset's action."""
    return wanted(view_class.as_view({method.lower(): action}, **initkwargs), method)


@pytest.mark.parametrize(
    "serializer",
    [
        views.CategorySerializer,
        views.MaterialSerializer,
        views.MembershipSerializer,
        views.LinkedSerializer,
        views.ReverseSerializer,
        views.OrderSerializer,
        views.ChangingSerializer,
    ],
)
def test_the_fields_are_those_that_drf_makes(serializer: type[serializers.Serializer[Any]]) -> None:
    """All that are not only read, and those required that DRF requires."""
    found = told(views.Orders.as_view(serializer_class=serializer)).fields
    made = {
        name: field.required
        for name, field in serializer().fields.items()
        if not field.read_only and not isinstance(field, serializers.HiddenField)
    }
    assert {one.name: one.required for one in found} == made


@pytest.mark.parametrize(("method", "action"), [("POST", "create"), ("PUT", "update")])
def test_a_list_that_is_taken_too_is_not_sent(method: str, action: str) -> None:
    """A single row cannot be changed by it."""
    body = told(views.Several.as_view({method.lower(): action}), method)
    assert (body.many, {one.name for one in body.fields}) == (False, {"code", "name"})


def test_a_serializer_tells_of_keys_that_are_put_under_its_names() -> None:
    """Which row they mean, and that they have to be there."""
    assert wanted(views.Picking.as_view()) == {"made_of": "integer! -> catalog.Material.pk"}


def test_a_plain_field_that_is_called_as_a_link_of_its_model_means_a_row() -> None:
    """Where it takes keys of that type."""

    class PlainSerializer(serializers.ModelSerializer[Material]):
        category = serializers.IntegerField()
        supplier = serializers.CharField()

        class Meta:
            model = Material
            fields = ("category", "supplier")

    assert wanted(views.Orders.as_view(serializer_class=PlainSerializer)) == {
        "category": "integer! -> catalog.Category.pk",
        "supplier": "string!",
    }


def test_a_body_of_one_of_several_models_says_of_which() -> None:
    """By the name that stands beside the table of their serializers."""

    class AnySerializer(serializers.Serializer[Any]):
        kind_field_name = "kind"
        by_model = {Category: views.CategorySerializer, Material: views.MaterialSerializer}

    assert wanted(views.Orders.as_view(serializer_class=AnySerializer)) == {
        "kind": "string! (Category)",
        **CATEGORY,
    }


def test_rows_that_point_to_the_model() -> None:
    """A list of their keys."""
    assert wanted(views.Orders.as_view(serializer_class=views.ReverseSerializer)) == {
        "code": "string! <= 10 characters unique",
        "materials": "integer[]! -> catalog.Material.pk",
    }


def test_nested_serializers_lists_and_choices() -> None:
    """With the rows that related fields select."""
    row = "{material: integer! -> catalog.Material.pk, quantity: integer! >= 1 <= 99}"
    assert wanted(views.Orders.as_view()) == {
        "number": r"string! /^A\d+$/",
        "kind": "string (new|old) = new",
        "flags": "string[] (a|b)",
        "rows": f"{row}[]!",
        "first": row,
        "projects": "integer[]! -> projects.Project.pk",
        "numbers": "integer[]",
        "options": "object",
        "anything": "any",
        "due": "date-time",
    }


@pytest.mark.parametrize(
    ("method", "action", "fields"),
    [
        ("POST", "create", MATERIAL),
        ("PUT", "update", MATERIAL),
        ("PATCH", "partial_update", {name: text.replace("!", "", 1) for name, text in MATERIAL.items()}),
        ("DELETE", "destroy", {}),
    ],
)
def test_actions_of_a_model_viewset(method: str, action: str, fields: dict[str, str]) -> None:
    """Nothing is required of a partial update, and nothing is wanted to delete."""
    assert of(views.Materials, method, action) == fields


def test_actions_of_its_own() -> None:
    """With their own serializer, by decorator or in the source."""
    assert of(views.Materials, "POST", "order", **views.Materials.order.kwargs) == ROW
    assert of(views.Materials, "POST", "scan", **views.Materials.scan.kwargs) == {"scan": "file!"}


@pytest.mark.parametrize(
    ("method", "action", "fields"),
    [
        ("POST", "create", ROW),
        ("PUT", "update", MATERIAL),
        ("PATCH", "partial_update", {name: text.replace("!", "", 1) for name, text in CATEGORY.items()}),
    ],
)
def test_get_serializer_class_is_read_for_each_action(method: str, action: str, fields: dict[str, str]) -> None:
    """Branches, dictionaries by action, and the parent's choice."""
    assert of(views.ByAction, method, action) == fields


@pytest.mark.parametrize(
    ("view", "method", "fields"),
    [
        (views.Plain.as_view(), "POST", {"scan": "file!", "title": "string"}),
        (views.Plain.as_view(), "PUT", {"name": "any!", "count": "integer!"}),
        (views.Bulk.as_view(), "POST", CATEGORY),
        (views.function, "POST", CATEGORY),
        (views.Described.as_view(), "POST", ROW),
        (
            views.Linked.as_view(),
            "POST",
            {"code": CATEGORY["code"].replace("10", "20"), "category": "uri! -> catalog.Category.pk"},
        ),
    ],
)
def test_other_views(view: Callable[..., Any], method: str, fields: dict[str, str]) -> None:
    """Plain views, lists, functions, and what only a schema decorator says."""
    assert wanted(view, method) == fields


@pytest.mark.parametrize(
    ("view", "kind", "many", "evidence"),
    [
        (views.Orders.as_view(), "json", False, "declared"),
        (views.Plain.as_view(), "multipart", False, "inferred"),
        (views.Bulk.as_view(), "json", True, "inferred"),
        (views.function, "form", False, "inferred"),
        (views.Described.as_view(), "json", False, "inferred"),
        (views.Materials.as_view({"post": "create"}), "json", False, "declared"),
        (views.ByAction.as_view({"post": "create"}), "json", False, "inferred"),
    ],
)
def test_kind_and_evidence(view: Callable[..., Any], kind: str, many: bool, evidence: str) -> None:
    """The parsers decide the kind; declared where DRF itself gives the data to the serializer of the class."""
    body = told(view)
    assert (body.kind.value, body.many, body.evidence.value) == (kind, many, evidence)


def test_the_source_names_the_serializer() -> None:
    """By its full name."""
    assert told(views.Orders.as_view()).source == "serializer tests.inventory.bodies_drf.OrderSerializer"
    assert told(views.Described.as_view()).source == "OpenAPI: serializer tests.inventory.bodies_drf.RowSerializer"


def test_what_drf_spectacular_is_told_is_the_body() -> None:
    """A serializer or a plain schema; both only say what the source does not."""
    body = told(views.Extended.as_view())
    assert (body.source, body.evidence.value) == (
        "OpenAPI: serializer tests.inventory.bodies_drf.RowSerializer",
        "inferred",
    )
    assert wanted(views.Extended.as_view()) == ROW
    assert wanted(views.Extended.as_view(), "PUT") == {"count": "integer!"}


def test_the_serializer_of_a_plain_view_is_asked_for() -> None:
    """Where its getter cannot be read, an instance tells."""
    assert wanted(views.OfTheSettings.as_view()) == ROW


def test_a_serializer_for_writes_alone_is_what_they_take() -> None:
    """A class that a view names is not None, so that the way without one is not gone."""
    assert wanted(views.Writing.as_view()) == ROW


def test_a_function_may_leave_a_method_to_another_view() -> None:
    """What that takes is taken here."""
    assert wanted(views.by_method, "POST") == CATEGORY
    assert wanted(views.by_method, "PUT") == {}
