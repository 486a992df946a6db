"""Rows that a write would have changed which changed none: what its statements and its code ask of them."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import choices_of, is_user_model
from loadaudit.planning.making.constants import constants_for
from loadaudit.planning.making.own_links import known_values
from loadaudit.planning.making.rows import is_missing
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.preflight.asked import conditions_in
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.idle import changes_in_vain, sent_of, statements_in_vain, table_of
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.turned import with_another_choice
from loadaudit.planning.project.sources import DECLARED
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import models_of_project
from loadaudit.records import Identity, Operation, Outcome, Payload, PlannedPath

_INNER = re.compile(r"\bIN \((?=SELECT\b)")
_CALLED = re.compile(r"\bFROM [\"`](?P<table>\w+)[\"`] [\"`]?(?P<alias>U\d+)[\"`]?")

_REFUSED = frozenset({Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE})
_AT_ONCE = 2
"""Keys in a list, so that a write uses up few rows of a kind."""

_MOST_STATES = 6
_ROWS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched:
    """Rows that a statement meant and did not meet."""

    model: type[models.Model]
    fixed: Mapping[str, object]
    """Look-ups with the values that they have to have, as far as the statement and the code tell."""
    owners: tuple[str, ...]
    """Links to users that it compares with one."""
    states: tuple[str, ...]
    """A column with choices that it compares with one which nothing tells; none where there is no such."""


def untouched(operation: Operation, one: Try, identity: Identity) -> Iterator[Untouched]:
    """Yield what the statements of a write asked of rows and met none, the last first. Never raises."""
    for statement in statements_in_vain(one.trace) if one.trace is not None else ():
        model = models_of_project()[table_of(statement.sql)]
        try:
            yield _read(model, statement.sql, operation, one.path.path, identity)
        except Exception:  # the code that is read is the project's own
            continue


def _read(model: type[models.Model], sql: str, operation: Operation, path: str, identity: Identity) -> Untouched:
    asked = conditions_in(model, _plain(model, sql))
    columns: dict[str, Any] = {name: model._meta.get_field(name) for name in asked.compared}
    compared = [name for name, one in columns.items() if not one.primary_key]
    owners = [name for name in compared if is_user_model(columns[name].related_model)]
    rest = tuple(name for name in compared if name not in owners)
    of_path = [row for one in operation.parameters if (row := row_at(one, path)) is not None]
    named = constants_for(path, operation.method, model, rest)
    known = (
        known_values(path, model, rest, identity)
        | named
        | {name: row for name in rest for row in of_path if columns[name].related_model is type(row)}
    )
    states = [name for name in rest if name not in known and columns[name].choices]
    return Untouched(model=model, fixed={**asked.fixed, **known}, owners=tuple(owners), states=tuple(states[:1]))


def rows_untouched(
    operation: Operation, best: Try, identity: Identity
) -> Iterator[tuple[type[models.Model], dict[str, object], tuple[str, ...]]]:
    """Yield the model, the values and the columns to fill of rows that a write would have changed, which nobody has."""
    for asked in untouched(operation, best, identity) if _met_none(best) else ():
        columns = [asked.model._meta.get_field(name) for name in asked.states]
        states = [{one.name: value} for one in columns for value, _ in choices_of(one)[:_MOST_STATES]]
        for state in states or [{}]:
            meant: dict[str, object] = {**asked.fixed, **state}
            own = dict.fromkeys(asked.owners, identity.user_id) if identity.user_id else {}
            if is_missing(asked.model, identity, {**meant, **own}):
                yield asked.model, meant, tuple(own)


def _plain(model: type[models.Model], sql: str) -> str:
    """Return a statement as one that reads a model's rows by the same conditions.

    Where a query joins other tables, Django changes the rows whose keys an inner one finds.
    """
    begins = _INNER.search(sql)
    # To look for the end by the expression would read to it from each beginning.
    inner = sql[begins.end() : sql.rfind(")")] if begins is not None else ""
    called = _CALLED.search(inner)
    if called is None or called["table"] != model._meta.db_table:
        return sql
    return re.sub(rf"[\"`]?\b{called['alias']}\b[\"`]?\.", f'"{called["table"]}".', inner)


def _values_untouched(operation: Operation, one: Try, identity: Identity, variant: int) -> list[Complaint]:
    """Return what a body that changed nothing is to have: what it has left out, then keys of rows that may be changed.

    Never raises.
    """
    sent = sent_of(one.payload)
    for asked in untouched(operation, one, identity) if sent else ():
        name = _named(asked.model, sent)
        try:
            keys = _keys(asked, identity, sent[name]) if name else []
        except Exception:  # managers and fields are the project's own code
            continue
        if keys:
            is_many = isinstance(sent[name], list)
            size = _AT_ONCE if is_many else 1
            chunks = [keys[place : place + size] for place in range(0, len(keys), size)]
            chosen = chunks[(variant - 1) % len(chunks)]
            return [Complaint(field=name, choice=True, value=chosen if is_many else chosen[0])]
    return []


def with_rows_to_change(
    operation: Operation, candidates: Candidates, one: Try, variant: int
) -> tuple[PlannedPath, Payload] | None:
    """Return a body that names rows which a write may change that has changed none; None where nothing tells of any.

    A view may refuse what met no row. Raises NoRow when it has to name a row, and there is none.
    """
    if one.payload is None or one.payload.origin.startswith(DECLARED) or not _met_none(one):
        return None
    found = _values_untouched(operation, one, candidates.identity, variant)
    if not found and is_idle(one) and (turned := with_another_choice(operation, candidates, one, variant)) is not None:
        return one.path, turned
    found = found or (_left_out(operation, one) if is_idle(one) else [])
    payload = candidates.corrected(operation, one.payload, found, variant) if found else one.payload
    return None if payload == replace(one.payload, origin=payload.origin) else (one.path, payload)


def is_idle(one: Try) -> bool:
    """Whether a write has changed nothing, and no other file may help."""
    return one.idle is not None and not (one.payload is not None and one.payload.uploads)


def _met_none(one: Try) -> bool:
    return is_idle(one) or (one.outcome in _REFUSED and changes_in_vain(one.trace))


def _left_out(operation: Operation, one: Try) -> list[Complaint]:
    """Return the fields that a body which changed nothing has left out because nobody asks for them."""
    sent = sent_of(one.payload)
    fields = [each for each in operation.body.fields if each.name not in sent and each.type != "file"]
    return [Complaint(field=each.name, missing=True) for each in fields]


def _named(model: type[models.Model], sent: Mapping[str, Any]) -> str:
    """Return under which name a body has keys of a model's rows; empty for none."""
    called = str(model._meta.model_name)
    whole = [f"{called}{way}" for way in ("_id", "_ids", "id", "ids", "_pk", "_pks", "s", "")]
    names = {in_snake_case(name).lower(): name for name in sent}
    for each in (*whole, "ids", "pks", "id", "pk", "keys", "selected", "items"):
        if each in names:
            return names[each]
    lists = [name for name, one in sent.items() if isinstance(one, list) and not any(map(_is_nested, one))]
    ends = [names[each] for each in names if re.search(r"(?:^|_)(?:ids?|pks?)$", each)]
    known = [*lists, *ends, *(sent if len(sent) == 1 else ())]
    return known[0] if known and (lists or len(ends) == 1 or len(sent) == 1) else ""


def _is_nested(value: object) -> bool:
    return isinstance(value, (dict, list))


def _keys(asked: Untouched, identity: Identity, sent: Any) -> list[Any]:
    """Return keys of rows that meet what a statement asked, those of the identity first, one of each state by turns."""
    found = asked.model._base_manager.filter(**asked.fixed).order_by("pk")
    own = found.none()
    for name in asked.owners if identity.user_id else ():
        own = found.filter(**{name: identity.user_id})
    rows = [*own.values_list("pk", *asked.states)[:_ROWS_LOOKED_AT]] or [
        *found.values_list("pk", *asked.states)[:_ROWS_LOOKED_AT]
    ]
    was = {*map(str, sent if isinstance(sent, list) else [sent])}
    of_state: dict[Any, list[Any]] = {}
    for key, *state in rows:
        if str(key) not in was:
            of_state.setdefault(tuple(state), []).append(key)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*of_state.values()))
    keys = [key for key in turns if key is not None]
    return keys if all(isinstance(key, int) for key in keys) else [*map(str, keys)]
