"""Codes that the app of a user would show, by the secret that the project keeps of it: on a clone only."""

import base64
import binascii
import re
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from typing import Any

from django.apps import apps

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.payloads.one_time import code_of, codes_of_page, fields_of_codes
from loadaudit.records import Identity

_OF_CODES = re.compile(r"totp|otp|mfa|2fa|two_?factor|authenticator|device", re.IGNORECASE)
"""Stands in the names of models and columns that are about second factors."""

_SECRET = re.compile(r"secret|seed|key", re.IGNORECASE)
_BASE32 = re.compile(r"[A-Z2-7]{16,128}={0,6}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){10,64}", re.IGNORECASE)
_LEAST_BYTES = 10


def codes_for(
    page: str, names: Iterable[str], known: Container[str], identity: Identity, *, on_clone: bool
) -> dict[str, str]:
    """Return a code for each field that asks for one: by what a page tells, else by the user's newest device.

    What is `known` of fields, as of a code that came by mail, goes before a device.
    """
    names = list(names)
    if found := codes_of_page(page, names, time.time()):
        return found
    wanted = [one for one in fields_of_codes(names) if one not in known] if on_clone and identity.user_id else []
    secret = next(secrets_of(identity.user_id), b"") if wanted else b""
    return dict.fromkeys(wanted, code_of(secret, max(time.time(), _unused_from_s(identity.user_id)))) if secret else {}


def secrets_of(user_id: str) -> Iterator[bytes]:
    """Yield the secrets of a user's devices, the newest first. Never raises."""
    for row, names in _devices_of(user_id):
        with suppress(Exception):  # columns are the project's own code
            # django-otp writes in hexadecimal what it hands out as bytes.
            values = [getattr(row, "bin_key", None), *(getattr(row, name) for name in names)]
            yield from filter(None, map(_as_bytes, values))


def _unused_from_s(user_id: str) -> float:
    """Return from when on codes were not used yet, where a device notes it as django-otp's do: each counts once.

    It takes that of the next step as well.
    """
    for row, _ in _devices_of(user_id):
        last = getattr(row, "last_t", None)
        if isinstance(last, int) and last > 0:
            return float((last + 1 - getattr(row, "drift", 0)) * getattr(row, "step", 30) + getattr(row, "t0", 0))
    return 0.0


def _devices_of(user_id: str) -> Iterator[tuple[Any, list[str]]]:
    """Yield the newest row of each model of a user's devices, with the columns that may hold its secret."""
    for model in apps.get_models():
        links = [one for one in model._meta.concrete_fields if is_user_model(one.related_model)]
        is_about = is_user_model(model) or (bool(links) and _OF_CODES.search(model.__name__) is not None)
        columns = [one for one in model._meta.concrete_fields if is_about and _SECRET.search(one.name)]
        columns = [one for one in columns if not is_user_model(model) or _OF_CODES.search(one.name)]
        whose = "pk" if is_user_model(model) else next((one.attname for one in links), "")
        with suppress(Exception):  # managers and columns are the project's own code
            rows = model._base_manager.filter(**{whose: user_id}).order_by("-pk")[:1] if columns else ()
            yield from [(row, [one.attname for one in columns]) for row in rows]


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, (bytes, memoryview)):
        found = bytes(value)
        return found if len(found) >= _LEAST_BYTES else b""
    text = value if isinstance(value, str) else ""
    with suppress(binascii.Error, ValueError):
        if _BASE32.fullmatch(text):
            plain = text.rstrip("=")
            return base64.b32decode(plain + "=" * (-len(plain) % 8))
        if _HEX.fullmatch(text):
            return bytes.fromhex(text)
    return b""
