"""Addresses that name an app, a model of it and a row by its key, where no model of the project has such keys."""

from uuid import UUID

from django.apps import apps
from django.db import models

from loadaudit.planning.making.fitting import fits
from loadaudit.planning.naming import kinds_among
from loadaudit.records import Operation


def unfit_of_any_model(operation: Operation) -> str:
    """Say of an address that takes a row of any model that it wants a UUID, where no model has one; else empty."""
    kinds = kinds_among([one.name for one in operation.parameters])
    row = next((one for one in operation.parameters if kinds and one.name not in kinds), None)
    if row is None or not row.pattern or not fits(row.pattern, UUID(int=0)) or fits(row.pattern, "1"):
        return ""
    columns = (one for model in apps.get_models() for one in model._meta.concrete_fields)
    if any(one.unique and isinstance(one, models.UUIDField) for one in columns):
        return ""
    return f"its {row.name!r} takes the UUID of a row of any model, and no model of the project has UUIDs as keys"
