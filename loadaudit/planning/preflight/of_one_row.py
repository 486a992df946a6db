"""Values that have to be those of one row: a number and an address with which a view looks for an order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.looked_up import selections
from loadaudit.planning.rows import own_and_others
from loadaudit.records import Identity, Trace

_ONLY_WHETHER = ("SELECT 1 ", "SELECT COUNT(")
"""How questions begin that ask whether there are rows: nothing is to be found where something is to be unique."""


def of_one_row(trace: Trace | None, sent: Mapping[str, object], identity: Identity, variant: int) -> list[Complaint]:
    """Return what was sent, each with the value of one row, where a view looked in vain for a row that has it all.

    The last look-up counts. Empty where no two of the names are those of columns. The manager may raise anything.
    """
    columns = next(_columns(trace, sent), None)
    if columns is None:
        return []
    model, names = columns
    own, others = own_and_others(model, (), list(names.values()), identity)
    rows = [row for row in dict.fromkeys([*own, *others]) if all(value not in (None, "") for value in row)]
    if not rows:
        return []
    row = rows[(variant - 1) % len(rows)]
    return [Complaint(field=name, choice=True, value=value) for name, value in zip(names, row, strict=True)]


def _columns(trace: Trace | None, sent: Mapping[str, object]) -> Iterator[tuple[type, dict[str, str]]]:
    """Yield models with the columns that were compared with values which were sent, by the names of these."""
    vain = [one for one in trace.statements if not one.rows] if trace is not None else ()
    for model, compared, sql in selections(replace(trace, statements=tuple(vain)) if trace is not None else None):
        if sql.startswith(_ONLY_WHETHER):
            continue
        table, label = model._meta.db_table, model._meta.model_name
        found = {
            name: one.name
            for one in model._meta.local_concrete_fields
            if (table, one.column) in compared and not one.is_relation
            for name in (one.name, f"{label}_{one.name}")
            if name in sent
        }
        if len(found) > 1:
            yield model, found
