"""Rows of a model: those that an identity can reach first, and how models lead to one another and to users."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, models
from django.db.models.expressions import OrderBy

from loadaudit.inventory.source.relations import is_user_model, user_model
from loadaudit.planning.creation import by_creation
from loadaudit.planning.rows_before import OF_THE_RUN, RowsBefore
from loadaudit.planning.rows_kept import answered
from loadaudit.planning.scoped import hides_rows, may_be_scoped, of_the_same
from loadaudit.planning.tenants import of_own_tenants
from loadaudit.records import Identity

ROWS_TRIED = 40
_OWNER_DEPTH = 3
_FRAMEWORKS = ("django.", "rest_framework.")
_MADE = re.compile(r"created|added|started|inserted|joined|submitted", re.IGNORECASE)
"""Names of fields that note when a row was made."""

DATE_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second", "quarter", "week"})
"""Names of parameters that are a part of a row's date, and Django's look-ups of it."""

_WHEN = re.compile(r"^(start|begin|from|date|day|when|publi|issued|posted|event)", re.IGNORECASE)
"""Names of the field that a row's address most likely tells the date of."""


def models_by_table(*, with_joining: bool = False) -> dict[str, type[models.Model]]:
    """Return the model of each table, on demand those that Django makes for many-to-many fields, too.

    Proxies share the table of another model and have no columns of their own.
    """
    found = apps.get_models(include_auto_created=with_joining)
    return {one._meta.db_table: one for one in found if not one._meta.proxy}


@lru_cache(maxsize=1)
def tables_of_sessions() -> frozenset[str]:
    """Return the tables in which sessions are kept: Django's, and what a project calls its own."""
    # What `AbstractBaseSession` has; to import that before the apps are loaded is an error.
    own = (one for one in apps.get_models() if hasattr(one, "get_session_store_class"))
    return frozenset({"django_session", *(one._meta.db_table for one in own)})


@lru_cache(maxsize=1)
def models_of_project() -> Mapping[str, type[models.Model]]:
    """Return the model of each table but for those of frameworks, which keep who is logged in and what is queued."""
    return {table: one for table, one in models_by_table().items() if not one.__module__.startswith(_FRAMEWORKS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which rows of a model are wanted, and in which order."""

    newest: bool = False
    """Those first that were made last, else the oldest."""
    having: Mapping[str, object] = dataclass_field(default_factory=dict)
    """Look-ups of the model that they have to meet."""
    model: type[models.Model] | None = None
    """Whose look-ups these are; rows of other models need not meet them."""
    before: RowsBefore = dataclass_field(default_factory=RowsBefore)
    """Which rows were there before the run; unless the newest are wanted, those that it made come last."""

    def order(self, model: type[models.Model]) -> "OrderBy | str":
        """Return by what the rows are ordered."""
        return newest_first(model) if self.newest else by_creation(model)


PAST_MANAGER = " that its manager hides"
"""In the origin of rows that somebody's tenant may have, or nobody's that the run acts as."""

ANY = Which()
NEWEST = Which(newest=True)


def date_lookups(model: type[models.Model], names: Sequence[str]) -> list[dict[str, str]]:
    """Return the look-ups of the names, which are parts of a date, in each field they may mean, the likeliest first.

    There is at least one entry, which is empty where there are no names or no such fields.
    """
    timed = {"hour", "minute", "second"}.intersection(names)
    kind = models.DateTimeField if timed else models.DateField
    fields = [one for one in model._meta.concrete_fields if isinstance(one, kind)] if names else []
    fields.sort(key=lambda one: not _WHEN.search(one.name))
    return [{name: f"{one.name}__{name}" for name in names} for one in fields] or [{}]


def path_to(model: type[models.Model], wanted: type[models.Model], depth: int = 3) -> str:
    """Return the look-up path along forward relations from one model to another, the shortest first, or empty."""
    frontier = [("", model)]
    for _ in range(depth):
        following = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model
                if not field.is_relation or not isinstance(related, type):
                    continue
                step = f"{path}__{field.name}" if path else field.name
                if related is wanted or issubclass(related, wanted):
                    return step
                following.append((step, related))
        frontier = following
    return ""


def own_and_others(
    model: type[models.Model], owners: Sequence[str], lookups: Sequence[str], identity: Identity, which: Which = ANY
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return rows of the identity's own, where the model leads to users or to what its user hangs on, and others.

    Where `owners` are declared, only staff gets rows of others. Managers of projects with several tenants refuse
    whoever has not named one, or show nothing; then rows past them are told apart. The manager may raise anything.
    """
    having = tuple(which.having.items()) if which.model is model else ()
    question = (model, tuple(owners), tuple(lookups), identity, which.newest, having)
    own, others = answered(
        question, lambda: _of_own_teams_first(*_own_and_all_others(model, owners, lookups, identity, which))
    )
    return own, others


def _of_own_teams_first(
    own: list[tuple[Any, ...]], others: list[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return rows with those of others in front that share what comes first in their address with own ones.

    Who is in a team sees what others have there, and may do to it what nobody does to their own.
    """
    above = {row[0]: -place for place, row in enumerate(reversed(own))}
    return own, sorted(others, key=lambda row: above.get(row[0], 1))


def _own_and_all_others(
    model: type[models.Model], owners: Sequence[str], lookups: Sequence[str], identity: Identity, which: Which
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    try:
        own, others = _own_and_others(model._default_manager, model, owners, lookups, identity, which)
    except DatabaseError:
        raise
    except Exception as refusal:
        try:
            return _of_tenants(model._base_manager, model, owners, lookups, identity, which)
        except Exception:
            raise refusal from None
    if not (own or others) and ((which.having and which.model is model) or hides_rows(model)):
        # What is deleted softly or archived is what most default managers leave out.
        return _of_tenants(model._base_manager, model, owners, lookups, identity, which)
    if others and not own and may_be_scoped(model):
        return _of_tenants(model._default_manager, model, owners, lookups, identity, which)
    if others and not own and (same := of_own_tenants(model, identity)):
        own = list(_listed(model._default_manager, model, lookups, which).filter(**same)[:ROWS_TRIED])
        return own, [row for row in others if row not in own]
    return own, others


def _of_tenants(
    manager: models.Manager[Any],
    model: type[models.Model],
    owners: Sequence[str],
    lookups: Sequence[str],
    identity: Identity,
    which: Which,
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return rows as `own_and_others` does, those of the user's tenant as its own where none belongs to the user."""
    own, others = _own_and_others(manager, model, owners, lookups, identity, which)
    same = of_the_same(model, identity) if others and not own else {}
    if same:
        own = list(_listed(manager, model, lookups, which).filter(**same)[:ROWS_TRIED])
    return own, [row for row in others if row not in own]


def _own_and_others(
    manager: models.Manager[Any],
    model: type[models.Model],
    owners: Sequence[str],
    lookups: Sequence[str],
    identity: Identity,
    which: Which,
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    rows = _listed(manager, model, lookups, which)
    own: list[tuple[Any, ...]] = []
    if identity.user_id:
        owned = {path: key for path in owners if (key := key_held_by(model, path, identity)) is not None}
        owners = tuple(owned)
        filters = [owned] if owned else _inferred_owners(model, identity)
        own = next((found for one in filters if (found := list(rows.filter(**one)[:ROWS_TRIED]))), [])
        if owners and not identity.staff:
            return own, []
    return own, [row for row in rows[:ROWS_TRIED] if row not in own]


def _listed(
    manager: models.Manager[Any], model: type[models.Model], lookups: Sequence[str], which: Which
) -> models.QuerySet[Any, tuple[Any, ...]]:
    """Return the rows that may be taken, in the order in which they are."""
    having = which.having if model is which.model else {}
    return manager.filter(**having).order_by(which.order(model)).values_list(*lookups)


def with_maker(
    model: type[models.Model], owners: Sequence[str], lookups: Sequence[str], identity: Identity, which: Which
) -> tuple[list[tuple[tuple[Any, ...], str]], list[tuple[tuple[Any, ...], str]]]:
    """Return rows as `own_and_others` does, each with `OF_THE_RUN` where the run made it, or an empty text.

    Rows of whomever that a manager hides say so: `PAST_MANAGER`.
    """
    # Managers of translated models give a column that is asked for twice once.
    asked = [*dict.fromkeys([*lookups, "pk"])]
    places, key = [asked.index(one) for one in lookups], asked.index("pk")
    both = [
        [(tuple(row[place] for place in places), row[key]) for row in rows]
        for rows in own_and_others(model, owners, asked, identity, which)
    ]
    if both[1] and not both[0] and hides_rows(model):
        return [], [(row, PAST_MANAGER) for row, _ in both[1]]
    own, others = both
    if own and others and not any(which.before.has(model, key) for _, key in own):
        # Somebody who has none but what the run has made takes part in what the tenant has.
        same = of_own_tenants(model, identity)
        found = model._default_manager.filter(pk__in=[key for _, key in others], **same) if same else ()
        shared = {one.pk for one in found}
        own = [*own, *(one for one in others if one[1] in shared)]
        others = [one for one in others if one[1] not in shared]
    own, others = (
        [(row, "" if which.before.has(model, key) else OF_THE_RUN) for row, key in one] for one in (own, others)
    )
    if which.newest:
        return own, others
    return sorted(own, key=lambda one: one[1]), sorted(others, key=lambda one: one[1])


def reachable_rows(
    model: type[models.Model], owners: Sequence[str], lookups: Sequence[str], identity: Identity, which: Which = ANY
) -> list[tuple[Any, ...]]:
    """Return rows of the identity's own where there are any, else those of others."""
    own, others = own_and_others(model, owners, lookups, identity, which)
    return own or others


def rows_beside(model: type[models.Model], owners: Sequence[str], name: str, identity: Identity) -> list[tuple[Any]]:
    """Return one column of rows that an address names beside another row, which they do not belong to.

    Of users others come behind the identity's own: they are to take part in what it has.
    """
    own, others = own_and_others(model, owners, [name], identity)
    return [*own, *others] if is_user_model(model) else own or others


def reachable_values(model: type[models.Model], name: str, identity: Identity) -> list[Any]:
    """Return values of one field of rows that the identity can reach, old ones and then the newest.

    The manager may raise anything.
    """
    rows = reachable_rows(model, (), [name], identity)[: ROWS_TRIED // 2]
    rows += reversed(reachable_rows(model, (), [name], identity, NEWEST)[: ROWS_TRIED // 2])
    return list(dict.fromkeys(row[0] for row in rows if row[0] not in (None, "")))


def values_of_all(model: type[models.Model], name: str, identity: Identity) -> list[Any]:
    """Return values of one field of rows that the identity can reach, and behind them of the newest of others.

    The manager may raise anything.
    """
    others = own_and_others(model, (), [name], identity, NEWEST)[1][: ROWS_TRIED // 2]
    found = [*reachable_values(model, name, identity), *(row[0] for row in others)]
    return list(dict.fromkeys(one for one in found if one not in (None, "")))


def key_held_by(model: type[models.Model], path: str, identity: Identity) -> object:
    """Return the key of an identity's user as the column at a look-up path holds it; None where it cannot hold one.

    A column without a foreign key may be of another kind than the key: a UUID takes a number, but not its digits.
    """
    column = column_at(model, path)
    if column is None or column.is_relation:
        return identity.user_id
    try:
        return column.to_python(user_model()._meta.pk.to_python(identity.user_id))
    except Exception:  # fields may be the project's own, and the key may be of any kind
        return None


def column_at(model: Any, path: str) -> Any:
    """Return the field at the end of a look-up path; None where the path is more than fields."""
    column: Any = None
    for name in path.split("__"):
        if not isinstance(model, type) or not issubclass(model, models.Model):
            return None
        try:
            column = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = column.related_model
    return column


def first_own(model: Any, identity: Identity) -> Any:
    """Return the first row that belongs to an identity, as the profile of its user; None where there is none."""
    is_model = isinstance(model, type) and issubclass(model, models.Model)
    if not identity.user_id or is_user_model(model) or not is_model:
        return None
    owners = [one.name for one in model._meta.local_concrete_fields if is_user_model(one.related_model)]
    own = (model._base_manager.filter(**{name: identity.user_id}).order_by("pk").first() for name in owners)
    return next((one for one in own if one is not None), None)


def newest_first(model: type[models.Model]) -> "OrderBy | str":
    """Return the order that has the rows that were made last first: by the time that each notes, or else its key."""
    dates = [field for field in model._meta.concrete_fields if isinstance(field, models.DateField)]
    made = [one for one in dates if one.auto_now_add] or [one for one in dates if _MADE.search(one.name)]
    return f"-{made[0].name}" if made else by_creation(model, newest=True)


def _inferred_owners(model: type[models.Model], identity: Identity) -> list[dict[str, str]]:
    return [{path: identity.user_id} for path in _owner_paths(model)]


def leads_to_users(model: type[models.Model]) -> bool:
    """Whether rows of a model belong to users, by whatever way."""
    return next(_owner_paths(model), "") != ""


def _owner_paths(model: type[models.Model]) -> Iterator[str]:
    """Yield look-up paths from a model to the user model along forward relations."""
    if is_user_model(model):
        yield "pk"
    frontier: list[tuple[str, type[models.Model]]] = [("", model)]
    for _ in range(_OWNER_DEPTH):
        following: list[tuple[str, type[models.Model]]] = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model
                if not field.is_relation or not isinstance(related, type):
                    continue
                step = f"{path}__{field.name}" if path else field.name
                if is_user_model(related):
                    yield step
                else:
                    following.append((step, related))
        frontier = following


def ends_first(rows: list[Any]) -> list[Any]:
    """Return the first row, then the last, which is the newest and perhaps the run's own, then the rest."""
    return [rows[0], *reversed(rows[1:])] if rows else []
