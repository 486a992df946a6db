"""Values that have to be those of one row: a number and an address with which a view looks for an order."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.apps import apps

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.looked_up import looked_up_with, selections, with_found
from loadaudit.planning.resolving import match_at
from loadaudit.planning.rows import Which, own_and_others
from loadaudit.records import Identity, Trace

_MOST = 10
_AMONG = re.compile(r"""["`]\.["`](?P<column>\w+)["`]\s+IN \(""")
_ONLY_WHETHER = ("SELECT 1 ", "SELECT COUNT(")
"""How questions begin that ask whether there are rows: nothing is to be found where something is to be unique."""


def other_rows(
    trace: Trace | None,
    sent: Mapping[str, object],
    taken: Collection[str] | None,
    identity: Identity,
    variant: int,
    path: str = "",
) -> dict[str, Complaint]:
    """Return what was sent with values of other rows, by name: of one that has it all, or of one not linked yet.

    `taken` are names of which an answer says that what they name is there already, None where it says nothing of the
    kind. Rows have what the address says of them. Never raises.
    """
    try:
        if taken is None:
            found = _of_one_row(trace, sent, identity, variant, match_at(path).kwargs if path else {})
            return found or _of_lists(trace, sent, identity, variant)
        return _not_linked_yet(trace, sent, taken, variant)
    except Exception:  # managers and columns are the project's own code
        return {}


def _of_one_row(
    trace: Trace | None, sent: Mapping[str, object], identity: Identity, variant: int, of_path: Mapping[str, object]
) -> dict[str, Complaint]:
    """Return values of one row, where a view looked in vain for one that has them all; the last look-up counts."""
    columns = next(_columns(trace, {**of_path, **sent}), None)
    if columns is None:
        return {}
    model, found = columns
    having = {column: of_path[name] for name, column in found.items() if name not in sent}
    names = {name: column for name, column in found.items() if name in sent}
    if not names:
        return {}
    own, others = own_and_others(model, (), list(names.values()), identity, Which(having=having, model=model))
    rows = [row for row in dict.fromkeys([*own, *others]) if all(value not in (None, "") for value in row)]
    if not rows:
        return {}
    row = rows[(variant - 1) % len(rows)]
    return {name: Complaint(field=name, choice=True, value=value) for name, value in zip(names, row, strict=True)}


def _of_lists(
    trace: Trace | None, sent: Mapping[str, object], identity: Identity, variant: int
) -> dict[str, Complaint]:
    """Return a list for what is called by the plural of a column, and was a text whose letters were looked for."""
    for model, _, sql in selections(with_found(trace, found=False)):
        columns = {one.column: one.name for one in model._meta.local_concrete_fields if not one.is_relation}
        for name in (columns[one["column"]] for one in _AMONG.finditer(sql) if one["column"] in columns):
            fields = [each for each in (f"{name}s", f"{name}es", f"{name}_list") if isinstance(sent.get(each), str)]
            own, others = own_and_others(model, (), [name], identity) if fields else ([], [])
            # Somebody else than who asks, where rows are of users.
            values = [row[0] for row in dict.fromkeys([*others, *own])]
            if values:
                at = (variant - 1) % len(values)
                return {fields[0]: Complaint(field=fields[0], choice=True, value=values[at : at + 1])}
    return {}


def _not_linked_yet(
    trace: Trace | None, sent: Mapping[str, object], names: Collection[str], variant: int
) -> dict[str, Complaint]:
    """Return names with values of other rows than the one that was named, where that was found to be linked already.

    As that of a user who is a member, whom a membership was looked up for.
    """
    found: dict[str, Complaint] = {}
    for name, (label, column) in looked_up_with(list(names), trace, closed=True).items():
        model: Any = apps.get_model(label)
        for field in _linking(trace, label):
            linked = field.model._base_manager.values(field.attname)
            rows = model._base_manager.exclude(**{f"{field.target_field.name}__in": linked}).exclude(
                **{column: sent.get(name)}
            )
            values = [one for one in rows.values_list(column, flat=True)[:_MOST] if one not in (None, "")]
            if values:
                found[name] = Complaint(field=name, choice=True, value=values[(variant - 1) % len(values)])
    return found


def _linking(trace: Trace | None, label: str) -> Iterator[Any]:
    """Yield columns that name rows of a model and that were compared in statements which found something."""
    for model, compared, _ in selections(with_found(trace, found=True)):
        for one in model._meta.local_concrete_fields:
            is_linking = one.is_relation and one.related_model is not None and one.related_model._meta.label == label
            if is_linking and (model._meta.db_table, one.column) in compared:
                yield one


def _columns(trace: Trace | None, sent: Mapping[str, object]) -> Iterator[tuple[type, dict[str, str]]]:
    """Yield models with the columns that were compared with values which were sent, by the names of these."""
    for model, compared, sql in selections(with_found(trace, found=False)):
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
