"""Lets the addresses of the run's users be verified on the clone, as those of people who use the project are."""

import re
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, router, transaction
from django.utils import timezone

_VERIFIED = re.compile(
    r"(?:is_)?(?:e?mail_?(?:address_)?)?(?:is_)?(?:verified|confirmed|validated)(?:_(?:at|on|date))?|date_verified"
)
"""Columns of users that say whether, or since when, an address is known to be theirs."""


def verify_address(user: Any) -> None:
    """Let the user's addresses be verified: whoever has others, or none, may be kept out of the login or of a part.

    Past the project's save() and signals, which may send mail or tell other systems. Only ever call this on a clone.
    """
    values = dict(_unverified(user))
    # What a constraint or a trigger of the project forbids stays as it is.
    with suppress(DatabaseError), transaction.atomic(using=router.db_for_write(type(user))):
        if values and type(user)._base_manager.filter(pk=user.pk).update(**values):
            vars(user).update(values)
    if apps.is_installed("allauth.account"):
        _verify_of_allauth(user)


def _unverified(user: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for field in user._meta.concrete_fields:
        value = getattr(user, field.attname)
        if not _VERIFIED.fullmatch(field.name) or value:
            continue
        if isinstance(field, models.BooleanField):
            found.append((field.attname, True))
        elif isinstance(field, models.DateTimeField):
            found.append((field.attname, timezone.now()))
        elif isinstance(field, models.DateField):
            found.append((field.attname, timezone.now().date()))
    return found


def _verify_of_allauth(user: Any) -> None:
    model = apps.get_model("account", "EmailAddress")
    addresses = model._default_manager.filter(user=user)
    for key in addresses.filter(verified=False).values_list("pk", flat=True):
        # One address may be verified for one user only.
        with suppress(DatabaseError), transaction.atomic(using=router.db_for_write(model)):
            addresses.filter(pk=key).update(verified=True)
    if user.email and not addresses.exists():
        addresses.create(user=user, email=user.email, verified=True, primary=True)
