"""Hosts that a project may be called by, besides those of its settings: domains in its tables, and names below one."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, models, router, transaction
from django.http.request import validate_host

_DOMAIN = re.compile(r"(?:\w+_)?(?:domain|host|hostname|fqdn)(?:_?(?:name|url))?|domain_or_host", re.IGNORECASE)
_LABEL = re.compile(r"sub_?domain(?:_?(?:name|prefix))?|host_?prefix|schema_?name", re.IGNORECASE)
_TENANT = re.compile(
    r"tenant|organi[sz]ation|company|client|customer|workspace|team|account|school|shop|store|site|portal|community|"
    r"instance|event",
    re.IGNORECASE,
)
_SETTING = re.compile(r"(?:\w+_)?(?:DOMAIN|HOST)(?:_NAME)?")
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)
_ROWS = 3
_MOST_BASES = 3


def is_allowed(host: str) -> bool:
    """Whether ALLOWED_HOSTS takes a host; empty means what Django does under DEBUG."""
    name = host.partition(":")[0].lower()
    return bool(_NAME.fullmatch(name)) and validate_host(name, list(settings.ALLOWED_HOSTS) or [".localhost", name])


def other_hosts(host: str) -> Iterator[str]:
    """Yield hosts that the project may know, the likeliest first, none twice; `host` is the one that it was called by.

    Reads the database. Never raises.
    """
    seen = {host}
    for one in (f"www.{host}", *_domains(), *_below(host), *_named()):
        if one not in seen and is_allowed(one):
            seen.add(one)
            yield one


def _domains() -> Iterator[str]:
    """Yield what columns for domains hold."""
    for model, column in _columns(_DOMAIN):
        for text in _values(model, column):
            yield (urlsplit(text).hostname if "://" in text else text.partition("/")[0]) or ""


def _below(host: str) -> Iterator[str]:
    """Yield the names of tenants below the hosts of the settings."""
    found = [one.lstrip(".") for one in settings.ALLOWED_HOSTS if one.startswith(".")]
    bases = list(islice(dict.fromkeys((*found, *_named(), host)), _MOST_BASES))
    columns = [
        *_columns(_LABEL),
        *((model, name) for model, name in _columns(re.compile("slug|code")) if _is_one(model)),
    ]
    labels = dict.fromkeys(text.lower() for model, column in columns for text in _values(model, column))
    yield from (f"{label}.{base}" for label in labels if label != "public" for base in bases)


def _named() -> Iterator[str]:
    """Yield hosts that settings of the project name."""
    for name in dir(settings):
        value = getattr(settings, name, None) if name.isupper() and _SETTING.fullmatch(name) else None
        if isinstance(value, str) and value and not name.startswith(("EMAIL", "DATABASE", "CACHE", "REDIS", "CELERY")):
            yield str(value).lstrip(".")


def _is_one(model: type[models.Model]) -> bool:
    return _TENANT.search(str(model._meta.model_name)) is not None


def _columns(names: re.Pattern[str]) -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for one in model._meta.local_concrete_fields:
                if isinstance(one, models.CharField) and names.fullmatch(one.name):
                    yield model, one.name


def _values(model: type[models.Model], column: str) -> Sequence[str]:
    rows: Any = model._base_manager
    with suppress(DatabaseError), transaction.atomic(using=router.db_for_read(model)):
        found = rows.order_by("pk").values_list(column, flat=True).distinct()[:_ROWS]
        return [str(one) for one in found if one]
    return ()
