"""Rows that give a user a standing in the project: memberships, profiles, roles, and rows of the user's own."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import choices_of, is_user_model, user_model
from loadaudit.planning.making.wanted import WantedRow
from loadaudit.planning.meant_for import is_true_of, names_of
from loadaudit.planning.preflight.asked import asked_in, asked_of_rows
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.of_user import RowsOfUser, rows_of_user, rows_shutting_out
from loadaudit.planning.preflight.states import names_in_code_at
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import column_at, path_to
from loadaudit.planning.tenants import MAY
from loadaudit.records import Identity, Operation, Outcome

MAY_NOT = re.compile(
    r"banned|blocked|suspend|deleted|disabled|revoked|rejected|declined|archived|expire|deactivat|frozen|inactive|closed|pending"
    r"|(?<!un)locked|^must_|requir|force",
    re.IGNORECASE,
)
"""Names of flags that shut out."""


GOOD = re.compile(r"approv|accept|activ|complet|confirm|verif|done|finish|open|valid|enabled", re.IGNORECASE)
"""What a state is called that lets in."""

NEVER = frozenset({"is_staff", "is_superuser", "is_active", "last_login", "date_joined"})
"""Columns of a user that the run leaves as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A row that may open what turned a user away."""

    wanted: WantedRow
    row: Any = None
    """The one that is there; None: it is missing."""
    better: Mapping[str, object] = field(default_factory=dict)
    """Columns of the row that is there with values that the code goes by and that it has not."""
    empty: tuple[str, ...] = ()
    """Columns of it with nothing in them that code names which sent the user on."""


def standings(operation: Operation, identity: Identity, best: Try) -> Iterator[Standing]:
    """Yield which rows the identity may lack in order to be let in, or to find what an address names.

    The project's managers and fields may raise anything.
    """
    if not identity.user_id or not (best.outcome in (Outcome.DENIED, Outcome.NOT_FOUND) or best.was_sent_on):
        return
    user = user_model()._base_manager.filter(pk=identity.user_id).first()
    own = _asked_and_had(operation, user)
    yield from (
        replace(one, better={name: value for name, value in one.better.items() if name not in own})
        for one in _standings(operation, identity, best, user)
    )


def _asked_and_had(operation: Operation, user: Any) -> frozenset[str]:
    """Return the names in what an operation asks of its user and is true already: another value would shut him out."""
    names = [name for text in operation.access.attributes for name in names_of(text) if is_true_of(user, name)]
    return frozenset(word for name in names for word in re.findall(r"\w+", name.partition(" ")[0]))


def _standings(operation: Operation, identity: Identity, best: Try, user: Any) -> Iterator[Standing]:
    rows = [row for one in operation.parameters if (row := row_at(one, best.path.path)) is not None]
    shut = list(rows_shutting_out(best.trace)) if best.outcome is Outcome.NOT_FOUND else []
    kept = [_not_left_out(row, shut, identity, _flags(type(row), best)) for row in rows]
    lacking = [type(row) for row, other in zip(rows, kept, strict=True) if other is None]
    yield from (Standing(wanted=WantedRow(model=one, asked=_flags(one, best))) for one in lacking)
    rows = [one for one in kept if one is not None]
    for one in rows_of_user(best.trace):
        below = [each for row in rows if (each := _below(type(row), one, identity)) is not None]
        yield from below
        # A group says nothing without a row that it has to do with.
        if not below and not (one.is_of_groups and not _links(one, rows)):
            yield _standing(one, rows, identity, best)
    if best.outcome is Outcome.DENIED:
        yield from _own([type(row) for row in rows], identity)
    if user is not None and (unlinked := tuple(_unlinked(operation, user, best))):
        yield Standing(wanted=WantedRow(model=user_model()), row=user, empty=unlinked)
    if user is not None and best.was_sent_on:
        names = names_in_code_at(best.path.path, (user_model(),)) - NEVER
        # Other flags of the account itself, such as that a password must be changed, may shut it out everywhere.
        flags = values_named(user_model(), frozenset(filter(GOOD.search, names)))
        yield Standing(
            wanted=WantedRow(model=user_model()),
            row=user,
            better={name: value for name, value in flags.items() if getattr(user, name) != value},
            empty=_empty(user, names),
        )


def _unlinked(operation: Operation, user: Any, best: Try) -> Iterator[str]:
    """Yield the links of a user that lead nowhere, where a view looks for rows without what every row belongs to.

    It takes that from its user, as the company of a user in whose company a customer has to be.
    """
    asked = asked_of_rows(operation, best.trace) if best.outcome is Outcome.NOT_FOUND else None
    if asked is None:
        return
    for look_up, value in asked.fixed.items():
        name = look_up.removesuffix("__isnull")
        column: Any = next((one for one in asked.model._meta.local_concrete_fields if one.name == name), None)
        if name == look_up or value is not True or column is None or column.null or not column.is_relation:
            continue
        links = [one for one in user._meta.local_concrete_fields if one.related_model is column.related_model]
        yield from (one.name for one in links if getattr(user, one.attname) is None)


def _not_left_out(row: Any, shut: list[RowsOfUser], identity: Identity, flags: Mapping[str, object]) -> Any:
    """Return a row, or the newest with the flags where rows of the user leave it out; None where they leave out all."""
    rows = type(row)._base_manager.order_by("-pk")
    for one in shut:
        for link in [each for each in one.model._meta.local_concrete_fields if each.related_model is type(row)]:
            rows = rows.exclude(
                pk__in=one.model._base_manager.filter(**{one.owner: identity.user_id}).values(link.name)
            )
    return row if rows.filter(pk=row.pk).exists() else rows.filter(**flags).first()


def _flags(model: type[models.Model], best: Try) -> dict[str, object]:
    """Return the flags that the last statement asks of a model's rows."""
    statements = best.trace.statements if best.trace is not None else ()
    told = [one.sql for one in statements if f'FROM "{model._meta.db_table}"' in one.sql.replace("`", '"')]
    return asked_in(model, told[-1]) if told else {}


def _standing(one: RowsOfUser, rows: list[Any], identity: Identity, best: Try) -> Standing:
    links = _links(one, rows)
    found = one.model._base_manager.filter(**{one.owner: identity.user_id, **links}).first()
    if found is None and getattr(column_at(one.model, one.owner), "unique", False):
        # There can be no second one, as of a profile, to link to the rows of the address.
        found, links = one.model._base_manager.filter(**{one.owner: identity.user_id}).first(), {}
    better: dict[str, object] = {}
    empty: tuple[str, ...] = ()
    if best.outcome is not Outcome.NOT_FOUND:
        known = dict.fromkeys((user_model(), one.model, *map(type, rows)))
        names = names_in_code_at(best.path.path, tuple(known))
        better = values_named(one.model, names | one.compared)
        empty = _empty(found, names) if found is not None and best.was_sent_on else ()
    return Standing(
        wanted=WantedRow(model=one.model, asked={**links, **better, **one.fixed}, named=(one.owner,)),
        row=found,
        better={name: value for name, value in better.items() if found is not None and getattr(found, name) != value},
        empty=empty,
    )


def _empty(row: Any, names: Set[str]) -> tuple[str, ...]:
    """Return the columns of a row that code names and that have nothing in them."""
    columns = [one for one in row._meta.local_concrete_fields if one.editable and not one.primary_key]
    meant = [one for one in columns if one.name in names and not MAY_NOT.search(one.name)]
    return tuple(one.name for one in meant if getattr(row, one.attname) in (None, ""))


def _own(kinds: list[type[models.Model]], identity: Identity) -> Iterator[Standing]:
    """Yield a row of the identity's own where those of an address are all somebody else's."""
    for model in kinds:
        owners = [one.name for one in model._meta.local_concrete_fields if is_user_model(one.related_model)]
        rows = model._base_manager
        if owners and not any(rows.filter(**{one: identity.user_id}).exists() for one in owners):
            yield Standing(wanted=WantedRow(model=model, named=tuple(owners)))


def _below(model: type[models.Model], one: RowsOfUser, identity: Identity) -> Standing | None:
    """Return a row below one of the identity's own, as a task in a project of theirs, where it has none."""
    way = "" if model is one.model else path_to(model, one.model)
    owner = f"{way}__{one.owner}" if way else one.owner
    if not way and model is not one.model:
        return None
    if model._base_manager.filter(**{owner: identity.user_id}).exists():
        return None
    return Standing(wanted=WantedRow(model=model, named=(owner.partition("__")[0],)))


def _is_told(value: object, words: str, names: Set[str]) -> bool:
    """Whether code names a choice: by its value, or by the member of an enumeration, which is called like its label."""
    label = words.removeprefix(f"{value} ")
    return bool(names & {str(value), str(value).upper(), re.sub(r"\W+", "_", label).upper()})


def _links(one: RowsOfUser, rows: list[Any]) -> dict[str, Any]:
    """Return the rows of an address, or what they belong to, that a row of a user points to, by field."""
    found: dict[str, Any] = {}
    for column in one.model._meta.local_concrete_fields:
        related = column.related_model if column.is_relation and column.name != one.owner else None
        for row in rows if isinstance(related, type) else ():
            if isinstance(row, related):  # type: ignore[arg-type]
                found[column.name] = row
            elif column.name in one.compared and (way := path_to(type(row), related)):  # type: ignore[arg-type]
                value: Any = row
                for step in way.split("__"):
                    value = getattr(value, step, None)
                if value is not None:
                    found.setdefault(column.name, value)
    return found


def values_named(model: type[models.Model], names: Set[str]) -> dict[str, object]:
    """Return values of flags and choices of a user's row that code with these names and texts most likely wants."""
    found: dict[str, object] = {}
    for column in model._meta.local_concrete_fields:
        if column.name not in names or column.is_relation:
            continue
        if isinstance(column, models.BooleanField):
            found[column.name] = MAY_NOT.search(column.name) is None
        elif choices := [(value, f"{value} {label}") for value, label in choices_of(column)]:
            told = [one for one in choices if _is_told(*one, names)]
            may = [value for value, words in told or choices if MAY.search(words)]
            found[column.name] = may[0] if may else (told or choices)[0][0]
    return found
