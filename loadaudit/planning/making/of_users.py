"""The users that rows of the run's own making belong to."""

from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import user_model
from loadaudit.records import Identity


def user_of(identity: Identity) -> Any:
    """Return the user of an identity, the first there is for nobody; None where there is none."""
    users: Any = user_model()._base_manager
    return users.filter(pk=identity.user_id).first() if identity.user_id else users.order_by("pk").first()


def free_user(column: Any) -> Any:
    """Return a user to whom no row points by a column that no two rows may share."""
    taken = column.model._base_manager.filter(**{f"{column.name}__isnull": False}).values(column.name)
    return user_model()._base_manager.exclude(pk__in=taken).order_by("-pk").first()


def of_anything(model: type[models.Model], identity: Identity) -> dict[str, Any]:
    """Return what points to a row of any model: to the identity's user, which is there."""
    found: dict[str, Any] = {}
    for one in model._meta.private_fields:
        if hasattr(one, "ct_field") and hasattr(one, "fk_field") and (user := user_of(identity)) is not None:
            kind = apps.get_model("contenttypes", "ContentType")._default_manager.get_for_model(user)
            found |= {one.ct_field: kind, one.fk_field: user.pk}
    return found
