"""What makes users members of a tenant, such as a workspace, a clinic or a school, and which roles they have there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.rows_kept import answered
from loadaudit.records import Identity

MAY = re.compile(r"owner|admin|manag|lead|staff|super|head|chief|princip|editor|writ", re.IGNORECASE)
"""Names of roles that may the most."""

ROLE_FIELD = re.compile(r"role|(user|account|member)_?type|position|rank", re.IGNORECASE)
"""Names of columns that tell a role."""

_LEVEL = re.compile(r"level|access|permission", re.IGNORECASE)
"""Those of columns that do so where a row makes somebody a member."""

_FRAMEWORKS = frozenset(
    {"django", "rest_framework", "allauth", "guardian", "reversion", "simple_history", "oauth2_provider"}
)
_MEMBER = re.compile(r"member|profile|employ|staff|participa|affiliat|collaborat", re.IGNORECASE)
"""Names of models whose rows make users members, and no wishes or votes."""

_MEMBERS = re.compile(r"members?$|users?$|staff|employees|admins?$|owners?$|managers?$|team$|people$", re.IGNORECASE)
"""Names of many-to-many fields of a tenant that list its members."""

_LEAST = 2
"""Other models that link to a tenant: what fewer hang on holds no rows that are kept apart."""

_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A model whose rows make users members of a tenant."""

    model: type[models.Model]
    user: str
    """The field that leads to the user."""
    tenant: str
    """The field that leads to the tenant."""
    role: str
    """The column or the link that tells the role; empty where none does."""
    flags: tuple[str, ...]
    """Columns that are true of those who may more."""

    @property
    def tenants(self) -> type[models.Model]:
        """The model of the tenants."""
        return self.model._meta.get_field(self.tenant).related_model  # type: ignore[return-value]


@cache
def memberships() -> tuple[Membership, ...]:
    """Return what makes users members in the project, those of tenants on which most other models hang first."""
    found = [each for one in apps.get_models(include_auto_created=True) for each in _of(one)]
    return tuple(sorted(found, key=lambda one: (-_hanging_on(one.tenants, one.model), not (one.role or one.flags))))


def _of(model: type[models.Model]) -> Iterator[Membership]:
    meta = model._meta
    if meta.proxy or not meta.managed or (_is_of_framework(model) and not is_user_model(model)):
        return
    links = [one for one in meta.local_concrete_fields if one.is_relation and isinstance(one.related_model, type)]
    role = _role_of(model)
    flags = tuple(
        one.name
        for one in meta.local_concrete_fields
        if isinstance(one, models.BooleanField) and MAY.search(one.name) and not is_user_model(model)
    )
    users = [meta.pk] if is_user_model(model) else [one for one in links if is_user_model(one.related_model)]
    for tenant in links:
        related: Any = tenant.related_model
        if tenant in users or tenant.name == role or not _may_be_tenant(related, model):
            continue
        user = _member_in(model, users, tenant)
        if user is not None and (role or flags or user.unique or _names_members(model)):
            yield Membership(model=model, user=user.name, tenant=tenant.name, role=role, flags=flags)


def _role_of(model: type[models.Model]) -> str:
    """Return the column of a model that tells a role, one with choices first; empty where none does."""
    columns = model._meta.local_concrete_fields
    named = [one for one in columns if ROLE_FIELD.search(one.name)]
    chosen = [one for one in (*named, *(each for each in columns if _LEVEL.search(each.name))) if one.choices]
    linked = [one for one in named if ROLE_FIELD.search(getattr(one.related_model, "__name__", ""))]
    plain = [one for one in named if one.name == "role" and isinstance(one, models.CharField)]
    return next((one.name for one in (*chosen, *linked, *plain)), "")


def _member_in(model: type[models.Model], users: list[Any], tenant: Any) -> Any:
    """Return the field with the user whom a row makes a member; None where it may be one of several."""
    for one in users:
        if one.unique or {one.name, tenant.name} in unique_sets(model):
            return one
    return users[0] if len(users) == 1 and (_MEMBER.search(model.__name__) or _names_members(model)) else None


def unique_sets(model: type[models.Model]) -> list[set[str]]:
    """Return the names of fields whose values no two rows share together."""
    constraints = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return [*map(set, model._meta.unique_together), *(set(one.fields) for one in constraints)]


def _names_members(model: type[models.Model]) -> bool:
    """Whether a table that Django has made for a many-to-many field lists the members of something."""
    owner: Any = model._meta.auto_created
    if not owner:
        return _MEMBER.search(model.__name__) is not None
    lists = (one for one in owner._meta.local_many_to_many if is_user_model(one.related_model))
    return any(_MEMBERS.search(one.name) for one in lists if one.remote_field.through is model)


def _may_be_tenant(related: Any, model: type[models.Model]) -> bool:
    is_of_nobody = _is_of_framework(related) or is_user_model(related)
    return not is_of_nobody and _hanging_on(related, model) >= _LEAST


def _is_of_framework(model: type[models.Model]) -> bool:
    return model.__module__.partition(".")[0] in _FRAMEWORKS


def _hanging_on(tenant: Any, model: type[models.Model]) -> int:
    """Return how many other models link to a tenant."""
    linking = {one.related_model for one in tenant._meta.related_objects}
    return len({one for one in linking if one is not model and not is_user_model(one) and not one._meta.auto_created})


def standing_in_tenants(identity: Identity) -> Mapping[type[models.Model], Mapping[object, frozenset[str]]]:
    """Return of which tenants an identity's user is a member: model → key → what rows say of the role.

    The project's fields may raise anything.
    """
    if not identity.user_id:
        return {}
    (rows,) = answered(("tenants", identity.user_id), lambda: (list(_standing(identity.user_id)),))
    found: dict[type[models.Model], dict[object, frozenset[str]]] = {}
    for model, key, said in rows:
        known = found.setdefault(model, {})
        known[key] = known.get(key, frozenset()) | said
    return found


def _standing(user_id: str) -> Iterator[tuple[Any, ...]]:
    for one in memberships():
        tenant: Any = one.model._meta.get_field(one.tenant)
        names = [tenant.attname, *([one.role] if one.role else []), *one.flags]
        for key, *values in one.model._base_manager.filter(**{one.user: user_id}).order_by("pk").values_list(*names):
            said = zip(names[1:], values, strict=True)
            if key is not None:
                yield one.tenants, key, frozenset({one.model._meta.label, *(f"{name}={value}" for name, value in said)})


@cache
def ways_to_tenants(model: type[models.Model]) -> tuple[tuple[str, type[models.Model]], ...]:
    """Return the look-ups of the tenants to which rows of a model belong, the nearest first, with their models."""
    wanted = {one.tenants for one in memberships()}
    found, frontier = [("pk", model)] if model in wanted else [], [("", model)]
    for _ in range(_DEPTH if wanted else 0):
        following: list[tuple[str, Any]] = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model if field.is_relation else None
                if isinstance(related, type) and not is_user_model(related):
                    following.append((f"{path}__{field.name}" if path else field.name, related))
        found += [each for each in following if each[1] in wanted]
        frontier = following
    return tuple(found)


def of_own_tenants(model: type[models.Model], identity: Identity) -> dict[str, object]:
    """Return the look-up of the rows of a model that belong to tenants of an identity's user; empty where none do."""
    ways = ways_to_tenants(model) if identity.user_id else ()
    held = standing_in_tenants(identity) if ways else {}
    return next(({f"{way}__in": list(held[one])} for way, one in ways if one in held), {})
