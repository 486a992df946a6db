"""What check constraints of a model ask of its columns: of rows that the run makes, and where an error names one."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.planning.payloads.obeyed import as_sent, better_values

_VIOLATED = re.compile(
    r"[“„«「『](?:\s|&nbsp;)*(?P<name>[^”“»」』&\s]+)(?:\s|&nbsp;)*[”“»」』]"
    r"|CHECK constraint failed: (?P<sqlite>[^\n\"\]]+)"
    r"|violates check constraint \\?[\"“](?P<postgresql>[^”\"\\]+)"
)
"""As Django says it, whose words are those of any language and whose quotation marks are not, SQLite and PostgreSQL."""


def told_by_checks(said: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what was sent of which an error says that a check constraint forbids it, with values that it takes."""
    for name in {
        (one["name"] or one["sqlite"] or one["postgresql"]).strip() for one in _VIOLATED.finditer(_as_said(said))
    }:
        for model in apps.get_models():
            columns = {one.name: one for one in model._meta.concrete_fields if one.name in sent}
            if not any(one.name == name for one in model._meta.constraints):
                continue
            try:
                values = {key: column.to_python(sent[key]) for key, column in columns.items()}
                better = better_values(model, values, name)
            except Exception:  # fields are the project's own code, and not every value has one beside it
                continue
            for key, value in better.items():
                if key in sent and value is not None:
                    yield key, value if isinstance(sent[key], int | float) else str(as_sent(value))


def _as_said(said: str) -> str:
    # JSON may write Django's quotation marks by their numbers.
    return said.replace("\\u201c", "“").replace("\\u201d", "”").replace("\\u00ab", "«").replace("\\u00bb", "»")


def obey_checks(row: models.Model, fixed: Collection[str]) -> None:
    """Give a new row values that its model's check constraints take, those that are `fixed` left as they are."""
    columns = {one.name: row.__dict__.get(one.attname) for one in row._meta.concrete_fields}
    for name, value in better_values(type(row), columns, fixed=fixed).items():
        setattr(row, name, value)
