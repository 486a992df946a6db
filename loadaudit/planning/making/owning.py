"""Whether an identity has rows of its own where a view takes no other, and what makes a row its own."""

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from loadaudit.planning.rows import key_held_by, own_and_others, reachable_values
from loadaudit.records import Evidence, Identity, Parameter


def asked_of_owner(model: type[models.Model], one: Parameter, identity: Identity) -> dict[str, object]:
    """Return what makes a new row the identity's own where its owner's column has no foreign key; else empty.

    Nothing in such a column says that it holds users, so that it would be filled with anything.
    """
    if not _must_own(one) or not identity.user_id:
        return {}
    try:
        column = model._meta.get_field(str(one.owner_field))
    except FieldDoesNotExist:
        return {}
    key = None if column.is_relation else key_held_by(model, column.name, identity)
    return {} if key is None else {column.name: key}


def _must_own(one: Parameter) -> bool:
    return bool(one.owner_field) and one.owner_evidence is not Evidence.ASSUMED


def has_none(model: type[models.Model], one: Parameter, identity: Identity, *, refused: bool) -> bool:
    """Whether no row that the identity may use has a value for a parameter; of the staff it is known once refused."""
    if _must_own(one) and identity.user_id and (refused or not identity.staff):
        return owns_none(model, str(one.owner_field), identity)
    try:
        return not reachable_values(model, str(one.model_field), identity)
    except Exception:  # a manager is the project's own code and may raise anything
        return False


def owns_none(model: type[models.Model], owner_field: str, identity: Identity) -> bool:
    """Whether the identity has no row of a model; a manager that refuses to tell has some."""
    try:
        return not own_and_others(model, [owner_field], ["pk"], identity)[0]
    except Exception:  # a manager is the project's own code and may raise anything
        return False
