"""Whom an operation is for of which the inventory says that it takes a group, or something else that is true of few."""

from collections.abc import Sequence
from typing import Any

from loadaudit.inventory.access.attributes import read_comparison
from loadaudit.planning.people import RESERVED
from loadaudit.records import Access, Identity


def member_for(access: Access, identities: Sequence[Identity]) -> Identity | None:
    """Return the identity that takes part because of what an operation asks for; None where it may be any.

    Roles are called after it, and are there where the ordinary user is none of them: where some of several are not,
    it may be one.
    """
    known = {one.role: one for one in identities if not one.keyed}
    groups = [name for name in access.groups if not name.startswith("#")]
    if groups and all(name in known for name in groups):
        return known[groups[0]]
    # Of what must not be true of a user most are let in.
    asked = [names_of(text) for text in access.attributes if not text.startswith("not ")]
    alternatives = ([role_of(name) for name in names] for names in asked)
    return next((known[roles[0]] for roles in alternatives if all(role in known for role in roles)), None)


def names_of(text: str) -> list[str]:
    """Return the ways to be let in: `user.is_manager or user.profile.leads` has two."""
    return [one.removeprefix("user.") for one in text.split(" or ")]


def role_of(name: str) -> str:
    """Return the role of a user of whom a text of the inventory is true: `is_manager`, or the value of a column."""
    compared = read_comparison(name)
    last = (compared[0] if compared else name).split(".")[-1]
    value = let_in_by(*compared[1:]) if compared else None
    return last if value is None else value if _is_role(value) else f"{last}_{value}"


def let_in_by(sign: str, value: Any) -> Any:
    """Return what compares so with a value, as one of several, or the next number."""
    return value[0] if sign == "in" else value + 1 if sign == ">" else value


def _is_role(value: object) -> bool:
    """Whether a value may name a role: that of a usual one, such as `staff`, does not mean who has that already."""
    return isinstance(value, str) and value not in RESERVED
