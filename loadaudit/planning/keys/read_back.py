"""Keys that the project's own code tells and reads back: signed ones, and those of generators of tokens of its own."""

import inspect
import pydoc
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from types import FunctionType, ModuleType
from typing import Any

from django.apps import apps
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.db import models

from loadaudit.records import Operation

_NAMES = re.compile(r"(?:^|_)(?:key|token|code|signature|hash)$", re.IGNORECASE)
_FOREIGN = ("django.", "rest_framework.", "builtins")
_MOST_ROWS = 3
_MOST_CLASSES = 200


def generators_of(operation: Operation) -> list[PasswordResetTokenGenerator]:
    """Return the generators of tokens that the module of a view has, Django's own last. Never raises."""
    found: dict[int, Any] = {}
    with suppress(Exception):  # what stands in the project's modules may do anything when it is looked at
        for module in _modules(operation):
            own = [one for one in vars(module).values() if isinstance(one, PasswordResetTokenGenerator)]
            found |= {id(one): one for one in own if one is not default_token_generator}
    return [*found.values(), default_token_generator]


def keys_read_back(operation: Operation, names: Iterable[str]) -> dict[str, list[str]]:
    """Return keys for those names of which a class near the view both tells a key and finds itself by it. Never raises.

    As with `Confirmation.from_key(key)`, which the view calls, and `Confirmation(email_address).key`: made for the
    newest rows and the oldest.
    """
    found: dict[str, list[str]] = {}
    for name in names if operation.view else ():
        if _NAMES.search(name):
            with suppress(Exception):  # the project's own code may raise anything
                if values := list(dict.fromkeys(_told(operation, name))):
                    found[name] = values
    return found


def _told(operation: Operation, name: str) -> Iterator[str]:
    # A table of keys may be one that a setting has replaced by signatures.
    for one in sorted(_classes(operation, f"from_{name}"), key=_is_model):
        if not hasattr(one, name) and not _is_model(one):
            continue
        for row in _instances(one):
            with suppress(Exception):
                value = getattr(row, name)
                if isinstance(value, str) and value and getattr(one, f"from_{name}")(value) is not None:
                    yield value


def _classes(operation: Operation, reader: str) -> Iterator[type]:
    """Yield classes of the view's package that have a method which finds one by its key, and that the code calls."""
    modules = list(_modules(operation))
    near = dict.fromkeys(modules)
    for module in modules:
        package = module.__name__.partition(".")[0]
        for one in list(vars(module).values()):
            place = sys.modules.get(str(getattr(one, "__module__", "")))
            if isinstance(one, (FunctionType, type)) and place and place.__name__.partition(".")[0] == package:
                near[place] = None
    calls = any(reader in each.__code__.co_names for one in modules for each in _functions(one))
    every = (one for module in near for one in vars(module).values() if calls and isinstance(one, type))
    for one in dict.fromkeys(islice(every, _MOST_CLASSES)):
        if inspect.ismethod(getattr(one, reader, None)):
            yield one


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for one in list(vars(module).values()):
        if isinstance(one, FunctionType):
            yield one
        elif isinstance(one, type) and one.__module__ == module.__name__:
            yield from (each for each in vars(one).values() if isinstance(each, FunctionType))


def _modules(operation: Operation) -> Iterator[ModuleType]:
    """Yield the modules of a view and of its parents, those of frameworks left out."""
    view = pydoc.locate(operation.view)
    owners: tuple[Any, ...] = getattr(view, "__mro__", (view,))
    names = dict.fromkeys(str(getattr(one, "__module__", "")) for one in owners)
    for name in names:
        if name in sys.modules and not f"{name}.".startswith(_FOREIGN):
            yield sys.modules[name]


def _instances(one: type) -> Iterator[Any]:
    """Yield rows of a model, or what is made of a row that the class asks for."""
    if _is_model(one):
        yield from _rows(one)
        return
    wanted = [each for each in inspect.signature(one).parameters.values() if each.default is each.empty]
    if len(wanted) != 1:
        return
    model = _model_of(wanted[0])
    for row in _rows(model) if model is not None else ():
        yield one(row)


def _rows(model: Any) -> Iterator[Any]:
    known: dict[Any, Any] = {}
    for order in ("-pk", "pk"):
        known |= {row.pk: row for row in model._base_manager.order_by(order)[:_MOST_ROWS]}
    yield from known.values()


def _model_of(parameter: inspect.Parameter) -> Any:
    said = parameter.annotation
    if _is_model(said):
        return said
    words = {str(said).strip("'\"").rpartition(".")[2].lower(), parameter.name.replace("_", "").lower()}
    return next((one for one in apps.get_models() if one._meta.model_name in words), None)


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, models.Model)
