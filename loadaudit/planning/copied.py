"""Columns of a new user's own rows, copied from those of another user: what tells rows apart is made from its name."""

import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, router, transaction

from loadaudit.inventory.source.relations import is_of_app, login_field
from loadaudit.planning.naming import OF_THE_FRAMEWORK

_NUMBER = re.compile(r"\+?[0-9]{6,}")
_MOST_USERS = 0.8
"""Share of users who have a row, such as a profile, which then belongs to whoever signs up."""


SAME: Any = object()
"""A column has what it has in the other row."""


def made_like(like: Any, another: Callable[[Any], object], given: Mapping[str, object]) -> Any:
    """Create a row like another one, with what is `given`, by attribute, else what `another` says of a column.

    Past the project's save() and signals, which may send mail or tell other systems. Only ever call this on a clone.
    Raises what columns and the database raise.
    """
    columns = [one for one in like._meta.concrete_fields if not one.primary_key and one.attname not in given]
    values = {one.attname: another(one) for one in columns}
    copied = {name: getattr(like, name) if value is SAME else value for name, value in values.items()}
    return type(like)._base_manager.bulk_create([type(like)(**{**copied, **given})])[0]


def give_profiles(user: Any, name: str, like: Any) -> None:
    """Give a user that the run has made the rows that nearly all have one of, copied from those of another user.

    Only ever call this on a clone. Never raises.
    """
    users: Any = get_user_model()
    for one in users._meta.related_objects:
        if one.one_to_one and not one.parent_link and not is_of_app(one.related_model, OF_THE_FRAMEWORK):
            # Managers and columns are the project's own code.
            with suppress(Exception), transaction.atomic(using=router.db_for_write(one.related_model)):
                _give(one, user, name, like)


def _give(relation: Any, user: Any, name: str, like: Any) -> None:
    model, link = relation.related_model, relation.field
    rows = model._base_manager.filter(**{f"{link.name}__isnull": False})
    others = type(user)._base_manager.exclude(pk=user.pk).count()
    key: Any = model._meta.pk
    # What is known by a key that somebody chose, such as a token, is no part of an account.
    is_counted = key is link or isinstance(key, models.AutoField) or key.has_default()
    if not is_counted or rows.filter(**{link.name: user}).exists() or rows.count() < max(1, _MOST_USERS * others):
        return
    known = rows.filter(**{link.name: like}).first() or rows.order_by("pk").first()
    made_like(known, lambda one: value_for(one, name, known) if one.unique else SAME, {link.attname: user.pk})


def tells_apart(field: Any) -> bool:
    """Whether a column of users is to be another for each of them."""
    named = field.name == login_field()
    return named or bool(field.unique) or isinstance(field, models.EmailField)


def value_for(field: Any, name: str, like: Any) -> Any:
    """Return a value of a new user: made from the name where it tells users apart, else that of another user."""
    if tells_apart(field):
        if isinstance(field, models.EmailField):
            return f"{name}@example.com"
        if isinstance(field, models.UUIDField) and field.has_default():
            return field.get_default()
        if not isinstance(field, models.CharField):
            return None
        known = str(getattr(like, field.attname, "") or "")
        if _NUMBER.fullmatch(known):
            return known[:-6] + str(zlib.crc32(name.encode()) % 900_000 + 100_000)
        return name[: field.max_length]
    if like is not None:
        return getattr(like, field.name)
    return name if isinstance(field, models.CharField) else None
