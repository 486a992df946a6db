"""Bodies that an OpenAPI document of the project describes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from loadaudit.inventory.bodies.fields.json_schema import fields_of_schema
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.records import Body, BodyField, BodyKind, Evidence

FILE_NAMES = ("openapi.json", "openapi.yaml", "openapi.yml", "schema.json", "schema.yaml", "schema.yml", "swagger.json")
_KINDS = (
    ("application/json", BodyKind.JSON),
    ("multipart/form-data", BodyKind.MULTIPART),
    ("application/x-www-form-urlencoded", BodyKind.FORM),
)
_TEMPLATE = "loadaudit template"
"""Key under which an operation of a document keeps its path, as none of OpenAPI's own can be called."""

_PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}")


def has_document(path: Path | None) -> bool:
    """Whether the project has a document, or names one."""
    return _found(path) is not None


def documented_body(path: Path | None, route: str, method: str) -> Body | None:
    """Return the body that the document says the operation takes, or None when it does not know the operation.

    `path` is the document's, None for the file that a project usually has in its BASE_DIR.
    """
    document = _found(path)
    if document is None:
        return None
    operation = _operations(document).get((_plain(route), method))
    return _body(operation, read_document(document)) if operation is not None else None


def documented_parameters(path: Path | None, route: str, method: str) -> Mapping[str, BodyField]:
    """Return what the document says of the parameters in the operation's address, by their names."""
    document = _found(path)
    operation = _operations(document).get((_plain(route), method)) if document is not None else None
    if document is None or operation is None:
        return {}
    whole = read_document(document)
    refers = whole.get("components", {}).get("parameters", {})
    schemas = {}
    for one in operation.get("parameters") or ():
        if isinstance(one, Mapping) and isinstance(one.get("$ref"), str):
            one = refers.get(one["$ref"].rpartition("/")[2])
        if isinstance(one, Mapping) and one.get("in") == "path":
            schema = one["schema"] if isinstance(one.get("schema"), Mapping) else one
            example = _example(one, whole)
            schemas[str(one.get("name"))] = schema if example is None else {**schema, "example": example}
    fields, _ = fields_of_schema({"type": "object", "properties": schemas}, whole)
    found = {one.name: one for one in fields}
    # A document may call them otherwise than the URLconf, in the same order.
    called = zip(_names_in(route), _names_in(str(operation[_TEMPLATE])), strict=False)
    return {own: replace(found[name], name=own) for own, name in called if name in found}


def _found(path: Path | None) -> Path | None:
    base = getattr(settings, "BASE_DIR", None)
    if path is not None:
        return path if path.is_absolute() or base is None else Path(base) / path
    return _usual(Path(base)) if base is not None else None


@lru_cache(maxsize=8)
def _usual(base: Path) -> Path | None:
    return next((base / one for one in FILE_NAMES if (base / one).is_file()), None)


@lru_cache(maxsize=8)
def read_document(path: Path) -> Mapping[str, Any]:
    """Return the document, empty when it cannot be read or is no OpenAPI; YAML needs PyYAML to be installed."""
    text = quietly(lambda: path.read_text(encoding="utf-8"))
    if text is None:
        return {}
    found = quietly(lambda: json.loads(text)) if path.suffix == ".json" else _yaml(text)
    is_openapi = isinstance(found, dict) and ("openapi" in found or "swagger" in found)
    return found if is_openapi and isinstance(found, dict) and isinstance(found.get("paths"), dict) else {}


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        return None
    return quietly(lambda: yaml.safe_load(text))


@lru_cache(maxsize=8)
def _operations(path: Path) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Index the document's operations by path, with any names of parameters, and method."""
    document = read_document(path)
    prefixes = list(_prefixes(document))
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for template, methods in document.get("paths", {}).items():
        # Parameters may stand once for all methods of a path.
        shared = _listed(methods.get("parameters")) if isinstance(methods, Mapping) else []
        for method, operation in methods.items() if isinstance(methods, Mapping) else ():
            if isinstance(operation, Mapping):
                parameters = [*shared, *_listed(operation.get("parameters"))]
                operation = {**operation, "parameters": parameters, _TEMPLATE: template}
                for prefix in prefixes:
                    found.setdefault((_plain(prefix + str(template)), method.upper()), operation)
    return found


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _prefixes(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths below which the document's operations are: its servers', and the root."""
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else ():
        url = str(server.get("url", "")) if isinstance(server, Mapping) else ""
        yield re.sub(r"^[a-z]+://[^/]*", "", url).rstrip("/")
    yield str(document.get("basePath") or "").rstrip("/")
    yield ""


def _names_in(route: str) -> list[str]:
    """Return the names of the parameters in a route or a template, in their order."""
    return [one.strip("<>{}").rpartition(":")[2] for one in _PARAMETER.findall(route)]


def _plain(route: str) -> str:
    return _PARAMETER.sub("{}", route).strip("/")


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Body:
    source = "OpenAPI"
    content = _content(operation, document)
    for media_type, kind in _KINDS:
        held = next((value for key, value in content.items() if str(key).split(";")[0] == media_type), None)
        if isinstance(held, Mapping):
            fields, many = fields_of_schema(held.get("schema"), document, example=_example(held, document))
            return Body(kind=kind, fields=fields, many=many, source=source, evidence=Evidence.INFERRED)
    kind = BodyKind.OTHER if content else BodyKind.NONE
    return Body(kind=kind, source=source, evidence=Evidence.INFERRED)


def _example(held: Mapping[str, Any], document: Mapping[str, Any]) -> object:
    """Return the first whole body that the document gives as an example."""
    several = held.get("examples")
    first = next(iter(several.values()), None) if isinstance(several, Mapping) else None
    if isinstance(first, Mapping) and isinstance(first.get("$ref"), str):
        name = first["$ref"].rpartition("/")[2]
        first = document.get("components", {}).get("examples", {}).get(name)
    return held.get("example", first.get("value") if isinstance(first, Mapping) else None)


def _content(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = operation.get("requestBody")
    if isinstance(wanted, Mapping) and isinstance(wanted.get("$ref"), str):
        name = wanted["$ref"].rpartition("/")[2]
        wanted = document.get("components", {}).get("requestBodies", {}).get(name)
    if isinstance(wanted, Mapping):
        content = wanted.get("content")
        return content if isinstance(content, Mapping) else {}
    return _swagger_content(operation)


def _swagger_content(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read OpenAPI 2, where the body is one of the parameters."""
    parameters = [one for one in operation.get("parameters") or () if isinstance(one, Mapping)]
    for one in parameters:
        if one.get("in") == "body":
            return {"application/json": {"schema": one.get("schema")}}
    inputs = [one for one in parameters if one.get("in") == "formData"]
    if not inputs:
        return {}
    schema = {
        "type": "object",
        "properties": {str(one.get("name")): one for one in inputs},
        "required": [str(one.get("name")) for one in inputs if one.get("required") is True],
    }
    has_file = any(one.get("type") == "file" for one in inputs)
    return {"multipart/form-data" if has_file else "application/x-www-form-urlencoded": {"schema": schema}}
