"""Accounts that a project keeps in a table of its own, beside Django's, and what its login puts into a session."""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.inventory.source.scope import MISSING
from loadaudit.planning.making.constants import value_in_code
from loadaudit.planning.preflight.session_keys import put_in_session
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import FRAMEWORKS, layers_for, view_at
from loadaudit.planning.role_names import role_named
from loadaudit.planning.tenants import ROLE_FIELD
from loadaudit.planning.values import fill
from loadaudit.records import Operation

_PASSWORD = re.compile(r"pass(?!ed|port|enger|ing)|pwd|pswd|secret|(?:^|_)pw(?:_|$)", re.IGNORECASE)
_DJANGOS = frozenset({"login", "auth_login", "authenticate", "django_login"})
"""What a login of Django's own users calls, which the run's users go through."""

_HASHES = frozenset({"check_password", "make_password"})
_NAMES = re.compile(r"user_?name|login|e_?mail|phone|mobile", re.IGNORECASE)
_LONGEST_NAME = 40
_MAY_ALL = re.compile(r"^(?:is_?)?(?:staff|admin|superuser|manager)$", re.IGNORECASE)
_MOST_ROLES = 6
"""Values of a column that tells roles; what has more tells something else."""

_IDENTIFIES = re.compile(r"(^|_)(id|pk|uid)$|^user$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccounts:
    """A model of accounts, and keys of the session with what is written behind each; none where a token is told."""

    model: type[models.Model]
    put: Mapping[str, ast.expr]
    path: str
    """Where the password is sent."""
    function: Any
    """What takes it."""

    def values_of(self, row: models.Model) -> dict[str, object]:
        """Return what a login of this account puts into the session, as far as its code tells."""
        found = {key: _value(node, key, row, self.function.__globals__) for key, node in self.put.items()}
        return {key: value for key, value in found.items() if value is not MISSING}

    def names_of(self, row: models.Model) -> list[str]:
        """Return what may be typed as the name of an account, best first: what the login looks accounts up by."""
        asked = _words_of(self.function)
        texts = [one for one in row._meta.concrete_fields if isinstance(one, models.CharField)]
        columns = [one for one in texts if not _PASSWORD.search(one.name) and getattr(row, one.attname)]
        columns.sort(key=lambda one: (one.name not in asked, not _NAMES.search(one.name)))
        return [str(getattr(row, one.attname)) for one in columns]

    def roles_beside(self, row: models.Model) -> Iterator[tuple[str, models.Model]]:
        """Yield a role that this account has not, of a column that tells roles, with an account that has it.

        That is a column with such a name, or one that a login puts into the session although it tells no account.
        """
        named = {name for node in self.put.values() for name in _names_in(node)}
        for column in row._meta.concrete_fields:
            is_put = column.name in named and not _IDENTIFIES.search(column.name)
            if not (is_put or ROLE_FIELD.search(column.name) or _MAY_ALL.search(column.name)):
                continue
            if column.unique or column.is_relation or _NAMES.search(column.name) or _PASSWORD.search(column.name):
                continue
            rows = type(row)._base_manager
            values = rows.order_by(column.attname).values_list(column.attname, flat=True).distinct()
            found = list(values[: _MOST_ROLES + 1])
            for value in found if len(found) <= _MOST_ROLES else ():
                other = rows.filter(**{column.attname: value}).order_by("pk").first()
                if other is not None and value not in (None, "", False, getattr(row, column.attname)):
                    yield column.name if value is True else role_named(column, value), other

    def passwords(self, row: models.Model, password: str) -> Iterator[Callable[[], object]]:
        """Yield what gives a row of a clone this password: its own method, or each way in which it may be kept.

        That is hashed by Django, or as it is.
        """
        if callable(set_password := getattr(row, "set_password", None)):

            def own_way() -> None:
                set_password(password)
                row.save()

            yield own_way
            return
        columns = _password_columns(type(row))
        rows = type(row)._base_manager.filter(pk=row.pk)
        kept = [make_password(password), password]
        for one in kept if _HASHES.intersection(_words_of(self.function)) else kept[::-1]:
            yield partial(rows.update, **dict.fromkeys(columns, one))


def own_accounts(operations: Iterable[Operation], tokens: Collection[str] = ()) -> Iterator[OwnAccounts]:
    """Yield the accounts whose password a view takes without Django's login, which it then remembers in the session.

    At the paths of `tokens` it may answer a token instead, and put nothing there.
    """
    seen = set[tuple[type[models.Model], tuple[str, ...]]]()
    for one in operations:
        path = fill(one.route, {}) if one.method == "POST" and not one.parameters else ""
        view = view_at(path) if path else None
        if view is None:
            continue
        put: dict[Any, dict[str, ast.expr]] = {}
        for function, key, value in put_in_session(view, "POST"):
            put.setdefault(function, {}).setdefault(key, value)
        for function in with_helpers(layers_for(view, "POST")) if path in tokens else ():
            put.setdefault(function, {})
        for function, keys in put.items():
            for model in _accounts_in(function):
                if (model, tuple(keys)) not in seen:
                    seen.add((model, tuple(keys)))
                    yield OwnAccounts(model=model, put=keys, path=path, function=function)


def _words_of(function: Any) -> frozenset[str]:
    """Return the names in a function, of keywords as well, and its short texts."""
    code = function.__code__
    constants = [each for one in code.co_consts for each in (one if isinstance(one, tuple) else (one,))]
    texts = [one for one in constants if isinstance(one, str) and len(one) <= _LONGEST_NAME]
    return frozenset((*code.co_names, *code.co_varnames, *texts))


def _accounts_in(function: Any) -> Iterator[type[models.Model]]:
    """Yield the models with passwords that a function names, if it takes a password itself."""
    code = function.__code__
    if _DJANGOS.intersection(code.co_names) or not any(map(_PASSWORD.search, _words_of(function))):
        return
    known = [function.__globals__.get(name) for name in code.co_names]
    modules = [one for one in known if isinstance(one, ModuleType) and not one.__name__.startswith(FRAMEWORKS)]
    known += [vars(module).get(name) for module in modules for name in code.co_names]
    for one in dict.fromkeys(each for each in known if isinstance(each, type)):
        if not issubclass(one, models.Model) or one._meta.abstract or is_user_model(one):
            continue
        if _password_columns(one):
            yield one


def _password_columns(model: type[models.Model]) -> list[str]:
    """Return the columns that keep a password, and not when it was changed or whether it has to be."""
    texts = [one for one in model._meta.concrete_fields if isinstance(one, (models.CharField, models.TextField))]
    return [one.name for one in texts if _PASSWORD.search(one.name)]


def _value(node: ast.expr, key: str, row: models.Model, known: Mapping[str, Any]) -> Any:
    """Return what an expression is where it is about a row, as a session keeps it; else MISSING."""
    plain = value_in_code(node, known)
    if plain is not MISSING or isinstance(node, ast.Constant):
        return plain if plain is not MISSING else node.value  # type: ignore[attr-defined]
    for name in _names_in(node):
        if name == "pk":
            return _kept(row.pk)
        column = next((one for one in row._meta.concrete_fields if name in (one.name, one.attname)), None)
        if column is not None:
            return _kept(getattr(row, column.attname))
    return _kept(row.pk) if _IDENTIFIES.search(key) else MISSING


def _names_in(node: ast.expr) -> Iterator[str]:
    """Yield what may name a column: `customer.id`, `request.POST["email"]`, `data.get("email")`, `name`."""
    if isinstance(node, ast.Attribute):
        yield node.attr
        yield from _names_in(node.value)
    elif isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            yield node.slice.value
        else:
            yield from _names_in(node.value)
    elif isinstance(node, ast.Call):
        for one in node.args[:1]:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value
            else:
                yield from _names_in(one)
        if isinstance(node.func, ast.Attribute):
            yield from _names_in(node.func.value)
    elif isinstance(node, ast.Name):
        yield node.id


def _kept(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)
