"""Rows for a field that names one, where code compares a state of that row, and what the row of an address holds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.apps import apps

from loadaudit.inventory.source.relations import choices_of
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import Which, reachable_rows
from loadaudit.records import BodyField, Identity, Operation

_NOT_HELD = re.compile(r"\bnot set (?:on|for|in|at)\b|\bnot one of its\b", re.IGNORECASE)
"""What an error says of a key that a row does not hold."""

_SHORTEST = 4
"""A shorter choice, such as a code of a language, is in too many texts."""


def keys_in_state(fact: BodyField | None, words: Iterable[Any], identity: Identity) -> tuple[Any, ...] | None:
    """Return the keys of rows that a field takes and whose state is one of the words, which code compares it with.

    None where the field names no row, or no column of its model has such choices. Never raises.
    """
    if fact is None or not (fact.model and fact.model_field):
        return None
    with suppress(Exception):  # managers are the project's own code
        model = apps.get_model(fact.model)
        for column in model._meta.concrete_fields:
            states = [one for one in words if one in [value for value, _ in choices_of(column)]]
            if states:
                which = Which(having={f"{column.name}__in": states}, model=model)
                rows = reachable_rows(model, (), [fact.model_field], identity, which)
                return tuple(row[0] if isinstance(row[0], int) else str(row[0]) for row in rows)
    return None


def rows_in_told_state(
    operation: Operation, said: str, sent: Mapping[str, Any], identity: Identity, variant: int
) -> list[Complaint]:
    """Return the fields whose rows are in no state that an error calls by its name, each with one that is.

    As of `There is no complete upload with this id.` Where the error stays the same, others in that state follow.
    """
    found: list[Complaint] = []
    for one in operation.body.fields if said else ():
        if one.model and one.model_field and not one.many and sent.get(one.name):
            words = set(_states_told(one.model, said))
            keys = keys_in_state(one, words, identity) if words else None
            if keys and (variant > 1 or str(sent[one.name]) not in {str(key) for key in keys}):
                found.append(Complaint(field=one.name, choice=True, value=keys[(variant - 1) % len(keys)]))
    return found


def _states_told(model: str, said: str) -> Iterator[Any]:
    with suppress(Exception):  # fields of the project may do anything when they are looked at
        for column in apps.get_model(model)._meta.concrete_fields:
            for value, _ in choices_of(column):
                plain = re.escape(str(value))
                is_word = len(str(value)) >= _SHORTEST
                if is_word and re.search(rf"(?<![\w-]){plain}(?![\w-])", said, re.IGNORECASE):
                    yield value


def keys_held(operation: Operation, path: str, said: str) -> tuple[str, ...]:
    """Return the keys of what the row of an address holds by keys, where an error says that one is not set on it.

    Labels, say, of which another operation has set some.
    """
    if not _NOT_HELD.search(said):
        return ()
    rows = [row for one in reversed(operation.parameters) if one.model and (row := row_at(one, path)) is not None]
    held = (getattr(row, one.attname, None) for row in rows[:1] for one in row._meta.concrete_fields)
    return tuple(str(key) for one in held if isinstance(one, dict) for key in one)
