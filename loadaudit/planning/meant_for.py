"""Whom an operation is for that takes a group, a permission or something else that is true of few users."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.module_loading import import_string

from loadaudit.inventory.access.attributes import holds, read_comparison
from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.people import group_model
from loadaudit.planning.role_names import RESERVED, group_of_role, is_word, role_named, role_of_group
from loadaudit.planning.rows_kept import answered
from loadaudit.records import Access, Evidence, Identity, Operation


def member_for(access: Access, identities: Sequence[Identity]) -> Identity | None:
    """Return the identity that takes part because of what an operation asks for; None where it may be any.

    Roles are called after it, and are there where the ordinary user is none of them: where some of several are not,
    it may be one.
    """
    known = {one.role: one for one in identities if not one.keyed}
    groups = [role_of_group(name) for name in access.groups if not name.startswith("#")]
    if groups and all(name in known for name in groups):
        return known[groups[0]]
    # Of what must not be true of a user most are let in.
    asked = [names_of(text) for text in access.attributes if not text.startswith("not ")]
    alternatives = ([role_of(name) for name in names] for names in asked)
    found = next((known[roles[0]] for roles in alternatives if all(role in known for role in roles)), None)
    return found or (_holder(access.permissions, identities) if access.permissions else None)


def deciding_on_others(operation: Operation, identity: Identity) -> Operation:
    """Return an operation without owners of its rows, for who is let in by a group: they decide on what others have.

    `orders if is_approver(user) else orders.filter(buyer=user)` tells whose rows there are for everybody else.
    """
    return operation if member_for(operation.access, [identity]) is None else _without_owners(operation)


def beyond_own(operation: Operation, own: object) -> Operation:
    """Return an operation that has found a row, without owners where there is no address of an own one (a NoValue)."""
    return operation if isinstance(own, tuple) else _without_owners(operation)


def _without_owners(operation: Operation) -> Operation:
    parameters = (replace(one, owner_evidence=Evidence.ASSUMED) for one in operation.parameters)
    return replace(operation, parameters=tuple(parameters))


def _holder(permissions: Sequence[str], identities: Sequence[Identity]) -> Identity | None:
    """Return the first who is no staff and has all the permissions by himself or his groups, as Django keeps them.

    Whoever is yet to be made, as of a group without members, will have those of the group. Backends of the project's
    own are not asked, which may call other systems.
    """
    users = [one for one in identities if not (one.staff or one.keyed or one.anonymous)]
    return next((one for one in users if _permissions(one).issuperset(permissions)), None)


def _permissions(identity: Identity) -> frozenset[str]:
    """Return what somebody may do, read once for a plan: thousands of operations may ask for it."""
    user_id, role = identity.user_id, identity.role
    question = ("permissions", user_id, "" if user_id else role)
    (found,) = answered(question, lambda: (_permissions_read(user_id) if user_id else _permissions_of_group(role),))
    return frozenset(name for (name,) in found)


def _permissions_read(user_id: str) -> list[tuple[str]]:
    try:
        user: Any = user_model()._base_manager.get(pk=user_id)
        # It imports models, and commands are imported before there are apps, or without any.
        backend = import_string("django.contrib.auth.backends.ModelBackend")()
        return [(name,) for name in backend.get_all_permissions(user)]
    except Exception:  # users of the project's own may have neither groups nor permissions
        return []


def _permissions_of_group(role: str) -> list[tuple[str]]:
    try:
        groups: Any = group_model()
        found = groups._base_manager.filter(name=group_of_role(role))
        wanted = ("permissions__content_type__app_label", "permissions__codename")
        return [(f"{app}.{code}",) for app, code in found.values_list(*wanted)]
    except Exception:  # groups of the project's own may have neither names nor permissions
        return []


def names_of(text: str) -> list[str]:
    """Return the ways to be let in: `user.is_manager or user.profile.leads` has two."""
    return [one.removeprefix("user.") for one in text.split(" or ")]


def is_true_of(user: Any, name: str) -> bool:
    """Whether an attribute of the inventory (`is_manager`, `role == 'buyer'`) is true of a user. Never raises."""
    compared = read_comparison(name)
    value = user
    try:
        for step in (compared[0] if compared else name).split("."):
            value = getattr(value, step)
        if compared:
            return holds(value, *compared[1:])
        return bool(value() if callable(value) and not isinstance(value, models.Manager) else value)
    except Exception:  # properties and methods are the project's own code and may raise anything
        return False


def role_of(name: str) -> str:
    """Return the role of a user of whom a text of the inventory is true: `is_manager`, or the value of a column."""
    compared = read_comparison(name)
    last = (compared[0] if compared else name).split(".")[-1]
    value = let_in_by(*compared[1:]) if compared else None
    if value is None:
        return last
    # That of a usual one, such as `staff`, does not mean who has that already.
    if is_word(value) and value not in RESERVED:
        return str(value)
    column: Any = next((one for one in user_model()._meta.concrete_fields if one.name == last and one.choices), None)
    return f"{last}_{value}" if column is None or value in RESERVED else role_named(column, value)


def let_in_by(sign: str, value: Any) -> Any:
    """Return what compares so with a value, as one of several, or the next number."""
    return value[0] if sign == "in" else value + 1 if sign == ">" else value
