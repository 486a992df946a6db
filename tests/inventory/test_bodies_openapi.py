"""Bodies that an OpenAPI document of the project describes."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from loadaudit.inventory.bodies.openapi import documented_body, read_document
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Body
from tests.inventory import bodies_forms, bodies_views
from tests.inventory.bodies import brief

_ROW = {"$ref": "#/components/schemas/Row"}
_FILE = {"type": "string", "format": "binary"}
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
            "parameters": [],
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


def test_classes_tell_more_than_the_document(path: Path) -> None:
    """A form is what the view uses; single keys in the source may be incomplete."""
    form = body_of(unwrap(bodies_forms.by_function), "POST", "/bulk/", path)
    keys = body_of(unwrap(bodies_views.types), "POST", "/bulk/", path)
    assert (form.source.partition(" ")[0], keys.source) == ("form", "OpenAPI")


def test_a_document_without_a_body_takes_none_away(path: Path) -> None:
    """It may only be incomplete."""

    def remove(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.body)

    assert body_of(unwrap(remove), "DELETE", "/orders/<pk>/", path).kind.value == "other"
