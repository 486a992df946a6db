"""Users who take part in a tenant in each role that it has: who may more, who may less than the ordinary user."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import models, router, transaction

from loadaudit.inventory.source.relations import choices_of
from loadaudit.planning.copied import SAME, made_like
from loadaudit.planning.tenants import MAY, Membership, memberships, unique_sets

_MOST_MEMBERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that members of a tenant have, with who has it there."""

    name: str
    user_id: object
    """None where nobody has it."""
    membership: Membership
    tenant: object
    """Key of the tenant."""
    values: Mapping[str, object]
    """What a row has that gives the role."""

    def give(self, user: Any) -> bool:
        """Make somebody who is new a member in this role, by a row like another one there; tell whether it went.

        Never raises.
        """
        try:
            with transaction.atomic(using=router.db_for_write(self.membership.model)):
                self._give(user)
        except Exception:  # columns of the project's own may take no such row
            return False
        return True

    def _give(self, user: Any) -> None:
        one = self.membership
        like: Any = one.model._base_manager.filter(**{one.tenant: self.tenant}).order_by("pk").first()
        telling = {name for each in unique_sets(one.model) for name in each} - {one.tenant}
        owner: Any = one.model._meta.get_field(one.user)
        old = one.model._base_manager.filter(**{one.user: user.pk})
        # A signal of the project may have made a profile with the user.
        if owner.unique and old.exists():
            old.update(**{owner.model._meta.get_field(one.tenant).attname: self.tenant, **self.values})
            return
        given = {owner.attname: user.pk, **self.values}
        made_like(like, lambda each: _another(each, user) if each.unique or each.name in telling else SAME, given)


def _another(column: Any, user: Any) -> object:
    """Return a value of a column that tells rows apart: none where it may be empty, else a new one."""
    if column.null:
        return None
    if isinstance(column, (models.CharField, models.TextField)) and not column.has_default():
        return str(user.pk)[: column.max_length]
    return column.get_default()


def roles_beside(
    user: Any, ordinary: models.QuerySet[Any], most: int, reserved: Collection[str] = ()
) -> Iterator[Role]:
    """Yield the other roles in the tenant of a user, with one of the `ordinary` users for each, who may most first.

    Somebody who is in no other tenant goes first: what he may do is the same everywhere. Names that are `reserved` mean
    somebody else in a run, and are told apart.
    """
    for one in (each for each in memberships() if each.role or each.flags):
        rows = one.model._base_manager.filter(**{one.user: user.pk}).order_by("pk")
        own = sorted(rows, key=lambda row: any(_is_high(name) for name, _ in _roles_in(one, row)))
        if not own:
            continue
        field: Any = one.model._meta.get_field(one.tenant)
        tenant, mine = getattr(own[0], field.attname), {name for name, _ in _roles_in(one, own[0])}
        found = [each for each in _roles(one, tenant, ordinary) if each.name not in mine]
        # Of those that may more the second first: an owner may what nobody else may.
        found.sort(key=lambda each: (each.user_id is None, not _is_high(each.name), "owner" in each.name.lower()))
        kind = one.tenants._meta.verbose_name
        for each in found[:most]:
            name = each.name or "member"
            yield replace(each, name=f"{name} of {kind}" if name.lower() in reserved else name)
        return


def _is_high(name: str) -> bool:
    return MAY.search(name) is not None


def _roles_in(one: Membership, row: Any) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the roles that a row gives, each with the values that do."""
    if one.role:
        column: Any = one.model._meta.get_field(one.role)
        value = getattr(row, column.attname)
        if value not in (None, ""):
            yield _name_of(column, value, str(getattr(row, one.role))), {column.attname: value}
        return
    for name in one.flags:
        if getattr(row, name):
            yield name, {name: True}
    if not any(getattr(row, name) for name in one.flags):
        yield "", dict.fromkeys(one.flags, False)


def _name_of(column: Any, value: object, shown: str) -> str:
    label = next((str(label) for key, label in choices_of(column) if key == value), shown)
    return value if isinstance(value, str) and not value.isdigit() and not column.is_relation else label


def _roles(one: Membership, tenant: object, ordinary: models.QuerySet[Any]) -> Iterator[Role]:
    """Yield each role of a tenant once, and those of its choices that nobody has."""
    owner: Any = one.model._meta.get_field(one.user)
    known: dict[str, tuple[int, object, dict[str, object]]] = {}
    users = set(ordinary.values_list("pk", flat=True)[:_MOST_MEMBERS])
    for row in one.model._base_manager.filter(**{one.tenant: tenant}).order_by("pk")[:_MOST_MEMBERS]:
        key = getattr(row, owner.attname)
        for name, values in _roles_in(one, row) if key in users else ():
            elsewhere = (
                one.model._base_manager.filter(**{one.user: key}).count() if name and _is_new(known, name) else 0
            )
            if elsewhere and elsewhere < known.get(name, (elsewhere + 1,))[0]:
                known[name] = elsewhere, key, values
    for name, (_, key, values) in known.items():
        yield Role(name=name, user_id=key, membership=one, tenant=tenant, values=values)
    column: Any = one.model._meta.get_field(one.role) if one.role else None
    for value, label in choices_of(column) if column is not None else ():
        name = _name_of(column, value, str(label))
        if value not in (None, "") and name not in known:
            yield Role(name=name, user_id=None, membership=one, tenant=tenant, values={column.attname: value})
    for name in () if one.role else (each for each in one.flags if each not in known):
        yield Role(name=name, user_id=None, membership=one, tenant=tenant, values={name: True})


def _is_new(known: Mapping[str, tuple[int, object, dict[str, object]]], name: str) -> bool:
    """Whether a role has nobody yet who is in no other tenant."""
    return known.get(name, (2,))[0] > 1
