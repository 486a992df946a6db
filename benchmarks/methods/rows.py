"""Rows that are cheap to make: one of each model that a route selects from, and a superuser."""

import contextlib
import datetime
import decimal
import uuid
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import models, transaction

MAX_DEPTH = 4
_EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_BY_TYPE: tuple[tuple[Any, Any], ...] = (
    (models.EmailField, "person@example.com"),
    (models.URLField, "https://example.com/"),
    (models.BooleanField, True),
    (models.DateTimeField, _EPOCH),
    (models.DateField, _EPOCH.date()),
    (models.TimeField, _EPOCH.time()),
    (models.DurationField, datetime.timedelta(days=1)),
    (models.DecimalField, decimal.Decimal(1)),
    (models.FloatField, 1.0),
    (models.IntegerField, 1),
    (models.UUIDField, uuid.UUID(int=1)),
    (models.GenericIPAddressField, "127.0.0.1"),
    (models.JSONField, {}),
    (models.BinaryField, b"a"),
    (models.FileField, "a.txt"),
    (models.CharField, "a"),
    (models.TextField, "a"),
)


def make(model: type[models.Model], depth: int = 0, /, **given: Any) -> models.Model | None:
    """Return a saved row of the model, or None when its rules are beyond a sample."""
    try:
        with transaction.atomic():
            row = model(**{field.name: _value(field, depth) for field in _needed(model) if field.name not in given})
            for name, value in given.items():
                setattr(row, name, value)
            if (added := getattr(model, "add_root", None)) is not None:
                # A tree of treebeard makes its own paths; with any other it can take no node.
                return cast(models.Model, added(instance=row))
            try:
                with transaction.atomic():
                    row.save()
            except Exception:
                row.save_base(raw=True, force_insert=True)
            return row
    except Exception:
        return None


def first(model: type[models.Model], depth: int = 0) -> models.Model | None:
    """Return a row that is there, or a new one."""
    with contextlib.suppress(Exception), transaction.atomic():
        found = model._default_manager.order_by("pk").first()
        if found is not None:
            return found
    return make(model, depth) if depth < MAX_DEPTH else None


def superuser() -> Any:
    """Return a superuser, by the manager of the user model or without it."""
    model = get_user_model()
    names = {model.USERNAME_FIELD, *model.REQUIRED_FIELDS}
    # A name may also be that of a property, as where texts are stored encrypted.
    values = {one.name: _value(one, 1) for one in model._meta.concrete_fields if one.name in names}
    try:
        with transaction.atomic():
            return model._default_manager.create_superuser(password="a", **values)  # type: ignore[attr-defined]
    except Exception as error:
        print(f"create_superuser failed ({type(error).__name__}: {error}); saving a row instead")
    flags = {one: True for one in ("is_superuser", "is_staff", "is_active") if hasattr(model, one)}
    return make(model, **flags)


def sample(field: Any) -> Any:
    """Return a value for a field that may stay empty: a row that is there, or what its type takes."""
    if field.is_relation:
        with contextlib.suppress(Exception), transaction.atomic():
            return field.related_model._default_manager.order_by("pk").first()
        return None
    return _value(field, MAX_DEPTH)


def _needed(model: type[models.Model]) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if not (field.has_default() or field.null or isinstance(field, models.AutoField) or _is_parent_link(field))
        and not getattr(field, "auto_now", False)
        and not getattr(field, "auto_now_add", False)
    ]


def _is_parent_link(field: Any) -> bool:
    return bool(field.is_relation and getattr(field.remote_field, "parent_link", False))


def _value(field: Any, depth: int) -> Any:
    if field.is_relation:
        return first(field.related_model, depth + 1)
    if field.choices:
        return field.flatchoices[0][0]
    return next((value for kind, value in _BY_TYPE if isinstance(field, kind)), "")
