"""Bodies that an OpenAPI document of the project describes."""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from loadaudit.inventory.bodies.documented import with_document
from loadaudit.inventory.bodies.fields.json_schema import fields_of_schema
from loadaudit.inventory.bodies.openapi import documented_body, documented_parameters, read_document
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.planning.payloads.values import Needs, value_of
from loadaudit.records import Body, BodyField, BodyKind
from tests.inventory import bodies_forms, bodies_views
from tests.inventory.bodies import brief

_ROW = {"$ref": "#/components/schemas/Row"}
_FILE = {"type": "string", "format": "binary"}
NEEDS = Needs(rows=lambda model, field: [], today=date(2026, 11, 30))
_UPLOAD = {
    "type": "object",
    "required": ["scan"],
    "properties": {"scan": _FILE, "more": {"type": "array", "items": _FILE}},
}


def taking(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return an operation that takes a body of the schema."""
    return {"requestBody": {"content": {media_type: {"schema": schema}}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://example.com/api/v1/"}],
    "paths": {
        "/orders/{order_id}/": {
            "parameters": [
                {"name": "order_id", "in": "path", "schema": {"type": "string", "format": "uuid"}, "example": "7f-a"},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
            ],
            "post": {"requestBody": {"$ref": "#/components/requestBodies/Order"}},
            "put": taking("text/csv", {}),
            "delete": {"responses": {}},
        },
        "/bulk/": {"post": taking("application/json; charset=utf-8", {"type": "array", "items": _ROW})},
        "/upload/": {"post": taking("multipart/form-data", _UPLOAD)},
    },
    "components": {
        "requestBodies": {
            "Order": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
        },
        "schemas": {
            "Base": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "maxLength": 9}},
            },
            "Row": {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 5}}},
            "Order": {
                "allOf": [{"$ref": "#/components/schemas/Base"}],
                "required": ["kind"],
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "kind": {"enum": ["a", "b"], "default": "a"},
                    "due": {"type": ["string", "null"], "format": "date"},
                    "rows": {"type": "array", "items": _ROW},
                    "first": {"anyOf": [{"type": "null"}, _ROW]},
                    "parent": {"$ref": "#/components/schemas/Order"},
                },
            },
        },
    },
}
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "basePath": "/v2",
    "paths": {
        "/json/": {"post": {"parameters": [{"in": "body", "schema": {"$ref": "#/definitions/Row"}}]}},
        "/form/": {"post": {"parameters": [{"in": "formData", "name": "scan", "type": "file", "required": True}]}},
    },
    "definitions": {"Row": {"type": "object", "properties": {"count": {"type": "integer"}}}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The document in a file."""
    found = tmp_path / "described.json"
    found.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return found


def described(path: Path, route: str, method: str = "POST") -> Body:
    """Return the body that the document describes."""
    found = documented_body(path, route, method)
    assert found is not None
    return found


def fields(body: Body) -> dict[str, str]:
    """Return the fields of a body in brief."""
    return {one.name: brief(one) for one in body.fields}


def test_schemas_are_put_together(path: Path) -> None:
    """References, what is inherited, alternatives with null, lists, what is only read."""
    body = described(path, "/api/v1/orders/<int:pk>/")
    found = fields(body)
    # The schema holds itself; somewhere that has to end.
    assert "parent: object" in found.pop("parent")
    assert found == {
        "name": "string! <= 9 characters",
        "kind": "string! (a|b) = a",
        "due": "date",
        "rows": "{count: integer >= 1 <= 5}[]",
        "first": "{count: integer >= 1 <= 5}",
    }
    assert (body.kind.value, body.source, body.evidence.value) == ("json", "OpenAPI", "inferred")


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
@pytest.mark.parametrize(
    ("route", "method", "kind", "many", "found"),
    [
        ("/bulk/", "POST", "json", True, {"count": "integer >= 1 <= 5"}),
        ("/upload/", "POST", "multipart", False, {"scan": "file!", "more": "file[]"}),
        ("/orders/<order>/", "PUT", "other", False, {}),
        ("/orders/<order>/", "DELETE", "none", False, {}),
    ],
)
def test_media_types(
    path: Path, prefix: str, route: str, method: str, kind: str, many: bool, found: dict[str, str]
) -> None:
    """JSON lists, files, what is no object, and nothing; with and without the server's prefix."""
    body = described(path, prefix + route, method)
    assert (body.kind.value, body.many, fields(body)) == (kind, many, found)


@pytest.mark.parametrize(
    ("route", "kind", "found"),
    [("/v2/json/", "json", {"count": "integer"}), ("/v2/form/", "multipart", {"scan": "file!"})],
)
def test_version_2(tmp_path: Path, route: str, kind: str, found: dict[str, str]) -> None:
    """Swagger has bodies among the parameters."""
    path = tmp_path / "swagger.json"
    path.write_text(json.dumps(SWAGGER), encoding="utf-8")
    body = described(path, route)
    assert (body.kind.value, fields(body)) == (kind, found)


def test_unknown_operations_and_paths(path: Path) -> None:
    """Neither is an error."""
    assert documented_body(path, "/other/", "POST") is None
    assert documented_body(path.with_name("missing.json"), "/bulk/", "POST") is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"paths": 1, "openapi": "3"}', '{"name": "not a schema"}'])
def test_what_is_no_document_says_nothing(tmp_path: Path, text: str) -> None:
    """A `schema.json` may be anything."""
    path = tmp_path / "schema.json"
    path.write_text(text, encoding="utf-8")
    assert read_document(path) == {}


class _Yaml:
    """What of PyYAML is used; JSON is YAML."""

    safe_load = staticmethod(json.loads)


@pytest.mark.parametrize(("module", "count"), [(None, 0), (_Yaml, 3)])
def test_yaml_is_read_where_pyyaml_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, count: int
) -> None:
    """And says nothing where it is not."""
    path = tmp_path / "openapi.yaml"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "yaml", module)
    assert len(read_document(path).get("paths", {})) == count


def test_the_usual_file_in_base_dir(path: Path, settings: Any) -> None:
    """Without any setting."""
    path.rename(path.with_name("openapi.json"))
    settings.BASE_DIR = path.parent
    found = documented_body(None, "/bulk/", "POST")
    assert found is not None
    assert found.many


def test_a_document_goes_before_classes_as_far_as_they_take_it(path: Path) -> None:
    """Both say what they know of a form; single keys in the source may be incomplete."""
    form = body_of(unwrap(bodies_forms.by_function), "POST", "/api/v1/orders/<int:pk>/", path)
    alone = body_of(unwrap(bodies_forms.by_function), "POST", "/elsewhere/", path)
    keys = body_of(unwrap(bodies_views.types), "POST", "/api/v1/orders/<int:pk>/", path)
    assert (form.source, keys.source) == (f"OpenAPI, {alone.source}", "OpenAPI")
    assert [one.name for one in form.fields[: len(alone.fields)]] == [one.name for one in alone.fields]
    assert {"kind", "due"} <= {one.name for one in form.fields}


@pytest.mark.parametrize(
    ("code", "document", "joined"),
    [
        ("string", {"format": "email"}, "email"),
        ("integer", {"type": "string"}, "integer"),
        ("string", {"type": "array", "items": {"type": "string"}}, "string"),
        ("string (a|b|c)", {"enum": ["b", "c", "d"]}, "string (b|c)"),
        ("string (a|b)", {"enum": ["x"]}, "string (a|b)"),
        ("integer >= 3 <= 9", {"type": "integer", "minimum": 1, "maximum": 5}, "integer >= 3 <= 5"),
        ("integer >= 3 <= 9", {"type": "integer", "minimum": 10}, "integer >= 3 <= 9"),
    ],
)
def test_one_field_of_both(code: str, document: dict[str, Any], joined: str) -> None:
    """A document says more; a stale one takes away nothing that the code allows."""
    words = code.partition(" (")
    kind, *limits = words[0].split()
    of_code = BodyField(
        name="one",
        type=kind,
        choices=tuple(filter(None, words[2].rstrip(")").split("|"))),
        minimum=float(limits[1]) if limits else None,
        maximum=float(limits[3]) if limits else None,
    )
    schema = {"properties": {"one": {"type": "string"} | document}}
    documented = Body(kind=BodyKind.JSON, fields=fields_of_schema(schema, {})[0], source="OpenAPI")
    found = with_document(Body(kind=BodyKind.JSON, fields=(of_code,), source="serializer a.B"), documented)
    assert brief(found.fields[0]) == joined


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        ({"example": {"mood": "DE-7", "count": 4}}, {}),
        ({"examples": {"first": {"value": {"mood": "DE-7", "count": 4}}}}, {}),
        ({}, {"example": {"mood": "DE-7", "count": 4}}),
        ({}, {"properties": {"mood": {"examples": ["DE-7"]}, "count": {"example": 4}}}),
    ],
)
def test_examples_are_sent(tmp_path: Path, media_type: dict[str, Any], schema: dict[str, Any]) -> None:
    """Of the whole body or of a field; what no two rows may have is made up all the same."""
    plain = {"type": "object", "required": ["mood", "count"], "properties": {"mood": {}, "count": {}}}
    properties = {"mood": {"type": "string"}, "count": {"type": "integer"}}
    given = schema.get("properties", {})
    merged = {name: one | given.get(name, {}) for name, one in properties.items()}
    held = {"schema": plain | schema | {"properties": merged}} | media_type
    path = tmp_path / "openapi.json"
    document = {
        "openapi": "3.1.0",
        "paths": {"/a/": {"post": {"requestBody": {"content": {"application/json": held}}}}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    values = {one.name: value_of(one, NEEDS) for one in described(path, "/a/").fields}
    assert values == {"mood": "DE-7", "count": 4}
    assert value_of(replace(described(path, "/a/").fields[0], unique=True), NEEDS) != "DE-7"


def test_a_document_without_a_body_takes_none_away(path: Path) -> None:
    """It may only be incomplete."""

    def remove(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.body)

    assert body_of(unwrap(remove), "DELETE", "/orders/<pk>/", path).kind.value == "other"


def test_what_is_said_of_parameters_of_the_address(tmp_path: Path) -> None:
    """Also once for all methods; those of the query are none."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT))
    found = documented_parameters(path, "/api/v1/orders/<order_id>/", "PUT")
    assert found == {"order_id": BodyField(name="order_id", type="uuid", example="7f-a")}
    # The URLconf may have another name for it.
    assert [*documented_parameters(path, "/api/v1/orders/<uuid:pk>/", "PUT")] == ["pk"]


def test_the_example_of_a_day_is_sent() -> None:
    """YAML reads it as a day."""
    birthday = {"type": "string", "format": "date", "example": date(1980, 5, 5)}
    (field,), _ = fields_of_schema({"type": "object", "properties": {"birthday": birthday}}, {})
    assert value_of(field, NEEDS) == "1980-05-05"
