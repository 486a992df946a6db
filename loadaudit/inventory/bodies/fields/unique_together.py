"""Fields that a ModelSerializer demands because they are unique together (`get_uniqueness_extra_kwargs`)."""

from collections.abc import Iterable, Iterator

from django.db import models

from loadaudit.inventory.bodies.fields.models import find_field


def demanded_together(model: type[models.Model], names: Iterable[str]) -> dict[str, bool]:
    """Return, for each field of a constraint whose fields are all there, whether it must be sent."""
    present = frozenset(names)
    found: dict[str, bool] = {}
    for constraint in _constraints(model):
        if not constraint <= present:
            continue
        for name in constraint:
            held = find_field(model, name)
            if held is not None:
                text = isinstance(held, (models.CharField, models.TextField))
                found[name] = not (held.has_default() or held.null or (held.blank and text))
    return found


def _constraints(model: type[models.Model]) -> Iterator[frozenset[str]]:
    for one in (model, *model._meta.parents):
        for together in one._meta.unique_together:
            yield frozenset(together)
        for constraint in one._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and len(constraint.fields) > 1:
                yield frozenset(constraint.fields)
