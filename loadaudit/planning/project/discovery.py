"""Finds and imports the `loadtests` modules of a project: beside the URLconf, at the top, and in every app."""

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps
from django.conf import settings

from loadaudit.errors import UsageError, named
from loadaudit.planning.project.bounded import TooLongError, called_here
from loadaudit.planning.project.registry import short
from loadaudit.planning.project.sources import where

MODULE = "loadtests"

IMPORT_S = 60.0
"""How long the import of one may take, with all that it imports."""


def load_modules() -> tuple[ModuleType, ...]:
    """Import every loadtests module, once per process. Raises UsageError when one cannot be imported."""
    return tuple(_imported(name) for name in _names() if _exists(name))


def _names() -> Iterator[str]:
    root = str(settings.ROOT_URLCONF).rpartition(".")[0]
    for package in dict.fromkeys([root, "", *(one.name for one in apps.get_app_configs())]):
        yield f"{package}.{MODULE}" if package else MODULE


def _imported(name: str) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None:
        return known
    call = called_here(lambda: import_module(name), IMPORT_S)
    if call.error is None:
        return call.values[0]
    why = named(call.error)
    if isinstance(call.error, TooLongError):
        why = f"it did not come to its end within {IMPORT_S:g} s"
    raise UsageError(
        f"The module {name} cannot be imported: {why}{_place_in(name, call.error)}",
        hint=f"Correct it, and see whether it can be: manage.py shell -c 'import {name}'",
    ) from call.error


def _place_in(name: str, error: BaseException) -> str:
    """Return ` (file:line)` of the module where it goes wrong, empty where no line of it is to blame."""
    if isinstance(error, SyntaxError):
        # It names its line itself.
        return f" ({short(error.filename)}:{error.lineno})" if error.filename else ""
    return where(error, [str(getattr(find_spec(name), "origin", ""))])


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
