"""Holds documents against their schemas, with every key refused that a schema does not name."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from loadaudit.reporting.json_schema.files import SCHEMAS


def assert_valid(name: str, document: Any) -> None:
    """Raise ValidationError where the document is not what its schema says."""
    _validator(name).validate(document)


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(_strict(schema))


def _strict(schema: Any) -> Any:
    """Return the schema with every key that it does not name refused: documents have no others."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
        return {**closed, **{key: _strict(value) for key, value in schema.items()}}
    return [_strict(one) for one in schema] if isinstance(schema, list) else schema
