"""Fields that a ModelSerializer demands because they are unique together (`get_uniqueness_extra_kwargs`)."""

from collections.abc import Iterable

from django.db import models

from loadaudit.inventory.bodies.fields.models import find_field, unique_sets


def demanded_together(model: type[models.Model], names: Iterable[str]) -> dict[str, bool]:
    """Return, for each field of a constraint whose fields are all there, whether it must be sent."""
    present = frozenset(names)
    found: dict[str, bool] = {}
    for constraint in unique_sets(model):
        if len(constraint) < 2 or not constraint <= present:
            continue
        for name in constraint:
            held = find_field(model, name)
            if held is not None:
                text = isinstance(held, (models.CharField, models.TextField))
                found[name] = not (held.has_default() or held.null or (held.blank and text))
    return found
