"""What shows in a write that it does what it is for: its code, and statements beside those that keep sessions."""

import re
from collections.abc import Iterator
from inspect import getattr_static
from types import FunctionType
from typing import Any

from django.apps import apps

from loadaudit.analysis.effects import WRITES
from loadaudit.planning.preflight.view_code import layers_of, view_at
from loadaudit.planning.rows import tables_of_sessions

_SETS = re.compile(r"\s*UPDATE\s+\S+\s+SET\s+(?P<columns>.*?)(?:\s+WHERE\b|\Z)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"(?:\A|,)\s*[\"`]?(?P<column>\w+)[\"`]?\s*=")
_OF_A_VISIT = re.compile(
    r"(?:last|latest)_?(?:log(?:ged)?_?in|seen|activ(?:e|ity)|visit(?:ed)?|access(?:ed)?|request|online|ip)(?:_(?:at|on|time|date|ip))?"
    r"|(?:seen|online|active|visited)_(?:at|on)",
    re.IGNORECASE,
)
_LONGEST_SQL = 20_000
_CHANGES = frozenset(
    {"save", "create", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    | {"asave", "acreate", "adelete", "aupdate", "aget_or_create", "aupdate_or_create"}
)
"""What changes rows in Django's ORM."""


def is_bookkeeping(sql: str) -> bool:
    """Whether a statement keeps a session, or sets nothing but when, or from where, somebody was there last."""
    target = WRITES.match(sql)
    if target is not None and target["table"] in tables_of_sessions():
        return True
    sets = _SETS.match(sql[:_LONGEST_SQL])
    columns = [one["column"] for one in _COLUMN.finditer(sets["columns"])] if sets is not None else []
    return bool(columns) and all(map(_OF_A_VISIT.fullmatch, columns))


def may_change_rows(path: str, model: str) -> bool:
    """Whether the code behind a path changes rows by Django's ORM, itself or by a method of a row's model."""
    try:
        view = view_at(path.partition("?")[0])
        names = {name for layer in layers_of(view) for name in layer.__code__.co_names} if view is not None else set()
        own = {name for one in _methods(apps.get_model(model), names) for name in one.__code__.co_names}
    except Exception:  # what stands in the project's modules may do anything when it is looked at
        return False
    return not _CHANGES.isdisjoint(names | own)


def _methods(model: Any, names: set[str]) -> Iterator[FunctionType]:
    """Yield the project's own methods of a model that have one of these names."""
    for name in names:
        found = getattr_static(model, name, None)
        if isinstance(found, FunctionType) and not found.__module__.startswith("django."):
            yield found
