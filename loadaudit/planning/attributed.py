"""Users whom views let in and of whom the clone has none: members of a group, and what the project's own code knows."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import date
from types import FunctionType
from typing import Any

from django.db import transaction

from loadaudit.inventory.access.attributes import read_comparison
from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.devices import asks_for_devices, give_device
from loadaudit.planning.identities import Credential
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.making.standing import values_named
from loadaudit.planning.meant_for import is_true_of, let_in_by, names_of, role_of
from loadaudit.planning.people import disposable_credential, group_model, made_name
from loadaudit.planning.preflight.view_code import words_of
from loadaudit.planning.role_names import role_of_group
from loadaudit.records import Identity, LoginWay, Operation

MOST = 3
"""Such users of a run."""

VERIFIED = "verified"
"""Role of a user who has shown a second factor."""

_FIRST_NUMBER = 9_000
_GROUP = "group "


def lacked(operations: Sequence[Operation], credentials: Sequence[Credential]) -> list[str]:
    """Return what operations ask of their user that none of the run's has, what most ask for first.

    An attribute is as in the inventory (`user.is_manager`), the name of a group as `group Managers`. Runs properties
    and methods of the project's users, which may raise anything.
    """
    # Of what must not be true of a user most are let in.
    texts = (text for one in operations for text in one.access.attributes if not text.startswith("not "))
    attributes, groups = Counter(texts), _groups_asked(operations)
    users = _users([one.identity for one in credentials]) if attributes or groups else []
    asked = attributes + Counter(
        {f"{_GROUP}{names[0]}": count for names, count in groups.items() if not _has_any(users, names)}
    )
    return [
        text
        for text, _ in asked.most_common()
        if not any(is_true_of(user, name) for user in users for name in names_of(text))
    ]


def members_to_make(operations: Sequence[Operation], identities: Sequence[Identity]) -> tuple[Identity, ...]:
    """Return members of groups that operations ask for, as a run makes them on a clone where it has none.

    What else operations ask of their user, only code of the project tells: nobody is expected for that.
    """
    asked = _groups_asked(operations)
    users, roles = _users(identities) if asked else [], {one.role for one in identities}
    unmet = (names for names, _ in asked.most_common() if not _has_any(users, names))
    missing = [each for each in ([role_of_group(name) for name in names] for names in unmet) if roles.isdisjoint(each)]
    return tuple(Identity(role=one[0], username=made_name(one[0])) for one in missing[:MOST])


def _groups_asked(operations: Sequence[Operation]) -> Counter[tuple[str, ...]]:
    # Those that code knows by their keys (`#7`) are there or have other keys here.
    named = (tuple(name for name in one.access.groups if not name.startswith("#")) for one in operations)
    return Counter(names for names in named if names)


def _users(identities: Sequence[Identity]) -> list[Any]:
    keys = [one.user_id for one in identities if one.user_id]
    return list(user_model()._base_manager.filter(pk__in=keys))


def _has_any(users: Sequence[Any], groups: Sequence[str]) -> bool:
    try:
        return any(user.groups.filter(name__in=groups).exists() for user in users if hasattr(user, "groups"))
    except Exception:  # groups may be the project's own code, and have no names
        return False


def credential_with(
    text: str, number: int, fence: Callable[[], AbstractContextManager[object]], today: date
) -> Credential | None:
    """Return a new user of whom a text of the inventory is true, as `user.is_manager`; None where none can be made.

    Only ever call this on a clone. Never raises.
    """
    with suppress(Exception), fence(), transaction.atomic():  # columns, properties and signals are the project's own
        made = disposable_credential(_FIRST_NUMBER + number, staff=False)
        if made is not None and text.startswith(_GROUP):
            return _as_member(made, text.removeprefix(_GROUP))
        for name in names_of(text) if made is not None else ():
            assert made is not None
            compared = read_comparison(name)
            steps = (compared[0] if compared else name).split(".")
            value = let_in_by(*compared[1:]) if compared else None
            with suppress(Exception), transaction.atomic():
                _give(_user(made), steps, RowMaker(fence=nullcontext, today=today), made, value)
                if not is_true_of(_user(made), name):
                    raise _NotSo
                return replace(made, identity=replace(made.identity, role=role_of(name)))
        raise _NotSo
    return None


def verified_credential(fence: Callable[[], AbstractContextManager[object]]) -> Credential | None:
    """Return a new user who has a second factor, whose session is to be made; None where no view can ask for one.

    Only ever call this on a clone. Never raises.
    """
    if not asks_for_devices():
        return None
    with suppress(Exception), fence(), transaction.atomic():  # managers and signals are the project's own
        made = disposable_credential(_FIRST_NUMBER + MOST, staff=False)
        if made is not None and give_device(made.user_id):
            return replace(made, identity=replace(made.identity, role=VERIFIED), way=LoginWay.SESSION)
        raise _NotSo
    return None


def _as_member(made: Credential, name: str) -> Credential:
    """Put a user into a group, which is made where it is not there; it has no permissions then."""
    model = group_model()
    if model is None:
        raise _NotSo
    group, _ = model._default_manager.get_or_create(name=name)
    _user(made).groups.add(group)
    return replace(made, identity=replace(made.identity, role=role_of_group(name)))


class _NotSo(Exception):
    """Nothing was found that makes it true; rolls back what was tried."""


def _user(made: Credential) -> Any:
    return user_model()._base_manager.get(pk=made.user_id)


def _give(row: Any, steps: Sequence[str], rows: RowMaker, made: Credential, value: Any) -> None:
    """Set the flag or the columns that the last step goes by, of the row that the others lead to.

    `value` is what its column must be, None where the code does not say.
    """
    model = type(row)
    if len(steps) > 1:
        relation = next(one for one in model._meta.related_objects if one.get_accessor_name() == steps[0])
        related: Any = relation.related_model
        if not related._base_manager.filter(**{relation.field.name: row.pk}).exists():
            rows.make(related, made.identity, {}, [relation.field.name])
        _give(related._base_manager.get(**{relation.field.name: row.pk}), steps[1:], rows, made, value)
        return
    if value is not None:
        model._base_manager.filter(pk=row.pk).update(**{steps[0]: value})
        return
    member = getattr(model, steps[0], None)
    member = getattr(member, "fget", None) or getattr(member, "func", None) or member
    names = {steps[0], *(words_of(member.__code__) if isinstance(member, FunctionType) else ())}
    values = {
        name: value
        for name, value in values_named(model, names).items()
        if name not in ("is_staff", "is_superuser", "is_active")
    }
    if values:
        model._base_manager.filter(pk=row.pk).update(**values)
