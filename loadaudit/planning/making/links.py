"""Links that the project's own code makes: addresses with a key or a signature that nothing else can make up."""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from itertools import islice
from types import CodeType, FunctionType
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import models, transaction

from loadaudit.inventory.source.relations import is_user_model, user_model
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import match_of
from loadaudit.planning.keys.sources import keys_for_path
from loadaudit.planning.values import fill
from loadaudit.records import Identity, Operation, PlannedPath

LINKED = "link that the project makes in "
"""Begins the origin of such an address."""

_REVERSES = frozenset({"reverse", "reverse_lazy", "resolve_url"})
_FRAMEWORKS = frozenset({"django", "rest_framework"})
_OF_ROWS = frozenset(
    {"get_absolute_url", "get_url", "get_full_url", "get_permalink", "permalink", "absolute_url", "url"}
)
"""What methods and properties are called that tell the address of a row's own page, however they put it together."""

_NOT_LOOKED_AT = (".migrations", ".tests", ".management", ".conftest")
_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_MOST_FUNCTIONS = 8
_MOST_ROWS = 6
_MOST_LINKS = 5
_NOTHING = object()


@dataclass(slots=True, kw_only=True)
class LinkMaker:
    """Asks the project's code for links, for one run on its clone."""

    fence: Callable[[], AbstractContextManager[object]]
    """Put up around the project's own code."""
    index: RouteIndex
    _tellers: dict[str, tuple["_Teller", ...]] = field(default_factory=dict)
    """Of a package, which is gone through once: large ones have thousands of functions."""
    _told_before: dict[tuple[FunctionType, str], list[str]] = field(default_factory=dict)
    """Of a function and a user: those that tell of their own page are asked for every operation."""

    def look_again(self) -> None:
        """Ask the functions once more: rows may have come."""
        self._told_before.clear()

    def links_to(self, operation: Operation, identity: Identity) -> tuple[PlannedPath, ...]:
        """Return addresses of an operation with the function that made each. Never raises.

        Functions and methods of models count that name the route's URL and can be called with rows alone,
        and those that tell the address of a row's own page.
        """
        found: dict[str, PlannedPath] = {}
        try:
            with self.fence():
                makers = list(islice(self._makers(operation), _MOST_FUNCTIONS))
        except Exception:  # what stands in the project's modules may do anything when it is looked at
            return ()
        for function, owner in makers:
            name = f"{function.__module__}.{function.__qualname__}"
            asked = (function, identity.user_id)
            if asked not in self._told_before:
                self._told_before[asked] = self._told(function, owner, identity)
            for text in self._told_before[asked]:
                parts = urlsplit(text)
                if len(found) < _MOST_LINKS and match_of(parts.path, self.index)[0] == operation.route:
                    path = parts.path + (f"?{parts.query}" if parts.query else "")
                    found.setdefault(path, PlannedPath(path=path, origin=f"{LINKED}{name}"))
        with suppress(Exception), self.fence(), transaction.atomic():
            for values in keys_for_path(operation, identity)[:_MOST_LINKS]:
                path = fill(operation.route, values)
                found.setdefault(path, PlannedPath(path=path, origin=f"{LINKED}{operation.view.partition('.')[0]}"))
        return tuple(found.values())

    def _told(self, function: FunctionType, owner: Any, identity: Identity) -> list[str]:
        texts: list[str] = []
        with self.fence():
            for number in range(_MOST_ROWS):
                try:
                    with transaction.atomic():
                        arguments = _arguments(function, owner, identity, number)
                        if arguments is None:
                            break
                        texts += _texts(function(**arguments))
                except Exception:  # the project's own code may raise anything, and does where a row does not fit
                    continue
        return texts

    def _makers(self, operation: Operation) -> Iterator[tuple[FunctionType, Any]]:
        """Yield functions of the view's package that name its URL, and the model that they are a method of.

        Last come those that tell the address of a row's page and name no URL, as pages of a site's own tree do.
        """
        package = operation.view.partition(".")[0]
        if package in _FRAMEWORKS:
            return
        if package not in self._tellers:
            self._tellers[package] = tuple(_tellers(package))
        known = self._tellers[package]
        yield from ((one.function, one.owner) for one in known if one.names(operation.name))
        yield from ((one.function, one.owner) for one in known if one.tells_its_row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """A function that may tell addresses."""

    function: FunctionType
    owner: Any
    """The model that it is a method of."""
    urls: frozenset[str]
    """Texts of its code, where that asks for a URL by its name."""
    tells_its_row: bool

    def names(self, name: str) -> bool:
        """Whether it names the URL; an app's own name may stand without the namespace that it was included with."""
        return bool(name) and any(one == name or (":" in one and name.endswith(f":{one}")) for one in self.urls)


def _tellers(package: str) -> Iterator[_Teller]:
    modules = [
        module
        for name, module in sorted(sys.modules.items())
        if (name == package or name.startswith(f"{package}.")) and not any(one in name for one in _NOT_LOOKED_AT)
    ]
    for module in modules:
        for one in list(vars(module).values()):
            if getattr(one, "__module__", None) != module.__name__:
                continue
            if isinstance(one, FunctionType):
                members: list[tuple[str, Any]] = [("", one)]
            # The class that all models come from has no options of its own.
            elif _is_model(one) and not one._meta.abstract:
                members = [(name, getattr(each, "fget", None) or each) for name, each in vars(one).items()]
            else:
                continue
            for name, each in ((name, each) for name, each in members if isinstance(each, FunctionType)):
                urls, tells_its_row = frozenset(_urls(each.__code__)), name in _OF_ROWS
                if urls or tells_its_row:
                    yield _Teller(function=each, owner=one if name else None, urls=urls, tells_its_row=tells_its_row)


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, models.Model) and one is not models.Model


def _urls(code: CodeType) -> Iterator[str]:
    if _REVERSES & {*code.co_names}:
        yield from (one for one in code.co_consts if isinstance(one, str))
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _urls(one)


def _arguments(function: FunctionType, owner: Any, identity: Identity, number: int) -> dict[str, Any] | None:
    """Return what a function is called with the n-th time; None where it wants more than rows, or there are no more.

    Old and new rows come in turn.
    """
    wanted = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.kind in _KINDS and one.default is inspect.Parameter.empty
    ]
    found: dict[str, Any] = {}
    for position, one in enumerate(wanted):
        model = owner if owner is not None and not position else _model_of(one, function)
        value = _row(model, number, identity) if model is not None else _email(one.name, function)
        if value is _NOTHING:
            return None
        found[one.name] = value
    return found if found or not number else None


def _row(model: Any, number: int, identity: Identity) -> Any:
    rows = model._base_manager.order_by("-pk" if number % 2 else "pk")
    if is_user_model(model):
        rows = rows.filter(pk=identity.user_id or None)
    row = next(iter(rows[number // 2 : number // 2 + 1]), None)
    return _NOTHING if row is None else row


def _model_of(parameter: inspect.Parameter, function: FunctionType) -> Any:
    """Return the model that a parameter means, by its annotation, else by its name."""
    said = parameter.annotation
    if isinstance(said, type) and issubclass(said, models.Model):
        return said
    words = {str(said).strip("'\"").rpartition(".")[2].lower(), parameter.name.lower()}
    package = function.__module__.partition(".")[0]
    users = user_model()
    like = [one for one in apps.get_models() if one._meta.model_name in words and not one._meta.proxy]
    own = [one for one in like if one.__module__.partition(".")[0] == package]
    return users if "user" in words and not own else next(iter(own), None)


def _email(name: str, function: FunctionType) -> Any:
    """Return an address that a row of the function's package has, for what asks for one."""
    package = function.__module__.partition(".")[0]
    known = [one for one in apps.get_models() if one.__module__.partition(".")[0] == package]
    for model in known if name in ("email", "email_address", "recipient") else ():
        for column in model._meta.concrete_fields:
            if isinstance(column, models.EmailField):
                values = model._base_manager.exclude(**{column.attname: ""}).values_list(column.attname, flat=True)
                if (first := next(iter(values.order_by("pk")[:1]), None)) is not None:
                    return first
    return _NOTHING


def _texts(result: Any) -> Iterator[str]:
    waiting = [result]
    for _ in range(50):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, str) and "/" in one:
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one
