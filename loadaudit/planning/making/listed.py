"""Rows whose key stands in a list of the settings, where a view takes only those: languages, currencies, kinds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from loadaudit.planning.preflight.asked import asked_in
from loadaudit.planning.preflight.conditions import parts_of
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.states import names_in_code_at
from loadaudit.records import Operation

_SETTING = re.compile(r"[A-Z][A-Z0-9_]+")
_MOST_KEYS = 200


def rows_of_lists(operation: Operation, best: Try) -> Iterator[tuple[type[models.Model], Mapping[str, object]]]:
    """Yield the model of an address and what a row of it should have, where a view found none of those it lists.

    The code compares the column of the address with several values, and names a setting that holds such.
    """
    for one in operation.parameters:
        try:
            model: Any = apps.get_model(str(one.model))
            column = model._meta.pk if one.model_field == "pk" else model._meta.get_field(str(one.model_field))
            is_text = isinstance(column, models.CharField) and not column.choices
            sql = _narrowed(model, column.column, best) if is_text else ""
            keys = _keys_at(best.path.path, column.max_length) if sql else []
            if keys and not model._base_manager.filter(**{f"{column.name}__in": keys}).exists():
                yield model, {**asked_in(model, sql), column.name: keys[0]}
        except Exception:  # look-ups through relations have no such field, and managers and settings may raise anything
            continue


def _narrowed(model: type[models.Model], column: str, best: Try) -> str:
    """Return the last statement that looked for a model's row among several values of a column, or empty."""
    table = model._meta.db_table
    for statement in reversed(best.trace.statements if best.trace is not None else ()):
        if re.search(rf"\bFROM [\"`]{re.escape(table)}[\"`]", statement.sql):
            conditions = [one for part in parts_of(statement.sql) for way in part for one in way]
            among = [one for one in conditions if (one.table, one.column, one.compared) == (table, column, "IN")]
            return statement.sql if any(not one.negated for one in among) else ""
    return ""


def _keys_at(path: str, longest: int | None) -> list[str]:
    """Return the texts in the lists of settings that the code behind a path names, the default language first."""
    found: dict[str, None] = {}
    for name in sorted(filter(_SETTING.fullmatch, names_in_code_at(path, ()))):
        held = getattr(settings, name, None)
        for one in held if isinstance(held, (list, tuple, set, frozenset, Mapping)) else ():
            key = one[0] if isinstance(one, (list, tuple)) and one else one
            if isinstance(key, str) and key and (longest is None or len(key) <= longest):
                found[key] = None
    usual = [one for one in (settings.LANGUAGE_CODE, settings.LANGUAGE_CODE.partition("-")[0]) if one in found]
    return list(dict.fromkeys([*usual, *found]))[:_MOST_KEYS]
