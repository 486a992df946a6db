"""Columns of which no row's value fits the pattern that addresses take it by, and values that do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError

from loadaudit.planning.payloads.matching import text_matching
from loadaudit.records import Operation

MOST_FITTED = 20
"""Rows of a model that are given a value that fits: a list of them links to each."""

ROWS_LOOKED_AT = 200
_ROOMY = 8
"""So long that texts for different numbers differ, where a pattern leaves room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A column of which no row has a value that addresses take."""

    column: Any
    pattern: str
    rows: tuple[Any, ...]

    def value(self, number: int) -> Any:
        """Return a value for a row that fits, another one for another number, or None where none can be made."""
        for least in (_ROOMY, 0):
            text = text_matching(self.pattern, number, least=least)
            if not text or len(text) > (self.column.max_length or len(text)):
                continue
            try:
                value = self.column.clean(text, None)
            except ValidationError:
                continue
            if str(value) == text:
                return value
        return None


def unfit_columns(operation: Operation) -> Iterator[Unfit]:
    """Yield the columns that an address names and of which no row has a value that its pattern takes.

    Managers, fields and validators are the project's own code and may raise anything.
    """
    for one in operation.parameters:
        if not one.pattern or not one.model or not one.model_field:
            continue
        model = apps.get_model(one.model)
        column = next((each for each in model._meta.concrete_fields if each.name == one.model_field), None)
        # A key that others point to is not changed, and choices are a program's own words.
        if column is None or column.primary_key or column.is_relation or column.choices:
            continue
        rows = tuple(model._base_manager.order_by("pk")[:ROWS_LOOKED_AT])
        if rows and not any(fits(one.pattern, column.value_from_object(row)) for row in rows):
            yield Unfit(column=column, pattern=one.pattern, rows=rows[:MOST_FITTED])


def fits(pattern: str, value: object) -> bool:
    """Whether a pattern of the URLconf takes a value from end to end; one that cannot be read takes anything."""
    try:
        return value not in (None, "") and re.fullmatch(pattern, str(value)) is not None
    except re.error:
        return True
