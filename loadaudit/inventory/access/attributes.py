"""What a project's own users have and code asks for: `user.is_manager`, `user.profile.can_edit()`."""

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import BooleanField

from loadaudit.inventory.source.relations import user_model
from loadaudit.inventory.source.scope import Scope

_PREFIXES = ("is_", "has_", "can_")
_MAX_DEPTH = 4

_OPERATORS: Mapping[type[ast.cmpop], tuple[str, bool]] = {
    ast.Eq: ("==", True),
    ast.NotEq: ("==", False),
    ast.In: ("in", True),
    ast.NotIn: ("in", False),
    ast.GtE: (">=", True),
    ast.Lt: (">=", False),
    ast.Gt: (">", True),
    ast.LtE: (">", False),
}
"""How a comparison is told, and whether it is true where what is told is."""
_COMPARED = re.compile(r"(?P<name>[\w.]+) (?P<operator>==|in|>=|>) (?P<value>.+)")
_HOLDS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "in": lambda value, several: value in several,
    ">=": operator.ge,
    ">": operator.gt,
}


def may_decide(name: str) -> bool:
    """Whether an attribute of users may tell them apart: by its name, or as a property, flag or profile of theirs."""
    return name not in _of_django() and (
        name.startswith(_PREFIXES) or name in _own_attributes(settings.AUTH_USER_MODEL)
    )


@lru_cache(maxsize=1)
def _of_django() -> frozenset[str]:
    # Models can only be imported once the apps are loaded, and those of an app that a project does without never.
    if not apps.is_installed("django.contrib.auth"):
        from django.contrib.auth.base_user import AbstractBaseUser

        return frozenset(dir(AbstractBaseUser))
    from django.contrib.auth.models import AbstractUser, AnonymousUser

    return frozenset((*dir(AbstractUser), *dir(AnonymousUser)))


# By the label, because looking for the model costs more than all else that is asked for each name in code.
@lru_cache(maxsize=8)
def _own_attributes(label: str) -> frozenset[str]:
    model = user_model()
    classes = [one for one in model.__mro__ if not one.__module__.startswith("django.")]
    kinds = (property, cached_property)
    made = {name for one in classes for name, value in vars(one).items() if isinstance(value, kinds)}
    flags = {one.name for one in model._meta.fields if isinstance(one, BooleanField)}
    profiles = {one.get_accessor_name() or "" for one in model._meta.related_objects if one.one_to_one}
    return frozenset(made | flags | profiles)


def attribute_asked(node: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]) -> str:
    """Return `profile.is_manager` where an expression is what Django's users do not have, or what hangs on it.

    A method that gets arguments tells something of them as well, and lets others in for another row.
    """
    if isinstance(node, ast.Call) and not (node.args or node.keywords):
        node = node.func
    names: list[str] = []
    current: ast.expr | None = node
    while current is not None and (step := taken_from(current)) is not None and len(names) < _MAX_DEPTH:
        current, name = step
        if not names and name in _of_django():
            return ""
        names.append(name)
        if scope.is_user(current):
            return ".".join(reversed(names))
        if isinstance(current, ast.Name):
            current = assigned.get(current.id)
    return ""


def taken_from(node: ast.expr) -> tuple[ast.expr, str] | None:
    """Return an object and the name of what is taken from it, or looked for: `getattr(user, "profile", None)`, too."""
    if isinstance(node, ast.Attribute):
        return node.value, node.attr
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("getattr", "hasattr"):
        return None
    if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
        return None
    return node.args[0], str(node.args[1].value)


def is_had_by_all(node: ast.expr) -> bool:
    """Whether a test is true of every user: `hasattr(user, "role")` of a column, `getattr(user, "is_open", True)`.

    The latter where users have no such attribute, by which they would differ.
    """
    if not isinstance(node, ast.Call) or (step := taken_from(node)) is None:
        return False
    columns = {one.name for one in user_model()._meta.concrete_fields}
    if getattr(node.func, "id", "") == "hasattr":
        return step[1] in columns
    is_lacking = not hasattr(user_model(), step[1]) and step[1] not in columns
    return is_lacking and any(isinstance(one, ast.Constant) and bool(one.value) for one in node.args[2:])


def comparison_asked(node: ast.Compare, scope: Scope, assigned: Mapping[str, ast.expr]) -> tuple[str, bool] | None:
    """Return `role == 'buyer'` where a column of the project's own users is compared with what code tells.

    Beside it whether the comparison is true where that is, as `user.role != "buyer"` is not; None for any other.
    """
    told = _OPERATORS.get(type(node.ops[0])) if len(node.ops) == 1 else None
    left = assigned.get(node.left.id, node.left) if isinstance(node.left, ast.Name) else node.left
    name = attribute_asked(left, scope, assigned) if told and taken_from(left) is not None else ""
    if not told or not name or not may_compare(name.partition(".")[0]):
        return None
    texts = scope.strings(node.comparators[0])
    value = sorted(texts) if texts else scope.value(node.comparators[0])
    sign, is_so = told
    # What a decorator was made with (`*types`) is a tuple, often of a single value.
    several = [*value] if isinstance(value, (list, tuple, set, frozenset)) else [value]
    if not several or not all(isinstance(one, (int, str)) and not isinstance(one, bool) for one in several):
        return None
    # Written out, as members of an enumeration are not.
    several = [int(one) if isinstance(one, int) else str.__str__(one) for one in several]
    sign = "==" if sign == "in" and len(several) == 1 else sign
    value = several if sign == "in" else several[0]
    fits = isinstance(value, int) or sign in ("==", "in")
    return (f"{name} {sign} {value!r}", is_so) if fits else None


def may_compare(name: str) -> bool:
    """Whether an attribute of users is a column or a profile that only the project's own have."""
    return name not in _of_django() and name in _own_columns(settings.AUTH_USER_MODEL)


@lru_cache(maxsize=8)
def _own_columns(label: str) -> frozenset[str]:
    model = user_model()
    profiles = {one.get_accessor_name() or "" for one in model._meta.related_objects if one.one_to_one}
    return frozenset({one.name for one in model._meta.fields} | profiles)


def read_comparison(text: str) -> tuple[str, str, Any] | None:
    """Return name, operator and value of a text as `role == 'buyer'`, or None where it is an attribute alone."""
    found = _COMPARED.fullmatch(text)
    try:
        return (found["name"], found["operator"], ast.literal_eval(found["value"])) if found else None
    except (SyntaxError, ValueError):  # a value that has `or` in it was taken apart
        return None


def holds(value: object, sign: str, other: object) -> bool:
    """Whether a value compares so with another; may raise where they are of different types."""
    return bool(_HOLDS[sign](value, other))


def one_of(names: Iterable[str]) -> str:
    """Return attributes of which one is enough as one text."""
    return " or ".join(f"user.{one}" for one in names)


def none_of(name: str) -> str:
    """Return an attribute that must not be true as one text."""
    return f"not user.{name}"
