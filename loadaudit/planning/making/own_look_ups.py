"""Rows that views look up by what the user's own rows hold, though no foreign key leads there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from loadaudit.planning.preflight.asked import AskedOfRows, conditions_in
from loadaudit.planning.preflight.further import raised
from loadaudit.planning.preflight.judge import TABLE, Try
from loadaudit.planning.preflight.of_user import rows_of_user
from loadaudit.planning.rows import models_by_table
from loadaudit.records import Identity


def looked_up_by_own(identity: Identity, best: Try) -> Iterator[AskedOfRows]:
    """Yield what a view looked up in vain by values which rows of the user have in columns of the same names.

    `Corporation.objects.get(number=user.profile.character.number)`: no foreign key leads there. Managers and
    descriptors are the project's own code and may raise anything.
    """
    statements = [one for one in best.trace.statements if not one.rows] if best.trace is not None else []
    match = TABLE.search(statements[-1].sql) if statements else None
    model = models_by_table().get(match[1]) if match is not None else None
    asked = conditions_in(model, statements[-1].sql) if model is not None else None
    if asked is None or not asked.compared or not raised(best).endswith(".DoesNotExist"):
        return
    rows: list[Any] = []
    for one in rows_of_user(best.trace):
        row = one.model._base_manager.filter(**{one.owner: identity.user_id}).first()
        links = [each.name for each in one.model._meta.concrete_fields if each.is_relation and each.name != one.owner]
        rows += [row, *(getattr(row, name) for name in links)] if row is not None else []
    known: dict[str, object] = {}
    for row in filter(None, rows):
        for name in (each.name for each in row._meta.concrete_fields if not (each.primary_key or each.is_relation)):
            if name in asked.compared and getattr(row, name) not in (None, ""):
                known.setdefault(name, getattr(row, name))
    if known.keys() == {*asked.compared}:
        yield replace(asked, fixed={**asked.fixed, **known}, compared=())
