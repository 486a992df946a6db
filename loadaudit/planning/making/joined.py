"""Rows that bring what a page lists together with the row of its address: the posts of a tag, the members of a club."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.planning.making.breaking import tables_in
from loadaudit.planning.making.rows import is_missing
from loadaudit.planning.making.wanted import WantedRow
from loadaudit.planning.preflight.asked import asked_in
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.looked_up import Joined, joined_by
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import models_by_table
from loadaudit.records import Identity, Operation, Outcome

_LOOKED_AT = 4
"""Statements from the end."""


def joining_rows(operation: Operation, identity: Identity, best: Try | None) -> Iterator[WantedRow]:
    """Yield the row between one of those that a page looked for in vain and the row of its address.

    Managers are the project's own code and may raise anything.
    """
    if best is None or best.outcome is not Outcome.NOT_FOUND or best.trace is None:
        return
    named = [(one, row) for one in operation.parameters if (row := row_at(one, best.path.path)) is not None]
    by_table = models_by_table(with_joining=True)
    for statement in [*reversed(best.trace.statements)][:_LOOKED_AT]:
        joined = [by_table[name] for name in tables_in(statement.sql) if name in by_table]
        for between in joined[1:]:
            for _, row in named:
                listed = _listed(joined[0], statement.sql, [each for _, each in named if each is not row])
                asked = _bringing(between, row, listed) if listed is not None else {}
                if asked and is_missing(between, identity, asked):
                    yield WantedRow(model=between, asked=asked)
                    return


def row_of_address(operation: Operation, identity: Identity, best: Try | None) -> Iterator[WantedRow]:
    """Yield the row that a view looked for by all that its address names, where there is none.

    What it asks for beside that comes first: an address leads to such a row once there is one. Managers are the
    project's own code and may raise anything.
    """
    if best is None or best.outcome is not Outcome.NOT_FOUND:
        return
    joined = joined_by(operation, best.trace)
    if joined is None or not is_missing(joined.model, identity, _telling(joined, operation)):
        return
    asked = dict(joined.having)
    for one in operation.parameters:
        name, _, behind = joined.ways[one.name].partition("__")
        if (row := row_at(one, best.path.path)) is None:
            continue
        if not behind:
            asked[name] = getattr(row, str(one.model_field))
        elif not any(each.startswith(f"{name}__") for each in joined.having):
            asked[name] = row
    yield WantedRow(model=joined.model, asked=asked)


def _telling(joined: Joined, operation: Operation) -> dict[str, object]:
    """Return what a row has to meet to be one of an address: words of other rows are those of a row that there is."""
    asked = dict(joined.having)
    for one in operation.parameters:
        way = joined.ways[one.name]
        if "__" not in way:
            rows = apps.get_model(str(one.model))._base_manager.values(str(one.model_field))
            asked[f"{way}__in"] = rows
    return asked


def _bringing(between: type[models.Model], row: Any, listed: Any) -> dict[str, object]:
    """Return the columns with which a row of a model points to both, one of them as a row of any model; else none."""
    columns: list[Any] = [one for one in between._meta.local_concrete_fields if one.is_relation]
    ends = {one.name: row for one in columns if isinstance(row, one.related_model)}
    others: dict[str, object] = {one.name: listed for one in columns if isinstance(listed, one.related_model)}
    for one in between._meta.private_fields if not others else ():
        if hasattr(one, "ct_field") and hasattr(one, "fk_field"):
            kind = apps.get_model("contenttypes", "ContentType")._default_manager.get_for_model(listed)
            others = {one.ct_field: kind, one.fk_field: listed.pk}
    return {**dict([*ends.items()][:1]), **others} if ends and others else {}


def _listed(model: type[models.Model], sql: str, beside: list[Any]) -> Any:
    """Return a row of what is listed that has the flags of a statement and belongs to the other rows of the address."""
    known = asked_in(model, sql)
    links: list[Any] = [one for one in model._meta.local_concrete_fields if one.is_relation]
    having = {one.name: row for row in beside for one in links if isinstance(row, one.related_model)}
    return model._base_manager.filter(**known, **having).order_by("pk").first()
