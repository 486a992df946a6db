"""Which rows an operation lacks that did not work: those of its address, of its body, and what its view looked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import choices_of, is_user_model, user_model
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.making.apart import is_of, looked_up
from loadaudit.planning.making.constants import look_ups_at
from loadaudit.planning.making.listed import rows_of_lists
from loadaudit.planning.making.own_links import with_known
from loadaudit.planning.making.own_look_ups import looked_up_by_own
from loadaudit.planning.making.owning import asked_of_owner, has_none, owns_none
from loadaudit.planning.making.rows import is_missing
from loadaudit.planning.parents import leaf_and_lookups
from loadaudit.planning.preflight.asked import AskedOfRows, asked_of_rows, conditions_in
from loadaudit.planning.preflight.asked_states import may_be_of_state, state_asked
from loadaudit.planning.preflight.further import sends_away
from loadaudit.planning.preflight.judge import Try, is_of_no_row
from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.planning.preflight.own_codes import is_code
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.told_by_exception import SEVERAL
from loadaudit.planning.preflight.untouched import rows_untouched
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import first_own, models_by_table, reachable_rows
from loadaudit.planning.values import needed_of
from loadaudit.records import BodyKind, Identity, Operation, Outcome, Parameter
from loadaudit.records.plan import KEY_OF

_FROM = re.compile(r"^\s*SELECT\b.*?\bFROM [\"`]?(?P<table>\w+)", re.DOTALL)
_NOT_THERE = ("DoesNotExist", "Http404", "ObjectDoesNotExist")
_HAS_NO = re.compile(r"^(?P<model>\w+) has no (?P<accessor>\w+)\.$")
"""What Django says of a row without the row that belongs to it."""

_GIVES = re.compile(r"from|sender|author|creator|created|owner|request(er|ed_by)|invit(er|ed_by)|follower|initiator")
"""Stands in the name of the link to whoever begins something with somebody else."""

_REFUSED = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE, Outcome.SERVER_ERROR})
_IN_WORDS = re.compile(
    r"\bnot found\b|\bno (?:\w+ ){1,3}(?:found|exists?|available|yet)\b|\bdoes(?: not|n't) exist\b|\b(?:have|has) no\b"
    r"|\bdo(?:es)?(?: not|n't) have (?:an?|any)\b",
    re.IGNORECASE,
)
"""What an answer with another status than 404 says: `No cart found`."""

_MOST_STATES = 6
_ROWS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRow:
    """A row that would have helped an operation."""

    model: type[models.Model]
    asked: Mapping[str, object] = field(default_factory=dict)
    """Look-ups that it has to meet."""
    named: tuple[str, ...] = ()
    """Columns that must not be empty."""
    once: bool = False
    """One that the run has made of the model already does."""


def wanted_rows(operation: Operation, identity: Identity, best: Try | None) -> Iterator[WantedRow]:
    """Yield what is not there, parents before children."""
    for one in operation.parameters:
        model = model_of(one.model)
        refused = best is not None and best.outcome is Outcome.NOT_FOUND and best.identity.role == identity.role
        if model is not None and one.model_field and has_none(model, one, identity, refused=refused):
            asked = asked_of_owner(model, one, identity)
            yield WantedRow(model=model, asked=asked, named=columns_of(model, one.model_field))
    known = [one for one in needed_of(operation) if one.model_field and model_of(one.model) is not None]
    yield from _whole(known, identity)
    for each in operation.body.fields:
        # What nothing says is a must may be one, where a body without it was refused or broke the view.
        model = model_of(each.model) if each.required or (best is not None and best.outcome in _REFUSED) else None
        if model is not None and is_missing(model, identity, {}):
            yield WantedRow(model=model)
        elif model is not None and best is None and each.model_field and _is_empty_in_all(model, each.model_field):
            yield WantedRow(model=model, named=columns_of(model, each.model_field))
    if best is not None and (belonging := _belonging(operation, identity, best)) is not None:
        yield belonging
    if best is not None and may_be_of_state(best):
        yield from _in_a_state(operation, identity, best)
        yield from _of_a_code(operation, identity, best)
    leaf = model_of(leaf_and_lookups(known)[0].model) if known else None
    if best is not None and leaf is not None and _refuses_rows(operation, best):
        yield WantedRow(model=leaf, once=True)
    if best is not None and _found_nothing(best):
        yield from _looked_for(operation, identity, best)
        yield from (WantedRow(model=model, asked=asked) for model, asked in rows_of_lists(operation, best))
    for model, values, named in rows_untouched(operation, best, identity) if best is not None else ():
        yield WantedRow(model=model, asked=values, named=named)
    if best is not None and best.outcome is Outcome.SERVER_ERROR and operation.method not in SAFE_METHODS:
        yield from _between_two(known, identity)
    if best is not None and best.outcome in (Outcome.NOT_FOUND, Outcome.SERVER_ERROR):
        yield from _of_constants(best, identity)
    if best is not None and (exception := best.trace.exception if best.trace is not None else None):
        yield from _of_one_kind(operation, exception.type, best)


def _is_empty_in_all(model: type[models.Model], field_name: str) -> bool:
    """Whether a column of the model itself has a value in none of its rows."""
    column: Any = next((one for one in model._meta.concrete_fields if one.name == field_name), None)
    if column is None or not (column.null or column.blank):
        return False
    return not any(
        value not in (None, "") for value in model._base_manager.values_list(field_name, flat=True)[:_ROWS_LOOKED_AT]
    )


def _between_two(bound: Sequence[Parameter], identity: Identity) -> Iterator[WantedRow]:
    """Yield a row that links somebody else to the identity, where all of its own link it to itself."""
    users = user_model()
    for one in bound if identity.user_id else ():
        model = model_of(one.model)
        columns: list[Any] = list(model._meta.local_concrete_fields) if model is not None else []
        links = [each.name for each in columns if is_user_model(each.related_model) and not each.null]
        if model is None or len(links) < 2:
            continue
        begins = next((name for name in links if _GIVES.search(name)), links[0])
        own = dict.fromkeys((name for name in links if name != begins), identity.user_id)
        there = model._base_manager.filter(**own).exclude(**{begins: identity.user_id})
        other = users._base_manager.exclude(pk=identity.user_id).order_by("pk").first()
        if other is not None and not there.exists():
            yield WantedRow(model=model, asked={begins: other})


def _of_constants(best: Try, identity: Identity) -> Iterator[WantedRow]:
    """Yield rows that the view's code looks up by values which stand in it, where there are none."""
    for one in look_ups_at(best.path.path):
        values = dict(one.values)
        if one.model is not None and one.is_of_one and is_missing(one.model, identity, values):
            yield WantedRow(model=one.model, asked=values, named=(*one.named, *_owner_of(one.model, values)))


def _owner_of(model: type[models.Model], asked: Mapping[str, object]) -> tuple[str, ...]:
    """Return the one link of a model to users, if there is one alone: whose row it is may decide who sees it."""
    links = [one.name for one in model._meta.local_concrete_fields if is_user_model(one.related_model)]
    return tuple(links) if len(links) == 1 and not any(one.startswith(links[0]) for one in asked) else ()


def _of_a_code(operation: Operation, identity: Identity, best: Try) -> Iterator[WantedRow]:
    """Yield a row of each purpose that codes of a table have, where one was looked up in vain that a body has named.

    A code for a password that was forgotten confirms no address.
    """
    names = [one.name for one in operation.body.fields if is_code(one.name)]
    for label, _ in looked_up_with(names, best.trace).values() if best.payload is not None else ():
        if (model := model_of(label)) is None:
            continue
        for purpose in [one for one in model._meta.concrete_fields if one.choices][:1]:
            for value, _ in choices_of(purpose)[:_MOST_STATES]:
                if is_missing(model, identity, {purpose.name: value}):
                    yield WantedRow(model=model, asked={purpose.name: value})


def _in_a_state(operation: Operation, identity: Identity, best: Try) -> Iterator[WantedRow]:
    """Yield a row in the state that the code behind an address wants, where none is in it."""
    asked = state_asked(operation, best.path.path, best.answer)
    if asked is not None and is_missing(asked.model, identity, asked.fixed):
        states: Mapping[str, Any] = asked.fixed
        yield WantedRow(model=asked.model, asked={name.removesuffix("__in"): one[0] for name, one in states.items()})


def _refuses_rows(operation: Operation, best: Try) -> bool:
    """Whether a write that sends nothing is refused at every row of its address: a new one is in its first state."""
    is_bare = best.payload is None or best.payload.kind is BodyKind.NONE
    return is_bare and operation.method not in SAFE_METHODS and best.outcome is Outcome.CLIENT_ERROR


def _whole(bound: Sequence[Parameter], identity: Identity) -> Iterator[WantedRow]:
    """Yield a row with all that an address names, where none has, and first what it belongs to.

    One whose parent is optional and not there has no address.
    """
    if len(bound) < 2:
        return
    leaf, lookups = leaf_and_lookups(bound)
    model = model_of(leaf.model)
    if model is None or len(lookups) < 2 or not _all_lack(model, list(lookups.values()), identity):
        return
    yield from _whole([one for one in bound if one is not leaf], identity)
    parents: dict[str, list[str]] = {}
    for each in lookups.values():
        column, _, rest = each.partition("__")
        if rest:
            parents.setdefault(column, []).append(rest)
    found = {column: _full(model._meta.get_field(column).related_model, rests) for column, rests in parents.items()}
    yield WantedRow(
        model=model,
        asked={column: row for column, row in found.items() if row is not None},
        named=tuple(name for each in lookups.values() for name in columns_of(model, each)),
    )


def _all_lack(model: type[models.Model], lookups: Sequence[str], identity: Identity) -> bool:
    """Whether there are rows that the identity can reach, and none has all of these."""
    try:
        rows = reachable_rows(model, (), lookups, identity)
    except Exception:  # a manager is the project's own code and may raise anything
        return False
    return bool(rows) and not any(all(value not in (None, "") for value in row) for row in rows)


def _full(model: Any, lookups: Sequence[str]) -> object:
    """Return a row that has all of these, or None."""
    rows = model._base_manager.values_list("pk", *lookups).order_by("pk")[:_ROWS_LOOKED_AT]
    key = next((row[0] for row in rows if all(value not in (None, "") for value in row)), None)
    return model._base_manager.filter(pk=key).first() if key is not None else None


def _of_one_kind(operation: Operation, exception: str, best: Try) -> Iterator[WantedRow]:
    """Yield a row with values of its own where a view wants one and found several, and one of each kind below it."""
    if not exception.endswith(SEVERAL):
        return
    seen = looked_up(operation, exception, best.trace)
    bound = [seen.get(one.name, (one.model, one.model_field)) for one in operation.parameters]
    named = [(model_of(label), str(column)) for label, column in bound]
    for model, look_up in named:
        if model is None or not is_of(exception, model._meta.label):
            continue
        yield WantedRow(model=model, named=columns_of(model, look_up), once=True)
        newest = model._base_manager.order_by("-pk").first()
        for child in {other for other, _ in named if other is not None and other is not model}:
            for column in child._meta.local_concrete_fields:
                if column.related_model is model and newest is not None:
                    yield WantedRow(model=child, asked={column.name: newest}, once=True)


def _belonging(operation: Operation, identity: Identity, best: Try) -> WantedRow | None:
    """Return a row that another one should have, and whose lack broke the view: of that one where the address tells."""
    exception = best.trace.exception if best.trace is not None else None
    match = _HAS_NO.match(exception.message) if exception is not None else None
    if match is None:
        return None
    named = [one for one in apps.get_models() if one.__name__ == match["model"]]
    for relation in (each for one in named for each in one._meta.related_objects):
        if relation.one_to_one and relation.get_accessor_name() == match["accessor"]:
            lacking = None if relation.parent_link else _lacking(relation, operation, identity, best)
            asked = {relation.field.name: lacking} if lacking is not None else {}
            return WantedRow(model=relation.related_model, asked=asked)
    return None


def _lacking(relation: Any, operation: Operation, identity: Identity, best: Try) -> Any:
    """Return the row of the address, or what it belongs to, or the user, to which no row points by a relation."""
    rows = [row for one in operation.parameters if (row := row_at(one, best.path.path)) is not None]
    rows += [
        parent
        for row in rows
        for column in row._meta.local_concrete_fields
        if column.related_model is relation.model and (parent := getattr(row, column.name, None)) is not None
    ]
    if is_user_model(relation.model) and identity.user_id:
        rows += user_model()._base_manager.filter(pk=identity.user_id)
    mine = [one for one in rows if isinstance(one, relation.model)]
    there = relation.related_model._base_manager
    return next((one for one in mine if not there.filter(**{relation.field.name: one}).exists()), None)


def _is_empty(model: type[models.Model]) -> bool:
    try:
        return not model._base_manager.exists()
    except Exception:  # as above
        return False


def _looked_for(operation: Operation, identity: Identity, best: Try) -> Iterator[WantedRow]:
    """Yield a row that meets what a look-up in vain asked for, and one of the table read last, if it is empty."""
    asked = asked_of_rows(operation, best.trace)
    asked = with_known(asked, best.path.path, identity) if asked is not None else None
    if asked is not None and asked.fixed and is_missing(asked.model, identity, asked.fixed):
        looked_up = {one.model_field for one in operation.parameters if one.model == asked.model._meta.label}
        columns = tuple(name for each in looked_up for name in columns_of(asked.model, str(each)))
        named = (*columns, *_owner_of(asked.model, asked.fixed))
        yield WantedRow(model=asked.model, asked=asked.fixed, named=named)
    if asked is not None:
        columns_of_users = [
            one for one in asked.compared if is_user_model(asked.model._meta.get_field(one).related_model)
        ]
        for name in columns_of_users:
            yield from _owned(asked, name, identity)
        yield from _of_a_key(asked, identity)
        if not columns_of_users:
            yield from _in_states(asked, operation, identity)
    for one in looked_up_by_own(identity, best):
        yield WantedRow(model=one.model, asked=one.fixed)
    by_table = models_by_table()
    for statement in reversed(best.trace.statements if best.trace is not None else ()):
        match = _FROM.match(statement.sql)
        if match is not None:
            model = by_table.get(match["table"])
            if model is not None and _is_empty(model):
                yield WantedRow(model=model)
            elif model is not None and (is_of_no_row(best) or _says_nothing(best) or best.was_led_away):
                told = with_known(conditions_in(model, statement.sql), best.path.path, identity)
                yield from _belonging_here(operation, model, identity, best, told.fixed)
            return


def _belonging_here(
    operation: Operation, model: type[models.Model], identity: Identity, best: Try, fixed: Mapping[str, object]
) -> Iterator[WantedRow]:
    """Yield a row below that of the address, or of the identity's own, where a view took the first of none.

    `fixed` is what the view asked of such rows beside.
    """
    columns: list[Any] = [one for one in model._meta.local_concrete_fields if one.is_relation]
    for one in operation.parameters:
        parent = model_of(one.model)
        for column in [each for each in columns if parent is not None and each.related_model is parent][:1]:
            row = row_at(one, best.path.path)
            if row is not None and is_missing(model, identity, {**fixed, column.name: row}):
                yield WantedRow(model=model, asked={**fixed, column.name: row})
    for column in columns:
        if is_user_model(column.related_model) and identity.user_id and owns_none(model, column.name, identity):
            yield WantedRow(model=model, named=(column.name,))
        own = first_own(column.related_model, identity)
        if own is not None and is_missing(model, identity, {**fixed, column.name: own}):
            yield WantedRow(model=model, asked={**fixed, column.name: own})


def _owned(asked: AskedOfRows, owner: str, identity: Identity) -> Iterator[WantedRow]:
    """Yield a row of the identity's own, in each state that may be meant, where it has none."""
    columns: list[Any] = [asked.model._meta.get_field(name) for name in asked.compared]
    states = [(one.name, [value for value, _ in choices_of(one)]) for one in columns if one.choices]
    name, values = states[0] if states else ("", [])
    own = {**asked.fixed, owner: identity.user_id}
    if not values and identity.user_id and is_missing(asked.model, identity, own):
        yield WantedRow(model=asked.model, asked=asked.fixed, named=(owner,))
    for value in values[:_MOST_STATES] if identity.user_id else ():
        meant = {**asked.fixed, name: value}
        if is_missing(asked.model, identity, {**meant, owner: identity.user_id}):
            yield WantedRow(model=asked.model, asked=meant, named=(owner,))


def _of_a_key(asked: AskedOfRows, identity: Identity) -> Iterator[WantedRow]:
    """Yield a row for each of the newest rows with keys, of which one is that of the identity, where it has none."""
    label = identity.role.removeprefix(KEY_OF).partition(" ")[0] if identity.keyed else ""
    for name in asked.compared:
        related: Any = asked.model._meta.get_field(name).related_model
        rows = related._base_manager.order_by("-pk") if related and related._meta.label == label else ()
        for row in rows[:_MOST_STATES]:
            if is_missing(asked.model, identity, {**asked.fixed, name: row}):
                yield WantedRow(model=asked.model, asked={**asked.fixed, name: row})


def _in_states(asked: AskedOfRows, operation: Operation, identity: Identity) -> Iterator[WantedRow]:
    """Yield a row in each state that no row is in, of which one may be what a view wants, such as published or sent."""
    states = [one for one in map(asked.model._meta.get_field, asked.compared) if getattr(one, "choices", None)]
    named = {one.model_field for one in operation.parameters if one.model == asked.model._meta.label}
    for state in states[:1]:
        for value, _ in choices_of(state)[:_MOST_STATES]:
            meant = {**asked.fixed, state.name: value}
            if is_missing(asked.model, identity, meant):
                columns = tuple(name for each in named for name in columns_of(asked.model, str(each)))
                yield WantedRow(model=asked.model, asked=meant, named=columns)


def _found_nothing(best: Try) -> bool:
    if best.outcome is Outcome.NOT_FOUND or _says_nothing(best) or (best.was_led_away and not sends_away(best)):
        return True
    exception = best.trace.exception if best.trace is not None else None
    return is_of_no_row(best) or (exception is not None and exception.type.rpartition(".")[2] in _NOT_THERE)


def _says_nothing(best: Try) -> bool:
    said = said_of(best.answer) if best.answer is not None and best.outcome in _REFUSED else ""
    return _IN_WORDS.search(said) is not None


def columns_of(model: type[models.Model], look_up: str) -> tuple[str, ...]:
    """Return the model's own column of a look-up, none where it leads to another model or is the key."""
    names = {one.name for one in model._meta.concrete_fields if not one.primary_key}
    name = look_up.partition("__")[0]
    return (name,) if name in names else ()


def model_of(label: str | None) -> type[models.Model] | None:
    """Return the model that a fact of the inventory names, or None."""
    try:
        return apps.get_model(label) if label else None
    except (LookupError, ValueError):
        return None
