"""What a test of the user demands: the function of `user_passes_test`, `test_func`, a permission class."""

import ast
import types
from collections.abc import Callable, Mapping
from functools import partial

from loadaudit.inventory.access.attributes import none_of, one_of
from loadaudit.inventory.access.demand import UNKNOWN, Demand
from loadaudit.inventory.access.visitors import ANONYMOUS, OF_STAFF, PLAIN, USER_CLUES, Asked, answer
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import constants, mentioned
from loadaudit.inventory.source.unwrap import cells
from loadaudit.inventory.source.ways import names_with_helpers
from loadaudit.records import Evidence

_STAFF = frozenset({"is_staff", "is_superuser"})
_ANY_REQUEST = Asked()

_Answered = Callable[..., bool | None]
"""`answer` of one function, which gets the user and what else is to be known of them."""


def of_user_test(
    function: types.FunctionType,
    owner: type | None = None,
    asked: Asked = _ANY_REQUEST,
    *,
    takes_user: bool = False,
) -> Demand:
    """Infer what a test of the user demands; its argument is the user if `takes_user`, else the request or `self`."""
    names = mentioned(function.__code__)
    if not (names & (USER_CLUES | {"user", "auser"}) or takes_user):
        found = answer(function, owner, asked, ANONYMOUS)
        login = found is False and "super" in names
        return Demand(login=login, evidence=Evidence.INFERRED, may_ask_more=found is not True)
    admits_visitor = answer(function, owner, asked, ANONYMOUS, takes_user=takes_user)
    if admits_visitor is True:
        return Demand(evidence=Evidence.INFERRED)
    if takes_user and admits_visitor is None and not _uses_argument(function):
        return UNKNOWN
    named: tuple[str, ...] = ()
    if names & {"has_perm", "has_perms"}:
        strings = [one for one in constants(function.__code__) if isinstance(one, str)]
        named = tuple(sorted(one for one in strings if _is_permission(one)))
    raised = bool(names & _STAFF) and answer(function, owner, asked, PLAIN, takes_user=takes_user) is False
    superuser = raised and (
        "is_staff" not in names or answer(function, owner, asked, OF_STAFF, takes_user=takes_user) is False
    )
    staff, is_one_of_many = raised and not superuser, False
    if takes_user and not (raised or named):
        given = _given(function)
        is_one_of_many = len(given) > 1 and "has_perms" not in names and _answers_in_a_loop(function)
        if not is_one_of_many:
            staff, superuser = "is_staff" in given, "is_superuser" in given
            named = tuple(sorted(one for one in given if _is_permission(one)))
    member = partial(answer, function, owner, asked, takes_user=takes_user)
    user = OF_STAFF if staff else PLAIN
    return Demand(
        login=True,
        staff=staff,
        superuser=superuser,
        permissions=named,
        groups=_groups_demanded(member, user) if "groups" in names_with_helpers(function) else (),
        attributes=_attributes_demanded(member, user),
        evidence=Evidence.INFERRED,
        may_ask_more=is_one_of_many,
    )


def _groups_demanded(answered: _Answered, user: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the groups of which a user must be in one; none where that is not all, or their names are not told."""
    named: set[str] = set()
    if answered(user=user, groups=frozenset(), named=named) is not False:
        return ()
    found = sorted(named)
    lets_in = (answered(user=user, groups=frozenset({one}), named=named) is not False for one in found)
    return tuple(found) if all(lets_in) else ()


def _attributes_demanded(answered: _Answered, user: Mapping[str, bool]) -> tuple[str, ...]:
    """Return what must be true of a user that only the project knows, or must not be.

    Of several of which one is enough, all in one.
    """
    asked: set[str] = set()
    if answered(user=user, attributes=asked) is False or not asked:
        return ()
    names = sorted(asked)
    found = [one for one in names if answered(user={**user, one: False}) is False]
    if not found and answered(user={**user, **dict.fromkeys(names, False)}) is False:
        return (one_of(names),)
    barred = [one for one in names if one not in found and answered(user={**user, one: True}) is False]
    return (*(f"user.{one}" for one in found), *map(none_of, barred))


def _answers_in_a_loop(function: types.FunctionType) -> bool:
    """Whether one of several lets in: `for one in names: if user.has_perm(one): return True`."""
    node = Scope(function).node
    loops = [one for one in ast.walk(node) if isinstance(one, ast.For)] if node is not None else []
    answers = (one for loop in loops for one in ast.walk(loop) if isinstance(one, ast.Return))
    return "any" in mentioned(function.__code__) or any(
        isinstance(one.value, ast.Constant) and one.value.value is True for one in answers
    )


def _given(function: types.FunctionType) -> frozenset[str]:
    """Return the texts that a test of the user was made with, as in `permissions_required(["is_staff"])`.

    Lists in a list are several ways in, and none of them is a must.
    """
    found: set[str] = set()
    for value in cells(function).values():
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in value):
            found.update(value)
    return frozenset(found)


def _is_permission(text: str) -> bool:
    app, dot, code = text.partition(".")
    return bool(dot) and app.isidentifier() and code.isidentifier()


def _uses_argument(function: types.FunctionType) -> bool:
    node = Scope(function).node
    argument = next(iter(function.__code__.co_varnames[: function.__code__.co_argcount]), "")
    return node is None or any(isinstance(one, ast.Name) and one.id == argument for one in ast.walk(node))
