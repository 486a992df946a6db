"""Other values for a row that its model refuses as a whole: unique sets, values and links that do not go together."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from traceback import walk_tb
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from loadaudit.errors import said_by
from loadaudit.inventory.source.relations import choices_of, is_user_model
from loadaudit.load.payloads import is_marked, unique
from loadaudit.planning.payloads.values import NOTHING
from loadaudit.planning.preflight.plain_words import moved_dates
from loadaudit.planning.preflight.validators import values_of_column
from loadaudit.runfile.database_messages import without_values

_MOST_ROWS = 50
_MOST_PARTNERS = 12
_FURTHER = timedelta(days=8)
"""More than the week that a made row goes on for."""

_NUMBER = re.compile(
    r"\b(?:expected|must|should|has to|needs to)\b(?: (?:to )?(?:be|equal))?"
    r"(?: (?P<how>(?:greater|more|larger|higher|less|lower|smaller) than(?P<equal> or equal to)?"
    r"|[a-z]+(?: (?:least|most|to))?))? (?P<number>-?\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
"""As in `must be at least 5`, `should be greater than 0` and `expected about 1.01`."""


def columns_at_fault(row: models.Model, error: ValidationError, fixed: Collection[str]) -> list[Any]:
    """Return the columns of which another value may help, the likeliest first: links, choices, the rest, users, flags.

    Of a unique set Django names the columns; otherwise those count that the code names which refuses the row, and then
    all links, as `clean()` compares them.
    """
    said = getattr(error, "error_dict", {}).get(NON_FIELD_ERRORS, ())
    sets = [one.params["unique_check"] for one in said if one.params and "unique_check" in one.params]
    columns: list[Any] = [one for one in row._meta.concrete_fields if not one.primary_key and one.name not in fixed]
    if at_fault := [one for one in columns if sets and one.name in sets[0]]:
        return sorted(at_fault, key=_likely)
    names = _names_in_refusal(row)
    named = [one for one in columns if one.name in names and _may_be_told(one)]
    links = [one for one in columns if one.is_relation and row.__dict__.get(one.attname) is not None]
    return [*sorted(named, key=_likely), *sorted((one for one in links if one not in named), key=_likely)]


def _names_in_refusal(row: models.Model) -> frozenset[str]:
    """Return the names in the code that raises when the row is validated as a whole."""
    try:
        row.clean()
    except ValidationError as error:
        frames = [frame.f_code for frame, _ in walk_tb(error.__traceback__)]
        return frozenset(frames[-1].co_names)
    return frozenset()


def _may_be_told(column: Any) -> bool:
    """Whether there may be another value for a column without looking at more than its type."""
    return bool(column.choices or isinstance(column, (models.BooleanField, models.IntegerField, models.DateField)))


def _likely(column: Any) -> int:
    if column.is_relation:
        return 3 if is_user_model(column.related_model) else 0
    if column.choices:
        return 1
    # A flag that lets any row pass, such as that of drafts, may be what views leave out.
    return 4 if isinstance(column, models.BooleanField) else 2


def other_value(row: models.Model, column: Any, number: int) -> Any:
    """Return the n-th other value that a column of a row may have and that needs no new row, or `NOTHING`."""
    current = row.__dict__.get(column.attname)
    if column.is_relation:
        taken = {current, *_taken(column)} if column.unique else {current}
        rows = column.related_model._base_manager.order_by("pk")[:_MOST_ROWS]
        return _nth([one for one in rows if one.pk not in taken], number)
    if column.choices:
        return _nth([value for value, _ in choices_of(column) if value != current], number)
    if isinstance(column, models.BooleanField):
        return _nth([not current], number)
    if isinstance(column, models.IntegerField):
        highest = column.model._base_manager.aggregate(models.Max(column.attname)).popitem()[1]
        return (highest or 0) + number
    if isinstance(column, models.DateField) and current is not None:
        # Later than what it may have to come behind, or to have passed when something else is booked.
        return current + number * _FURTHER
    return NOTHING


def told_value(row: models.Model, column: Any, said: Sequence[ValidationError]) -> Any:
    """Return the value that refusals of a column name: a number, or a moment on the other side of now; else `NOTHING`.

    What is taken is left empty where it may be, a link leads to the first row of which nothing is said, and what
    validators of the project refuse gets what their code compares it with.

    Raises what a field of the project raises.
    """
    current = row.__dict__.get(column.attname)
    if column.null and current is not None and any(one.code == "unique" for one in said):
        # As often as needed, where few values are left, such as a flag that one row may have.
        return None
    if column.is_relation and current is not None:
        return _link_not_refused(row, column)
    for value in values_of_column(column) if isinstance(current, (str, int)) else ():
        has_mark = is_marked(value)
        made = unique(value, column.model._base_manager.count()) if has_mark else value
        if not _is_refused_alone(row, column, made):
            return column.to_python(made)
    for text in chain.from_iterable(one.messages for one in said):
        match = _NUMBER.search(text)
        if match is not None and isinstance(column, (models.IntegerField, models.DecimalField, models.FloatField)):
            how = (match["how"] or "").lower()
            further = (
                0 if match["equal"] or "than" not in how else -1 if how.startswith(("less", "low", "small")) else 1
            )
            number = Decimal(match["number"]) + further
            return column.to_python(int(number) if isinstance(column, models.IntegerField) else str(number))
        days = {"": current.isoformat()} if isinstance(current, date) else {}
        for _, moved in moved_dates(text, days, date.today()):
            return column.to_python(moved)
    return NOTHING


def _link_not_refused(row: models.Model, column: Any) -> Any:
    """Return the first other row that a link may lead to by the model's own word, as where two links have to agree.

    Where it refuses all of them, the row gets others for its other links, too, one link at a time.
    """
    if (found := _first_not_refused(row, column)) is not NOTHING:
        return found
    links: list[Any] = [one for one in row._meta.concrete_fields if one.is_relation and one is not column]
    for link in (one for one in links if not is_user_model(one.related_model)):
        before = row.__dict__.get(link.attname)
        for number in range(1, _MOST_PARTNERS) if before is not None else ():
            setattr(row, link.attname, before)
            if (partner := other_value(row, link, number)) is NOTHING:
                break
            setattr(row, link.name, partner)
            if not _is_refused(row, column):
                return getattr(row, column.name)
            if (found := _first_not_refused(row, column)) is not NOTHING:
                return found
        setattr(row, link.attname, before)
    return NOTHING


def _first_not_refused(row: models.Model, column: Any) -> Any:
    """Return the first row that a link may lead to by the model's own word."""
    before = getattr(row, column.attname)
    try:
        for number in range(1, _MOST_ROWS + 1):
            setattr(row, column.attname, before)
            if (other := other_value(row, column, number)) is NOTHING:
                break
            setattr(row, column.name, other)
            if not _is_refused(row, column):
                return other
    finally:
        setattr(row, column.attname, before)
    return NOTHING


def _is_refused_alone(row: models.Model, column: Any, value: Any) -> bool:
    """Whether a column takes no such value, or has one by now already as it may not be there twice."""
    try:
        column.clean(value, row)
    except ValidationError:
        return True
    return bool(column.unique and column.model._base_manager.filter(**{column.name: value}).exists())


def _is_refused(row: models.Model, column: Any) -> bool:
    try:
        column.clean(getattr(row, column.attname), row)
        row.clean()
    except ValidationError as error:
        # What is said of other columns comes to its turn.
        return column.name in getattr(error, "error_dict", {column.name: ()})
    return False


def left_empty(row: models.Model, fixed: Mapping[str, Any] = {}) -> set[str]:
    """Return the columns that a table leaves empty though a form wants them.

    Unique ones, those that a view wants so, and those whose own default is nothing, as `JSONField(default=dict)`.
    """
    columns: list[Any] = [*row._meta.concrete_fields]
    nulls = [one for one in columns if one.null and (one.unique or one.name in fixed)]
    found = {one.name for one in nulls if row.__dict__.get(one.attname) is None}
    begun = {one.name: row.__dict__.get(one.attname) for one in columns if one.has_default() and not one.blank}
    # An empty text is rather filled: pages show it.
    return found | {name for name, value in begun.items() if isinstance(value, (list, tuple, dict)) and not value}


def _nth(values: list[Any], number: int) -> Any:
    return values[number - 1] if number <= len(values) else NOTHING


def _taken(column: Any) -> Iterator[Any]:
    yield from column.model._base_manager.values_list(column.attname, flat=True)


def in_agreement(model: type[models.Model], values: Mapping[str, Any], fixed: Collection[str]) -> dict[str, Any]:
    """Return links that have to follow others: the organisation of a line is that of its order.

    Whom a row belongs to is left as it is.
    """
    columns: list[Any] = [one for one in model._meta.concrete_fields if one.is_relation and one.name not in fixed]
    found: dict[str, Any] = {}
    for column in columns:
        for name, other in values.items() if not is_user_model(column.related_model) else ():
            if name == column.name or not isinstance(other, models.Model) or column.name not in values:
                continue
            same = [one for one in other._meta.concrete_fields if one.related_model is column.related_model]
            if len(same) == 1 and (agreed := getattr(other, same[0].name)) is not None and other != agreed:
                found[column.name] = agreed
    return found


def said_of(error: Exception) -> str:
    """Return why a row was refused, without values of the project."""
    if isinstance(error, ValidationError):
        return "; ".join(_messages(error))
    return without_values(said_by(error).strip())


def _messages(error: ValidationError) -> Iterator[str]:
    for name, texts in getattr(error, "message_dict", {"": error.messages}).items():
        yield f"{name}: {' '.join(texts)}" if name and name != NON_FIELD_ERRORS else " ".join(texts)
