"""What a view asks of a row beside the values in its address, read from the statement that found none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.records import Operation, Trace

_CONDITION = re.compile(
    r"""(?P<no>NOT\s+\(?\s*)?["`](?P<table>\w+)["`]\.["`](?P<column>\w+)["`]"""
    r"""(?:\s+(?P<null>IS NOT NULL|IS NULL)|\s*(?P<compared>=|IN\b|>=|<=|<|>|LIKE\b|BETWEEN\b))?"""
)
_WHERE = re.compile(r"\bWHERE\b(?P<conditions>.*?)(?:\b(?:ORDER BY|GROUP BY|LIMIT|FOR UPDATE)\b|$)", re.DOTALL)
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
                rows = list(
                    self.model._default_manager.order_by().values_list(name, flat=True).distinct()[:_MOST_VALUES]
                )
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


def asked_in(model: type[models.Model], sql: str) -> dict[str, object]:
    """Return the look-ups of a model whose values a statement's text has: flags, and what is empty or not."""
    found = _read(model, "", sql)
    return dict(found.fixed) if found is not None else {}


def _read(model: type[models.Model], looked_up: str, sql: str) -> AskedOfRows | None:
    where = _WHERE.search(sql)
    if where is None or " OR " in where["conditions"]:
        return None
    columns: dict[str | None, Any] = {one.column: one for one in model._meta.local_concrete_fields}
    fixed: dict[str, object] = {}
    compared = []
    for match in _CONDITION.finditer(where["conditions"]):
        field = columns.get(match["column"]) if match["table"] == model._meta.db_table else None
        if field is None or field.name == looked_up or (looked_up == "pk" and field.primary_key):
            continue
        if match["null"]:
            fixed[f"{field.name}__isnull"] = (match["null"] == "IS NULL") is not bool(match["no"])
        elif not match["compared"] and isinstance(field, models.BooleanField):
            fixed[field.name] = not match["no"]
        elif match["compared"] in ("=", "IN") and not match["no"]:
            compared.append(field.name)
    if not fixed and not compared:
        return None
    return AskedOfRows(model=model, fixed=fixed, compared=tuple(dict.fromkeys(compared)))


def _worded(name: str, value: object) -> str:
    plain = name.removesuffix("__isnull")
    if plain != name:
        return f"no {plain}" if value else f"some {plain}"
    return f"{name} {'on' if value else 'off'}"
