"""Rows with keys of their own, so that a path shows by its answer of which model's row it wants the key."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from benchmarks.methods import rows

_KEY = 700_001
_ABSENT = {"int": "999999", "uuid": str(uuid.UUID(int=999_999)), "slug": "no-such-row", "str": "no-such-row"}
_TEXTS = (models.CharField, models.SlugField, models.EmailField)


class Rows:
    """One row of each model, whose key and unique texts no other row has."""

    def __init__(self, owner: Any) -> None:
        self._rows: dict[str, models.Model] = {}
        for number, model in enumerate(apps.get_models()):
            if model._meta.app_label in ("contenttypes", "sessions", "migrations"):
                continue
            with contextlib.suppress(Exception):
                row = rows.make(model, **_own_values(model, number, owner))
                if row is not None:
                    self._rows[model._meta.label] = row
        self._rows[type(owner)._meta.label] = owner

    def value(self, label: str, field: str) -> str:
        """Return a value of the model's row as it stands in a path; empty when there is none."""
        row: Any = self._rows.get(label) or rows.first(apps.get_model(label))
        try:
            for name in field.split("__"):
                row = getattr(row, name)
        except Exception:
            return ""
        return "" if row is None else str(row)

    def values(self, operation: Any) -> dict[str, str]:
        """Return a value for each parameter whose model is claimed."""
        found = {}
        for one in operation.parameters:
            if one.model and one.model_field and (value := self.value(one.model, one.model_field)):
                found[one.name] = value
        return found

    def others(self, parameter: Any) -> Iterator[tuple[str, str]]:
        """Yield the label and key of every row but that of the claimed model and of its family."""
        for label, row in self._rows.items():
            if label != parameter.model and not _is_family(label, parameter.model):
                yield label, str(row.pk)


def absent(parameter: Any, value: str) -> str:
    """Return a value of the same shape as `value` that no row has."""
    return _ABSENT["int"] if value.isdigit() else _ABSENT.get(parameter.converter, "no-such-row")


def _own_values(model: type[models.Model], number: int, owner: Any) -> Mapping[str, Any]:
    given: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.is_relation:
            # A row of a model that inherits from the user's is a user of its own.
            if isinstance(owner, field.related_model) and not getattr(field.remote_field, "parent_link", False):
                given[field.name] = owner
        elif field.primary_key and isinstance(field, models.IntegerField | models.AutoField):
            given[field.name] = _KEY + number
        elif field.primary_key and isinstance(field, models.UUIDField):
            given[field.name] = uuid.UUID(int=_KEY + number)
        elif isinstance(field, _TEXTS) and not field.choices and (field.unique or isinstance(field, models.SlugField)):
            text = f"row-{number}@example.com" if isinstance(field, models.EmailField) else f"row-{number}"
            given[field.name] = text[: field.max_length or 50]
    return given


def _is_family(label: str, other: str | None) -> bool:
    """Whether one model inherits from the other: their rows share a key."""
    if other is None:
        return False
    first, second = apps.get_model(label), apps.get_model(other)
    return issubclass(first, second) or issubclass(second, first)
