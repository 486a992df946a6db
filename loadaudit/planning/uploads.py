"""Addresses of uploaded files, as the rows that name them and their storage write them, or the names themselves."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import models

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import match_of
from loadaudit.planning.values import fill
from loadaudit.records import Operation, PlannedPath

ORIGIN = "file that a row names"
_OF_A_FIELD = 2


def paths_of_files(operation: Operation, index: RouteIndex) -> Iterator[PlannedPath]:
    """Yield the addresses of an operation that takes whatever comes behind its beginning, if it is of files.

    A view that gives out files to those who may see them has an address of its own, with the name in the storage.
    """
    names = [one.name for one in operation.parameters]
    filled = (fill(operation.route, {names[0]: name}) for _, name in _named()) if len(names) == 1 else ()
    for path in dict.fromkeys(chain(addresses_of_files(), filled)):
        if match_of(path, index)[0] == operation.route:
            yield PlannedPath(path=path, origin=ORIGIN)


def addresses_of_files() -> Iterator[str]:
    """Yield the paths of the newest files of each field; those of other hosts are left out."""
    for field, name in _named():
        try:
            parts = urlsplit(field.storage.url(name))
        except Exception:  # a storage is the project's own code and may raise anything
            continue
        if not parts.netloc:
            yield parts.path


def _named() -> Iterator[tuple[Any, str]]:
    """Yield fields with the names of their newest files."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.FileField):
                continue
            try:
                named = model._base_manager.exclude(**{field.name: ""}).exclude(**{field.name: None}).order_by("-pk")
                yield from [(field, str(name)) for name in named.values_list(field.name, flat=True)[:_OF_A_FIELD]]
            except Exception:  # a manager is the project's own code and may raise anything
                continue
