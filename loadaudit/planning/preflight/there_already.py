"""New words where a view refuses the keys of rows that are there: what it makes must have another one."""

import re
from collections.abc import Container
from dataclasses import replace
from http import HTTPStatus

from django.apps import apps
from django.db import models

from loadaudit.inventory.bodies.fields.models import find_field
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.said import said_of
from loadaudit.records import BodyField, Operation

THERE_ALREADY = re.compile(r"\balready\b|\btaken\b|\bin use\b|\bunique\b|\bduplicate", re.IGNORECASE)
_READS_OR_WRITES = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE)\b")
_IS_KEY = re.compile(r"\d*|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""A number or a UUID as texts."""
_IS_ANOTHERS = re.compile(r"\balready (?:exists?|in use|used|taken)\b|\btaken\b|\bunique\b|\bduplicate", re.IGNORECASE)
"""Says that no row with the value may be there, and not that it is in a state: `already a member`."""


def with_new_words(
    operation: Operation, answer: Answer | None, sent: Container[str], variant: int
) -> tuple[Operation, tuple[str, ...]]:
    """Return the operation with fields that get new words in place of the texts by which rows are told apart.

    And their names: those that were sent by what makes a row, to no row's address, and met one that is there. Where
    the answer does not say so, and the view has looked at something else behind it, another row is tried before.
    """
    if answer is None or operation.method != "POST" or operation.parameters:
        return operation, ()
    is_said = answer.status >= HTTPStatus.BAD_REQUEST and _IS_ANOTHERS.search(said_of(answer)) is not None
    if not (is_said or answer.status == HTTPStatus.CONFLICT):
        return operation, ()
    named = [one for one in operation.body.fields if one.name in sent and _is_text_of_one(one)]
    names = tuple(one.name for one in named if is_said or variant > 1 or _is_met(one, answer))
    fields = tuple(_as_word(one) if one.name in names else one for one in operation.body.fields)
    return replace(operation, body=replace(operation.body, fields=fields)), names


def is_of_another(said: str, sent: object) -> bool:
    """Whether a refusal of one field says that a row with this text is there, which is no key: it wants new words."""
    is_text = isinstance(sent, str) and not _IS_KEY.fullmatch(sent)
    return is_text and _IS_ANOTHERS.search(said) is not None


def _is_met(one: BodyField, answer: Answer) -> bool:
    """Whether the row that a field names is the last that a view has looked for before it refused."""
    statements = answer.trace.statements if answer.trace is not None else ()
    last = next((each.sql for each in reversed(statements) if _READS_OR_WRITES.match(each.sql)), "")
    table = apps.get_model(str(one.model))._meta.db_table
    return re.search(rf"""^\s*SELECT\b.*?\bFROM ["`]{re.escape(table)}["`]""", last, re.DOTALL) is not None


def _as_word(one: BodyField) -> BodyField:
    return replace(one, model=None, model_field=None, unique=True, column=f"{one.model}.{one.model_field}")


def _is_text_of_one(one: BodyField) -> bool:
    """Whether a field names a row by a text that no other row may have, and that somebody chooses."""
    if not (one.model and one.model_field) or one.many:
        return False
    try:
        column = find_field(apps.get_model(one.model), one.model_field)
    except LookupError:
        return False
    is_text = isinstance(column, (models.CharField, models.TextField))
    return is_text and column is not None and bool(column.unique) and not column.primary_key
