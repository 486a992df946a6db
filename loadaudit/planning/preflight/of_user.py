"""Which rows of a user a view looked for, read from its statements: memberships, profiles, roles, what they own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import is_of_app, is_user_model, user_model
from loadaudit.planning.preflight.conditions import end_of_brackets
from loadaudit.records import Trace

_TABLE = re.compile(r"""\b(?:FROM|JOIN)\s+["`](?P<table>\w+)["`](?:\s+(?P<alias>[A-Z]+\d+)\b)?""")
_COMPARED = re.compile(
    r"""(?P<no>NOT\s+\(?\s*)?["`]?(?P<alias>\w+)["`]?\.["`](?P<column>\w+)["`]\s*(?P<how>=|IN\b|IS NOT NULL|IS NULL)?"""
)
_ON_THE_RIGHT = re.compile(r"""=\s*["`]?(?P<alias>\w+)["`]?\.["`](?P<column>\w+)["`]""")
_A_COLUMN = re.compile(r"""\s*["`\w]+\.["`]\w""")
_WHERE = re.compile(r"\bWHERE\b(?P<conditions>.*?)(?:\b(?:ORDER BY|GROUP BY|LIMIT|FOR UPDATE)\b|$)", re.DOTALL)
_NEGATED = re.compile(r"""\bNOT\s+(?=\((?:EXISTS\s*|["`\w]+\.["`]\w+["`]\s+IN\s+)\(\s*SELECT\b)""")
_NOT_OF_THE_PROJECT = frozenset(
    {
        *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "sites")),
        *("allauth.account", "allauth.socialaccount", "rest_framework.authtoken"),
    }
)
_MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOfUser:
    """A model whose rows a statement looked for by the user to whom they belong."""

    model: type[models.Model]
    owner: str
    """The field that leads to the user."""
    compared: frozenset[str]
    """Other fields that the statement compares with something."""
    fixed: Mapping[str, object]
    """Look-up → value, as the statement's text has it."""

    @property
    def is_of_groups(self) -> bool:
        """Whether they make users members of Django's groups."""
        return _is_of_groups(self.model)


def rows_of_user(trace: Trace | None) -> Iterator[RowsOfUser]:
    """Yield what a request looked for by a user, what found nothing first, and of that the last statement first."""
    statements = [one for one in trace.statements if one.sql.lstrip().startswith("SELECT")] if trace is not None else []
    seen: set[type[models.Model]] = set()
    statements.reverse()
    for statement in sorted(statements, key=lambda one: one.rows > 0):
        for found in _read(without_negated(statement.sql)[0]):
            if found.model not in seen and len(seen) < _MOST:
                seen.add(found.model)
                yield found


def rows_shutting_out(trace: Trace | None) -> Iterator[RowsOfUser]:
    """Yield whose rows of a user a look-up in vain leaves out what they point to, as what somebody has dismissed."""
    statements = trace.statements if trace is not None else ()
    for negated in (each for one in statements if not one.rows for each in without_negated(one.sql)[1]):
        yield from _read(negated)


def without_negated(sql: str) -> tuple[str, list[str]]:
    """Return a statement without the queries within it that must find nothing, and these."""
    found = []
    while (match := _NEGATED.search(sql)) is not None:
        end = end_of_brackets(sql, match.end())
        found.append(sql[match.end() : end])
        sql = f"{sql[: match.start()]}1=1{sql[end:]}"
    return sql, found


def _read(sql: str) -> Iterator[RowsOfUser]:
    tables = list(_TABLE.finditer(sql))
    named = {one["alias"] or one["table"]: one["table"] for one in tables}
    # The rows of a many-to-many field are looked for in the table of users, which brings their own table in.
    of_users = bool(tables) and tables[0]["table"] == user_model()._meta.db_table
    where = _WHERE.search(sql)
    for alias, table in named.items():
        model = _by_table().get(table)
        # Groups are looked for with the rights that they give, too, which has ways of its own.
        if model is None or (_is_of_groups(model) and tables[0]["table"] != _table_of_groups()):
            continue
        fields: dict[str, Any] = {str(one.column): one for one in model._meta.local_concrete_fields}
        valued, joined = _compared(alias, sql)
        known = sorted((valued | joined if of_users else valued) & fields.keys())
        owner = next((fields[one].name for one in known if _is_user(fields[one])), "")
        if owner:
            yield RowsOfUser(
                model=model,
                owner=owner,
                compared=frozenset(fields[one].name for one in (valued | joined) & fields.keys()) - {owner},
                fixed=_fixed(alias, fields, where["conditions"] if where is not None else ""),
            )


def _compared(alias: str, sql: str) -> tuple[set[str], set[str]]:
    """Return the columns of a table that a statement compares with values, and with columns."""
    found: tuple[set[str], set[str]] = set(), set()
    for one in _COMPARED.finditer(sql):
        if one["alias"] == alias and one["how"]:
            found[_A_COLUMN.match(sql, one.end()) is not None].add(one["column"])
    found[1].update(one["column"] for one in _ON_THE_RIGHT.finditer(sql) if one["alias"] == alias)
    return found


def _fixed(alias: str, fields: Mapping[str, Any], conditions: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for match in _COMPARED.finditer(conditions) if " OR " not in conditions else ():
        field = fields.get(match["column"]) if match["alias"] == alias else None
        if field is None:
            continue
        if not match["how"] and isinstance(field, models.BooleanField):
            found[field.name] = not match["no"]
        elif match["how"] in ("IS NULL", "IS NOT NULL") and field.null:
            found[f"{field.name}__isnull"] = (match["how"] == "IS NULL") is not bool(match["no"])
    return found


def _is_user(field: Any) -> bool:
    return bool(field.is_relation and is_user_model(field.related_model))


@cache
def _by_table() -> Mapping[str, type[models.Model]]:
    """Return the project's models that lead to users, with those that Django makes for many-to-many fields."""
    found = apps.get_models(include_auto_created=True)
    return {
        one._meta.db_table: one
        for one in found
        if not one._meta.proxy
        and not _is_of_rights(one)
        and (not is_of_app(one, _NOT_OF_THE_PROJECT) or one._meta.auto_created)
    }


def _is_of_groups(model: type[models.Model]) -> bool:
    """Whether rows bring users and Django's groups together."""
    return "auth.Group" in _labels(model)


def _table_of_groups() -> str:
    return str(apps.get_model("auth", "Group")._meta.db_table)


def _is_of_rights(model: type[models.Model]) -> bool:
    """Whether rows bring users or groups and Django's permissions together."""
    return "auth.Permission" in _labels(model)


def _labels(model: type[models.Model]) -> set[str]:
    related = [one.related_model for one in model._meta.local_concrete_fields if one.is_relation]
    return {one._meta.label for one in related if isinstance(one, type)}
