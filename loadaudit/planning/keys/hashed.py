"""Keys of which a table keeps a hash alone: hashed as the project's own functions do it, or as most do."""

import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import models

IS_HASH = re.compile(
    r"^(?:hashed|encrypted)_?(?:key|token|secret)$|(?:key|token|secret)_?(?:hash|digest)$|^digest$", re.IGNORECASE
)
"""Names of columns that keep the hash of a key."""

_IS_PREFIX = re.compile(r"^(?:(?:key|token|secret)_?)?prefix$|^(?:key|token)_?(?:id|hint)$", re.IGNORECASE)
_HASHES = re.compile(r"hash|digest", re.IGNORECASE)
_DOES_MORE = re.compile(
    r"check|verif|compare|match|valid|needs|file|password"
    r"|send|mail|notif|post|publish|save|store|update|delete|remove|clear|migrat|rehash|queue|task"
    r"|news|daily|week|month|report",
    re.IGNORECASE,
)
"""Stands in the names of functions that compare hashes, do something with them, or make a digest of news."""

_USUAL_PREFIX = 8


def columns_of(model: type[models.Model], key: str, hash_of: Callable[[str], object]) -> dict[str, object]:
    """Return the columns of a row that knows a key by its hash, with the beginning of it that shows which it is."""
    found: dict[str, object] = {}
    for one in model._meta.concrete_fields:
        if IS_HASH.search(one.name):
            found[one.name] = hash_of(key)
        elif _IS_PREFIX.search(one.name) and isinstance(one, models.CharField):
            found[one.name] = key[: min(one.max_length or _USUAL_PREFIX, len(key))]
    return found


def functions_for(model: type[models.Model]) -> Iterator[Callable[[str], object]]:
    """Yield what may turn a key into what a table has of it: functions of the model's app, then usual ones."""
    if not any(IS_HASH.search(one.name) for one in model._meta.concrete_fields):
        return
    config = apps.get_containing_app_config(model.__module__)
    package = config.name if config is not None else model.__module__
    known: dict[FunctionType, None] = {}
    for name, module in sorted(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            known |= dict.fromkeys(one for one in vars(module).values() if _is_hash_function(one))
    yield from (_as_it_takes(one) for one in known)
    yield lambda key: hashlib.sha256(key.encode()).hexdigest()
    yield make_password


def _is_hash_function(one: Any) -> bool:
    if not isinstance(one, FunctionType) or one.__module__.startswith("django."):
        return False
    if _HASHES.search(one.__name__) is None or _DOES_MORE.search(one.__name__) is not None:
        return False
    wanted = [each for each in inspect.signature(one).parameters.values() if each.default is each.empty]
    return len(wanted) == 1 and not inspect.iscoroutinefunction(one)


def _as_it_takes(function: FunctionType) -> Callable[[str], object]:
    """Return a function that is given bytes where it is annotated so."""
    first = next(iter(inspect.signature(function).parameters.values()))
    takes_bytes = first.annotation in (bytes, "bytes")
    return lambda key: function(key.encode() if takes_bytes else key)
