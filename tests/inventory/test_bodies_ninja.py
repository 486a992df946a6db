"""Bodies that ninja's schemas declare, compared with the document that ninja publishes."""

from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

import pytest
from django.urls import resolve
from ninja import Schema
from pydantic import Field

from loadaudit.inventory.bodies.fields.annotated import of_annotation
from loadaudit.inventory.bodies.fields.json_schema import fields_of_schema
from loadaudit.records import Body
from tests.inventory.bodies import brief, told
from tests.inventory.bodies_ninja import api

URLCONF = "tests.inventory.bodies_ninja"
ROW = "{material_id: integer!, quantity: integer! >= 1 <= 99}"


def body(path: str, method: str = "POST") -> Body:
    """Return the body of an operation of the API."""
    return told(resolve(f"/ninja/{path}", URLCONF).func, method)


def fields(path: str, method: str = "POST") -> dict[str, str]:
    """Return its fields in brief."""
    return {one.name: brief(one) for one in body(path, method).fields}


def published() -> list[tuple[str, str, str, Any]]:
    """Return path, method, media type and schema of every body that ninja publishes."""
    document = api.get_openapi_schema(path_prefix="")
    return [
        (path.removeprefix("/"), method.upper(), media_type, (held["schema"], document))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for media_type, held in operation.get("requestBody", {}).get("content", {}).items()
    ]


@pytest.mark.parametrize(("path", "method", "media_type", "schema"), published())
def test_the_fields_are_those_that_ninja_publishes(path: str, method: str, media_type: str, schema: Any) -> None:
    """Names, types, lists, and which ones are required."""
    found = body(path, method)
    expected, many = fields_of_schema(*schema)
    assert [(one.name, one.type, one.many, one.required) for one in found.fields] == [
        (one.name, one.type, one.many, one.required) for one in expected
    ]
    assert found.many == many
    kinds = {"application/json": "json", "multipart/form-data": "multipart"}
    assert found.kind.value == kinds.get(media_type, "form")


def test_a_schema_with_everything() -> None:
    """Limits, choices, nested schemas, aliases; and the rows that the function selects with the values."""
    assert fields("orders") == {
        "name": "string! -> catalog.Supplier.name <= 30 characters",
        "code": "string! /^[A-Z]+$/",
        "size": "string! (s|l)",
        "kind": "string (new|old) = new",
        "price": "number!",
        "due": "date",
        "key": "uuid!",
        "rows": f"{ROW.replace('integer!,', 'integer! -> catalog.Material.pk,')}[]!",
        "first": ROW,
        "flags": "string[]",
        "options": "object",
        "is_open": "boolean = true",
        "shortName": "string = x",
    }


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("two", "PUT", {"first": f"{ROW}!", "second": f"{ROW}!"}),
        ("many", "POST", {"material_id": "integer!", "quantity": "integer! >= 1 <= 99"}),
        (
            "material",
            "POST",
            {
                "code": "string! <= 20 characters unique",
                "category_id": "integer! -> catalog.Category.pk",
                "price": "number!",
            },
        ),
        ("category", "POST", {"name": "string!", "code": r"string! /^[a-z]{3}-\d{2}$/ unique"}),
        ("named", "POST", {"name": "string!", "code": r"string! /^[a-z]{3}-\d{2}$/ unique"}),
        ("contact", "POST", {"email": "string!", "text": "string = ", "extra": "integer = 1"}),
        ("upload", "POST", {"scan": "file!", "email": "string!", "text": "string = "}),
        ("source", "POST", {"name": "string! <= 80 characters", "code": "string = x <= 10 characters unique"}),
        ("nothing", "POST", {}),
    ],
)
def test_other_inputs(path: str, method: str, expected: dict[str, str]) -> None:
    """Several schemas, a model's, forms, files, and what is read without a schema."""
    assert fields(path, method) == expected


@pytest.mark.parametrize(
    ("path", "kind", "evidence"),
    [
        ("orders", "json", "declared"),
        ("upload", "multipart", "declared"),
        ("source", "form", "inferred"),
        ("nothing", "none", "declared"),
    ],
)
def test_kind_and_evidence(path: str, kind: str, evidence: str) -> None:
    """Ninja checks the body before the function runs."""
    found = body(path)
    assert (found.kind.value, found.evidence.value) == (kind, evidence)


def test_what_tells_one_schema_of_several_from_the_others_has_to_be_sent() -> None:
    """Its default does not count: pydantic looks for it before it chooses the schema."""

    class Lesson(Schema):
        kind: Literal["lesson"] = "lesson"
        text: str

    class Quiz(Schema):
        kind: Literal["quiz"] = "quiz"
        score: int
        address: IPv4Address

    found = of_annotation("content", Annotated[Lesson | Quiz, Field(discriminator="kind")])
    assert [(one.name, one.type, one.required) for one in found.fields] == [
        ("kind", "string", True),
        ("score", "integer", True),
        ("address", "ip", True),
    ]
