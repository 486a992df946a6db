"""What a view asks of a row beside the values in its address, read from the statement that found none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from loadaudit.planning.preflight.conditions import Condition, parts_of
from loadaudit.records import Operation, Trace

_JOIN = re.compile(
    r"""JOIN\s+["`](?P<table>\w+)["`](?:\s+["`]?(?P<alias>(?!ON\b)\w+)["`]?)?\s+ON\s+"""
    r"""\(["`]?(?P<left>\w+)["`]?\.["`](?P<link>\w+)["`]\s*=\s*["`]?\w+["`]?\.["`](?P<key>\w+)["`]\)"""
)
MEETING = " that meets what the view asks"
SEEN = " that its view was seen to look for"
"""Ends of origins of rows."""

_EARLIER, _LATER = ("<", "<="), (">", ">=")
_MOST_VALUES = 6
_MOST_COMPARED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfRows:
    """What the last look-up of a model asked for beside the values of the address."""

    model: type[models.Model]
    fixed: Mapping[str, object]
    """Look-up → value, as the statement's text has it."""
    compared: tuple[str, ...]
    """Fields that are compared with a value which the statement does not show."""

    def filters(self) -> Iterator[dict[str, object]]:
        """Yield look-ups, with values in turn for what is compared with one that is not known."""
        yield dict(self.fixed)
        for name in self.compared[:_MOST_COMPARED]:
            try:
                values = self.model._default_manager.order_by(name).values_list(name, flat=True)
                rows = list(values.distinct()[:_MOST_VALUES])
            except Exception:  # a manager is the project's own code and may raise anything
                continue
            yield from ({**self.fixed, name: value} for value in rows)

    def __str__(self) -> str:
        """Say it in words."""
        words = [_worded(name, value) for name, value in self.fixed.items()]
        words += [f"a certain {name}" for name in self.compared]
        return f"{self.model._meta.label} with {', '.join(words)}"


def asked_of_rows(operation: Operation, trace: Trace | None) -> AskedOfRows | None:
    """Return what the last statement that looked for a row of the address asked for; None where it is nothing more."""
    by_table: dict[str, tuple[type[models.Model], str]] = {}
    for one in operation.parameters:
        if one.model and one.model_field:
            try:
                model = apps.get_model(one.model)
            except LookupError:
                continue
            by_table[model._meta.db_table] = model, one.model_field
    for statement in reversed(trace.statements if trace is not None else ()):
        for table, (model, looked_up) in by_table.items():
            if re.search(rf"\bFROM [\"`]{table}[\"`]", statement.sql):
                return _read(model, looked_up, statement.sql)
    return None


def conditions_in(model: type[models.Model], sql: str) -> AskedOfRows:
    """Return what a statement asks of a model's rows and of those that they belong to."""
    return _read(model, "", sql) or AskedOfRows(model=model, fixed={}, compared=())


def asked_in(model: type[models.Model], sql: str) -> dict[str, object]:
    """Return the look-ups of a model whose values a statement's text has: flags, and what is empty or not."""
    return {name: value for name, value in conditions_in(model, sql).fixed.items() if _is_own(name)}


def _is_own(look_up: str) -> bool:
    """Whether a look-up asks for a column of the model itself, and for no moment."""
    return "__" not in look_up.removesuffix("__isnull")


def _read(model: type[models.Model], looked_up: str, sql: str) -> AskedOfRows | None:
    linked = linked_in(model, sql)
    fixed: dict[str, object] = {}
    compared: list[str] = []
    for part in parts_of(sql):
        ways = [_meanings(way, linked, model, looked_up) for way in part]
        # Of several ways one does that needs no value which the statement does not show.
        known = [one for one in ways if one is not None and one[0] and not one[1]]
        chosen = next(iter(known if len(part) > 1 else ways), None)
        if chosen is not None:
            fixed |= chosen[0]
            compared += chosen[1]
    if not fixed and not compared:
        return None
    return AskedOfRows(model=model, fixed=fixed, compared=tuple(dict.fromkeys(compared)))


def linked_in(model: type[models.Model], sql: str) -> dict[str, tuple[str, type[models.Model]]]:
    """Return what a statement calls the tables of a model and of those it belongs to → how a look-up leads there."""
    found: dict[str, tuple[str, type[models.Model]]] = {model._meta.db_table: ("", model)}
    for match in _JOIN.finditer(sql):
        way, owner = found.get(match["left"], ("", None))
        for one in owner._meta.local_concrete_fields if owner is not None else ():
            related: Any = one.related_model
            if one.column == match["link"] and related and related._meta.db_table == match["table"]:
                found[match["alias"] or match["table"]] = f"{way}{one.name}__", related
    return found


def _meanings(
    way: Sequence[Condition], linked: Mapping[str, tuple[str, type[models.Model]]], model: type[models.Model], own: str
) -> tuple[dict[str, object], list[str]] | None:
    """Return conditions as look-ups with their values, and the model's fields that are compared; None where one is
    of no table that is known."""
    fixed: dict[str, object] = {}
    compared = []
    for one in way:
        if one.table not in linked:
            return None
        before, owner = linked[one.table]
        field: Any = next((each for each in owner._meta.local_concrete_fields if each.column == one.column), None)
        if field is None or (owner is model and (field.name == own or (own == "pk" and field.primary_key))):
            continue
        name = f"{before}{field.name}"
        is_moment = isinstance(field, models.DateField) and one.compared in (*_EARLIER, *_LATER)
        if one.among_others:
            compared += [field.name] if owner is model and one.compared in ("=", "IN") else []
        elif one.null and not one.negated and one.null == "IS NULL" and field.primary_key and owner is model:
            # The key was not sent, and no row has none.
            return None
        elif one.null:
            fixed[f"{name}__isnull"] = (one.null == "IS NULL") is not one.negated
        elif not one.compared and isinstance(field, models.BooleanField):
            fixed[name] = not one.negated
        elif is_moment and not one.negated:
            # What a moment is compared with is mostly the present one.
            now = timezone.now()
            present = now if isinstance(field, models.DateTimeField) else now.date()
            fixed[f"{name}__{'lte' if one.compared in _EARLIER else 'gte'}"] = present
        elif one.compared in ("=", "IN") and not one.negated and owner is model:
            compared.append(field.name)
    return fixed, compared


def _worded(name: str, value: object) -> str:
    way, _, last = name.rpartition("__")
    plain = way.replace("__", ".")
    if last == "isnull":
        return f"no {plain}" if value else f"some {plain}"
    if last in ("lte", "gte"):
        return f"{plain} {'past' if last == 'lte' else 'to come'}"
    return f"{name.replace('__', '.')} {'on' if value else 'off'}"
