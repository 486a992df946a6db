"""Parts of dates as addresses write them, and dates of the rows that Django's views of dates show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone

from loadaudit.planning.converted import converted
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.preflight.view_code import class_of, view_at
from loadaudit.planning.rows import DATE_PARTS, ROWS_TRIED
from loadaudit.records import Parameter

_FORMATS = {"year": ("%Y", "%y"), "month": ("%m", "%b", "%B"), "day": ("%d",), "week": ("%W", "%U")}


def as_written(parameters: Sequence[Parameter], values: Mapping[str, Any], path: str = "") -> Mapping[str, Any]:
    """Return the values as patterns take them: as converters write them, parts of dates as `03` or `mar`, not `3`.

    What the view behind a path says of their format goes first, as `month_format` of Django's views of dates does.
    """
    values = _cased(parameters, converted(parameters, values))
    known = {one.name: one for one in parameters if isinstance(values.get(one.name), int) and one.name in DATE_PARTS}
    if not known:
        return values
    view = view_at(path) if path else None
    return {**values, **{name: _text(one, values[name], view) for name, one in known.items()}}


def _cased(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with texts in small letters or capitals where a pattern takes only these: `[a-z]{3}`."""
    other = {
        one.name: text
        for one in parameters
        if one.pattern and isinstance(value := values.get(one.name), str) and not fits(one.pattern, value)
        for text in (value.lower(), value.upper())
        if fits(one.pattern, text)
    }
    return {**values, **other} if other else values


def takes_a_part(one: Parameter) -> bool:
    """Whether a part of a date, in whatever way addresses write one, fits the pattern of a parameter."""
    return fits(one.pattern or "[^/]+", as_written((one,), {one.name: 12})[one.name])


def _text(one: Parameter, number: int, view: Any) -> object:
    said = getattr(class_of(view), f"{one.name}_format", "") if view is not None else ""
    said = (getattr(view, "view_initkwargs", None) or {}).get(f"{one.name}_format", said)
    texts = [_formatted(one.name, number, said)] if isinstance(said, str) and said else []
    texts += [str(number), *(_formatted(one.name, number, each) for each in _FORMATS.get(one.name, ()))]
    return next((text for text in texts if text and fits(one.pattern or "[^/]+", text)), number)


def _formatted(name: str, number: int, how: str) -> str:
    """Return a part of a date in a format of strftime, as Django's views read it: in small letters."""
    if name not in ("year", "month", "day"):
        return f"{number:02d}"
    try:
        day = date(**{"year": 2000, "month": 1, "day": 1, name: number})
    except ValueError:
        return ""
    return day.strftime(how).lower()


def shown_by(view: Any) -> tuple[type[models.Model] | None, str, Any]:
    """Return the model whose rows a class-based view shows, the field of their date, and a query for them."""
    view_class, given = class_of(view), getattr(view, "view_initkwargs", None) or {}
    rows = given.get("queryset", getattr(view_class, "queryset", None))
    model = getattr(rows, "model", None) or given.get("model", getattr(view_class, "model", None))
    name = given.get("date_field", getattr(view_class, "date_field", None))
    if not isinstance(model, type) or not issubclass(model, models.Model):
        return None, "", None
    return model, name if isinstance(name, str) else "", rows if rows is not None else model._default_manager


def dates_shown(path: str, names: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """Yield parts of the dates of rows that the view of dates behind a path shows, the newest first.

    Managers are the project's own code and may raise anything.
    """
    view = view_at(path)
    model, name, rows = shown_by(view) if view is not None else (None, "", None)
    if model is None or rows is None or not name:
        return
    found = rows.filter(**{f"{name}__isnull": False, f"{name}__lte": timezone.now()}).order_by(f"-{name}")
    seen: list[Mapping[str, object]] = []
    for moment in found.values_list(name, flat=True)[:ROWS_TRIED]:
        is_aware = isinstance(moment, datetime) and timezone.is_aware(moment)
        local = timezone.localtime(moment) if is_aware else moment
        parts = {"year": local.year, "month": local.month, "day": local.day, "week": local.isocalendar().week}
        wanted = {each: parts[each] for each in names if each in parts}
        if wanted not in seen:
            seen.append(wanted)
            yield wanted
