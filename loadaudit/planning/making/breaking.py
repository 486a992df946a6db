"""Rows to put beside those that a view breaks on: valid ones, and ones with what is empty in all that are there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.making.wanted import WantedRow, columns_of, model_of
from loadaudit.planning.preflight.further import OF_EVERY_REQUEST
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.refused_empty import empty_refused_at
from loadaudit.planning.preflight.states import names_in_code_at
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import models_by_table
from loadaudit.records import Operation, Outcome

_LOOKED_AT = 6
_FILLED = 50
"""Rows at either end of a table whose gaps are filled: as many as a page may show, or a list breaks on the next."""

_MOST_TABLES = 4
_TABLE = re.compile(r"\b(?:FROM|JOIN) [\"`]?(\w+)")
_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) [\"`]?(\w+)", re.IGNORECASE)
_KINDS: dict[Any, type] = {
    models.CharField: str,
    models.TextField: str,
    models.DateTimeField: datetime,
    models.DateField: date,
    models.TimeField: time,
    models.DurationField: timedelta,
    models.DecimalField: Decimal,
}
_MISSED_PART = re.compile(r"'(\w+)': (?:''|None)[,}]")
_INVALID = f"{ValidationError.__module__}.{ValidationError.__qualname__}"
_TURNS_AWAY = frozenset({Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.DENIED})
_NONE = re.compile(r"'NoneType' object has no attribute '(?P<attribute>\w+)'|\bNoneType\b")
"""What Python says where a view takes something for granted that a row does not have."""
_NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)
_MOMENTS = (models.DateField, models.TimeField, models.DurationField)
_TEXTS = (models.CharField, models.TextField)
_WANTED_BY_WORDS = (
    (re.compile(r"\breal number\b|\bNumber\b|__round__|\babs\(\)|'int'|'float'|\bDecimal\b"), _NUMBERS),
    (re.compile(r"'datetime\.\w+'|fromisoformat"), _MOMENTS),
    (re.compile(r"between instances of (?:'str' and 'NoneType'|'NoneType' and 'str')"), _TEXTS),
    (re.compile(r"operand type|not supported between|__format__"), (*_NUMBERS, *_MOMENTS)),
    (re.compile(r"\bstr\b|\bstring\b|\bbytes-like\b"), _TEXTS),
    (re.compile(r"\biterable\b|\bsubscriptable\b|\blen\(\)"), (models.JSONField, *_TEXTS)),
)
"""Kinds of columns of which Python's words say that a value was wanted where None was; the first that fits counts."""

_NO_FILE = re.compile(r"The '(\w+)' attribute has no file associated with it")
"""What Django says where that is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenOn:
    """What a view broke on in the rows of one model of its address."""

    wanted: WantedRow
    """A row that would do."""
    row: Any
    """The one that the address named, or None."""
    empty: tuple[str, ...] = ()
    """Columns of it that are empty in every row; none where its own columns would not take the row."""
    is_helped: bool = False
    """Whether a row that is there has them all."""
    fill_first: bool = False
    """Whether the row itself had better have them than a new one, which its user may not open."""


def broken_on(operation: Operation, best: Try | None) -> Iterator[BrokenOn]:
    """Yield what the rows of an address lack where the view broke.

    Runs validators, which are the project's own code; those that fail themselves refuse nothing.
    """
    if best is not None and best.outcome is Outcome.NOT_FOUND:
        yield from _gone_without(operation, best)
    if best is None or best.outcome is not Outcome.SERVER_ERROR:
        return
    for one in operation.parameters:
        model = model_of(one.model)
        if model is None or not one.model_field:
            continue
        try:
            manager = model._base_manager
            rows = [*manager.order_by("pk")[:_LOOKED_AT], *manager.order_by("-pk")[:1]]
        except Exception:  # a manager is the project's own code and may raise anything
            continue
        named = columns_of(model, one.model_field)
        row = row_at(one, best.path.path)
        if row is not None and _is_invalid(best) and _is_refused(row, whole=True):
            yield BrokenOn(wanted=WantedRow(model=model, named=named, once=True), row=row)
        elif rows and operation.method in SAFE_METHODS and all(_is_refused(row) for row in rows):
            yield BrokenOn(wanted=WantedRow(model=model, named=named), row=row)
        elif rows and (empty := _empty(model, best)):
            wanted = WantedRow(model=model, named=tuple(dict.fromkeys((*named, *empty.values()))))
            is_helped = any(all(getattr(row, name) is not None for name in empty) for row in rows)
            yield BrokenOn(wanted=wanted, row=row, empty=tuple(empty.values()), is_helped=is_helped)


def gaps_in(best: Try | None) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield rows of the tables read last with columns that are empty, and that have what a view broke without.

    A list breaks on each of its rows. Tables read earlier count where none of the last has such a gap.
    """
    exception = best.trace.exception if best is not None and best.trace is not None else None
    missed = _NONE.search(exception.message) if exception is not None else None
    if best is not None and exception is not None and (file := _NO_FILE.search(exception.message)):
        for model in read_last(best):
            files = [one for one in model._meta.local_concrete_fields if isinstance(one, models.FileField)]
            yield from _gaps(model, [one for one in files if one.name == file[1]], (None, ""))
    if best is None or exception is None or missed is None:
        return
    any_found = False
    for position, model in enumerate(read_last(best, most=None)):
        if position >= _MOST_TABLES and any_found:
            return
        columns: list[Any] = [one for one in model._meta.local_concrete_fields if one.null and one.editable]
        if missed["attribute"]:
            meant = [one for one in columns if not one.primary_key and _has(one, missed["attribute"])]
        else:
            kinds = next((kinds for words, kinds in _WANTED_BY_WORDS if words.search(exception.message)), ())
            meant = [one for one in columns if not one.primary_key and isinstance(one, kinds)]
        found = list(_gaps(model, meant, (None,)))
        any_found |= bool(found)
        yield from found


def breaks_on_nothing(best: Try | None) -> bool:
    """Whether a view took something for granted that is None or a file that is not there, or made an address of it."""
    exception = best.trace.exception if best is not None and best.trace is not None else None
    if exception is None:
        return False
    is_told = _NONE.search(exception.message) or _NO_FILE.search(exception.message)
    return is_told is not None or bool(_parts_missed(best))


def gaps_of_links(best: Try | None, meanings: Mapping[str, tuple[str, str]]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield rows of the tables read last with what is empty in them and the address of something shown is made of.

    `meanings` tell the model and the field that the names of parameters mean.
    """
    for name in _parts_missed(best):
        label, field = meanings.get(name, ("", name))
        for model in read_last(best) if best is not None else ():
            columns: list[Any] = [one for one in model._meta.local_concrete_fields if not one.primary_key]
            own = [one for one in columns if one.name == field and label in ("", model._meta.label)]
            links = [one for one in columns if one.is_relation and one.null and _leads_to(one, label, field)]
            meant = [*(one for one in own if not one.is_relation), *links]
            yield from _gaps(model, meant, (None, ""))


def gaps_refused(operation: Operation, best: Try | None) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield rows of the tables read last with what is empty in them and the view turns away for being so."""
    if best is None or best.outcome not in _TURNS_AWAY:
        return
    names = empty_refused_at(best.path.path, operation.method)
    for model in read_last(best) if names else ():
        columns: list[Any] = [one for one in model._meta.local_concrete_fields if one.editable and one.name in names]
        meant = [
            one for one in columns if not (one.primary_key or isinstance(one, (models.BooleanField, models.JSONField)))
        ]
        yield from _gaps(model, meant, (None, ""))


def _gaps(
    model: type[models.Model], columns: Sequence[Any], nothing: tuple[object, ...]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield a few rows, each with those of the columns that have nothing in it."""
    for row in either_end(model) if columns else ():
        if empty := tuple(one.name for one in columns if getattr(row, one.attname) in nothing):
            yield row, empty


def _parts_missed(best: Try | None) -> list[str]:
    """Return the names of the parameters that were empty where no address could be made."""
    exception = best.trace.exception if best is not None and best.trace is not None else None
    if exception is None or not exception.type.endswith(".NoReverseMatch"):
        return []
    return _MISSED_PART.findall(exception.message)


def _leads_to(link: Any, label: str, field: str) -> bool:
    """Whether a link leads to a model, or to any that has such a field where the model is not known."""
    related: Any = link.related_model
    if not isinstance(related, type) or related is link.model:
        return False
    options = related._meta  # type: ignore[attr-defined]
    return bool(options.label == label) if label else any(one.name == field for one in options.concrete_fields)


def either_end(model: type[models.Model]) -> list[models.Model]:
    """Return a few rows, old ones and the newest."""
    manager = model._base_manager
    return list({row.pk: row for order in ("pk", "-pk") for row in manager.order_by(order)[:_FILLED]}.values())


def tables_in(sql: str) -> list[str]:
    """Return the tables that a statement reads, in its order."""
    return _TABLE.findall(sql)


def tables_read(best: Try | None) -> frozenset[str]:
    """Return the tables that a request has read."""
    statements = best.trace.statements if best is not None and best.trace is not None else ()
    return frozenset(name for one in statements for name in tables_in(one.sql))


def tables_written(best: Try) -> frozenset[str]:
    """Return the tables in which a request has changed rows."""
    statements = best.trace.statements if best.trace is not None else ()
    return frozenset(match[1] for one in statements if (match := _WRITES.match(one.sql)) is not None)


def read_last(best: Try, *, most: int | None = _MOST_TABLES) -> list[type[models.Model]]:
    """Return the models of the tables that were read last, none of what tells who asks."""
    by_table = models_by_table()
    statements = best.trace.statements if best.trace is not None else ()
    names = dict.fromkeys(name for one in reversed(statements) for name in tables_in(one.sql))
    return [by_table[name] for name in names if name in by_table and name not in OF_EVERY_REQUEST][:most]


def _gone_without(operation: Operation, best: Try) -> Iterator[BrokenOn]:
    """Yield the links of an address's rows that are empty and that the view's code names, where it found nothing.

    `if team.club is None: raise Http404`: no statement tells it.
    """
    found = [(one, row) for one in operation.parameters if (row := row_at(one, best.path.path)) is not None]
    if not found or len(found) < len([one for one in operation.parameters if one.model]):
        return
    names = names_in_code_at(best.path.path, ())
    for one, row in found:
        empty = tuple(
            column.name
            for column in type(row)._meta.local_concrete_fields
            if column.is_relation and column.null and column.editable and column.name in names
            if column.related_model is not type(row) and getattr(row, column.attname) is None
        )
        if empty:
            wanted = WantedRow(model=type(row), named=(*columns_of(type(row), str(one.model_field)), *empty))
            yield BrokenOn(wanted=wanted, row=row, empty=empty, fill_first=True)


def _is_invalid(best: Try) -> bool:
    """Whether a view broke on the rules of a model, which rows of other times or ways do not keep."""
    exception = best.trace.exception if best.trace is not None else None
    return exception is not None and exception.type == _INVALID


def _is_refused(row: models.Model, *, whole: bool = False) -> bool:
    try:
        if whole:
            row.full_clean()
        else:
            row.clean_fields()
    except ValidationError:
        return True
    except Exception:  # validators are the project's own code and may raise anything
        return False
    return False


def _empty(model: type[models.Model], best: Try) -> dict[str, str]:
    """Return attribute and name of columns that may be empty: of those what has the missing attribute, or else all."""
    exception = best.trace.exception if best.trace is not None else None
    missed = _NONE.search(exception.message) if exception is not None else None
    if missed is None:
        return {}
    empty: list[Any] = [
        one
        for one in model._meta.concrete_fields
        if one.null and not one.primary_key and one.related_model is not model and one.editable
    ]
    meant = [one for one in empty if missed["attribute"] and _has(one, missed["attribute"])]
    return {one.attname: one.name for one in meant or empty}


def _has(column: Any, attribute: str) -> bool:
    """Whether values of a column have an attribute."""
    if column.is_relation:
        return hasattr(column.related_model, attribute)
    return any(hasattr(kind, attribute) for field, kind in _KINDS.items() if isinstance(column, field))
