"""What the roles of a run are called that groups and columns of users tell."""

from typing import Any

from loadaudit.inventory.source.relations import choices_of

DISPOSABLE = "disposable"
"""Role of identities that send one operation and are thrown away."""

_GROUP = "group "
RESERVED = frozenset({"user", "staff", "anonymous", DISPOSABLE})
"""Roles that a run has or may have without any of a project's own."""


def role_of_group(name: str) -> str:
    """Return the role of a group's members: its name, where that means no other users here."""
    return f"{_GROUP}{name}" if name in RESERVED else name


def group_of_role(role: str) -> str:
    """Return the name of the group whose members have a role, if it is one's."""
    name = role.removeprefix(_GROUP)
    return name if name in RESERVED else role


def is_word(value: object) -> bool:
    """Whether a value of a column of users is no number."""
    return isinstance(value, str) and not value.isdigit()


def role_named(column: Any, value: object) -> str:
    """Return what the role is called that a value of a column of users stands for: by its label where it is a number.

    A word or label that means other users here (`Staff`) is none; the column says whose value it is then.
    """
    if is_word(value):
        return f"{column.name}_{value}" if value in RESERVED else str(value)
    label = next((str(label) for each, label in choices_of(column) if each == value), "")
    return label if label and label.lower() not in RESERVED else f"{column.name}_{value}"
