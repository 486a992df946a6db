"""Devices of django-otp for users of the run's own: views that want a second factor let nobody in who has none."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import models, router, transaction

from loadaudit.inventory.source.relations import user_model

_NAME = "loadaudit"
_FIRST = "TOTPDevice"
"""Needs neither a mail nor a telephone, and no row beside its own."""


def asks_for_devices() -> bool:
    """Whether the project may let in only who has shown a code of django-otp in the session."""
    return apps.is_installed("django_otp")


def give_device(user_id: str) -> bool:
    """Let a user have a confirmed device; tell whether there is one now. Never raises.

    Only ever call this on a clone.
    """
    user = user_model()._base_manager.filter(pk=user_id).first()
    for model in _devices() if user is not None else ():
        with suppress(Exception), transaction.atomic(using=router.db_for_write(model)):  # save() may be the project's
            model._default_manager.create(user=user, name=_NAME, confirmed=True)
            return True
    return False


def _devices() -> Iterator[Any]:
    """Yield the models of devices, those of time-based codes first; without django-otp there are none."""
    found: list[type[models.Model]] = [one for one in apps.get_models() if _is_device(one)]
    yield from sorted(found, key=lambda one: one.__name__ != _FIRST)


def _is_device(model: type[models.Model]) -> bool:
    return any(f"{one.__module__}.{one.__qualname__}" == "django_otp.models.Device" for one in model.__mro__)
