"""What a view looked for in vain, read from its statements: the model and the column that a value has to come from."""

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import is_of_app, user_model
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.keys.doors import may_hold_keys
from loadaudit.planning.keys.hashed import IS_HASH
from loadaudit.planning.naming import OF_THE_FRAMEWORK
from loadaudit.planning.neighbours import GENERIC
from loadaudit.planning.preflight.asked import conditions_in, linked_in
from loadaudit.planning.rows import Which, own_and_others
from loadaudit.planning.values import NoValue, checked
from loadaudit.records import Evidence, Identity, Operation, Parameter, PlannedPath, Trace

_EQUALS = re.compile(r"""["`](?P<table>\w+)["`]\.["`](?P<column>\w+)["`](?:::\w+)?\)?\s*(?:=|IN \(|LIKE)""")
"""A column and what compares it; PostgreSQL compares `UPPER("table"."column"::text)` where case does not count."""

_FROM = re.compile(r"""^\s*SELECT\b.*?\bFROM ["`](?P<table>\w+)["`]""", re.DOTALL)
_WHERE = re.compile(r"\bWHERE\b(?P<conditions>.*)$", re.DOTALL)

_SHORTEST_WORD = 4

_FEW_OF_OWN, _FEW_OF_OTHERS = 1, 2
"""Rows of the identity's own, and of others that share with them what comes first in the address, before all others."""

LookUp = tuple[str, str]
"""Label of a model, and the name of one of its fields."""


def looked_up_with(
    names: Sequence[str],
    trace: Trace | None,
    *,
    closed: bool = False,
    explained: Collection[LookUp] = (),
    of: str = "",
    texts: Collection[str] = (),
) -> dict[str, LookUp]:
    """Return what a view most likely looked up with the values of these names, the last look-up first.

    Where the view was `closed` to the user, it may have looked up none of them, and what other parameters have
    `explained` was looked up with theirs, and so was what hangs on their rows: only names like the columns count. `of`
    is the label of the only model that counts, where one is known; `texts` are names of which no value is a key.
    """
    found = {name: one for name, one in _in_joined_tables(names, trace).items() if one[0] == (of or one[0])}
    for look_up in (one for one in _looked_up(trace) if one[0] == (of or one[0])) if names else ():
        known = [one for one in names if one not in found and (one not in texts or _holds_texts(look_up))]
        is_explained = look_up in explained or _leads_to(look_up, explained) or _may_be_who_asks(look_up)
        name = _name_for(look_up, known, closed=closed or is_explained)
        if name:
            found[name] = look_up
    return found


def _in_joined_tables(names: Sequence[str], trace: Trace | None) -> dict[str, LookUp]:
    """Return the columns of other tables that statements compared and that are called as a value, whole.

    A product of a shop may be found by the article number of what it is.
    """
    found: dict[str, LookUp] = {}
    by_table = _models_by_table() if names else {}
    for model, compared, _ in selections(trace) if names else ():
        # What the rows themselves have is meant by the name, and not what the others are told by.
        own = {one.column for one in model._meta.local_concrete_fields}
        for table, column in compared:
            other = by_table.get(table) if table != model._meta.db_table and column not in own else None
            fields = other._meta.local_concrete_fields if other is not None else ()
            field = next((one for one in fields if one.column == column and not one.is_relation), None)
            if other is None or field is None or field.primary_key or not _tells(field, ""):
                continue
            wanted = (column, f"{model._meta.model_name}_{column}", f"{other._meta.model_name}_{column}")
            name = next((one for one in wanted if one in names), "")
            found |= {name: (other._meta.label, field.attname)} if name and name not in GENERIC | found.keys() else {}
    return found


def looked_up_at(
    operation: Operation, learnt: Container[str], trace: Trace | None, *, closed: bool
) -> dict[str, LookUp]:
    """Return what a view most likely looked up with parameters of which nothing is known for sure, nor was learnt."""
    open_ones = [one for one in operation.parameters if not (one.choices or one.name in learnt)]
    names = [one.name for one in open_ones if not one.model or is_refuted(one, trace)]
    known = [(str(one.model), str(one.model_field)) for one in operation.parameters if one.name not in names]
    texts = {one.name for one in open_ones if one.converter == "slug"}
    return looked_up_with(names, trace, closed=closed, explained=known, texts=texts)


def _column(look_up: LookUp) -> Any:
    """Return the column of a look-up; None where it goes by the key."""
    label, name = look_up
    return next((one for one in apps.get_model(label)._meta.concrete_fields if one.attname == name), None)


def _may_be_who_asks(look_up: LookUp) -> bool:
    """Whether a look-up may be that of the key in the request's headers, which every request of an API begins with."""
    label, name = look_up
    return may_hold_keys(apps.get_model(label)) or IS_HASH.search(name) is not None


def _holds_texts(look_up: LookUp) -> bool:
    return isinstance(_column(look_up), (models.CharField, models.TextField))


def _leads_to(look_up: LookUp, explained: Collection[LookUp]) -> bool:
    """Whether a look-up goes by the key of a row that another parameter names, as labels of a shipment do."""
    column = _column(look_up)
    return column is not None and column.is_relation and (column.related_model._meta.label, "pk") in explained


def is_refuted(parameter: Parameter, trace: Trace | None) -> bool:
    """Whether a view never read the table that is only assumed to have the rows of a parameter, but others."""
    if parameter.evidence is not Evidence.ASSUMED or not parameter.model:
        return False
    try:
        table = apps.get_model(parameter.model)._meta.db_table
    except (LookupError, ValueError):
        return False
    read = re.compile(rf"""["`]{re.escape(table)}["`]""")
    return trace is not None and not any(read.search(one.sql) for one in trace.statements_of_view)


def as_learnt(parameter: Parameter, learnt: Mapping[str, LookUp]) -> Parameter:
    """Return a parameter as requests of its route were seen to look it up, where its model is not known for sure.

    What is read of one method counts more than what another was seen to do.
    """
    if parameter.name not in learnt or (parameter.model and parameter.evidence is not Evidence.ASSUMED):
        return parameter
    model, name = learnt[parameter.name]
    if model != parameter.model:
        # What leads to a parent or an owner is a field of the model that was assumed.
        parameter = replace(parameter, parent=None, parent_field=None, owner_field=None)
    return replace(parameter, model=model, model_field=name)


def with_names_elsewhere(operation: Operation, learnt: Mapping[str, Mapping[str, LookUp]]) -> dict[str, LookUp]:
    """Return what was learnt of an operation's parameters, by route, and of those of the same names elsewhere.

    Elsewhere counts only where no model of a parameter is known, and all that was learnt of its name is the same.
    """
    found = dict[str, LookUp]()
    for name in (one.name for one in operation.parameters if not one.model):
        known = {one[name] for one in learnt.values() if name in one} if name not in GENERIC else set()
        found |= {name: known.pop()} if len(known) == 1 else {}
    return found | dict(learnt.get(operation.route, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A model whose rows bring all rows of an address together, as a membership does, or belong to its only one."""

    model: type[models.Model]
    ways: Mapping[str, str]
    """Name of a parameter → the look-up that leads to its value."""
    having: Mapping[str, object]
    """What else the statement asked of such a row, as far as its text tells."""


def joined_by(operation: Operation, trace: Trace | None) -> Joined | None:
    """Return what brings the rows of an address together, read from the last statement that looked such a row up.

    None where there is none, or it tells not all.
    """
    bound = [one for one in operation.parameters if one.model and one.model_field]
    if not bound or len(bound) < len(operation.parameters):
        return None
    for model, compared, sql in selections(trace):
        # A single row of an address may be compared beside who asks, which `standing` looks after.
        ways = _ways(model, compared, sql, bound) if len(bound) > 1 or len(compared) == 1 else {}
        if len(ways) == len(bound) and any("__" in one for one in ways.values()):
            return Joined(model=model, ways=ways, having=conditions_in(model, sql).fixed)
    return None


def _ways(
    model: type[models.Model], compared: Sequence[tuple[str, str]], sql: str, bound: Sequence[Parameter]
) -> dict[str, str]:
    """Return the look-ups of a model that lead to the parameters with which a statement compared columns."""
    linked, found = linked_in(model, sql), dict[str, str]()
    for table, column in compared:
        before, owner = linked.get(table, ("", None))
        fields: Sequence[Any] = owner._meta.local_concrete_fields if owner is not None else ()
        for field in (one for one in fields if one.column == column):
            label = field.related_model._meta.label if field.is_relation else ""
            for one in (one for one in bound if one.name not in found):
                is_column = one.model_field == field.name or (one.model_field == "pk" and field.primary_key)
                if label == one.model:
                    found[one.name] = f"{before}{field.name}__{one.model_field}"
                elif before and owner is not None and owner._meta.label == one.model and is_column:
                    found[one.name] = f"{before}{one.model_field}"
                elif not before and not label and field.name == one.name and one.name not in GENERIC:
                    found[one.name] = field.name
                else:
                    continue
                break
    return found


def _looked_up(trace: Trace | None) -> Iterator[LookUp]:
    """Yield what the statements of a request compared with a value, the last first.

    Who is logged in is looked up by key in every request, and says nothing.
    """
    users = user_model()._meta.label if apps.is_installed("django.contrib.auth") else ""
    for model, compared, _ in selections(trace):
        columns: Mapping[str | None, Any] = {one.column: one for one in model._meta.local_concrete_fields}
        own = [columns[column] for table, column in compared if table == model._meta.db_table and column in columns]
        # What a row is found by among those of another row is meant by its name, and not that other row.
        for field in sorted(own, key=lambda one: one.is_relation):
            is_own_user = model._meta.label == users and field.primary_key
            if not is_own_user and _tells(field, users):
                yield model._meta.label, "pk" if field.primary_key else field.attname


def selections(trace: Trace | None) -> Iterator[tuple[type[models.Model], Sequence[tuple[str, str]], str]]:
    """Yield from which model statements with conditions took rows, the tables and columns compared, and the text.

    The last statement comes first.
    """
    by_table = _models_by_table()
    for statement in reversed(trace.statements_of_view if trace is not None else ()):
        match, where = _FROM.match(statement.sql), _WHERE.search(statement.sql)
        model = by_table.get(match["table"]) if match is not None else None
        if model is not None and where is not None:
            compared = [(one["table"], one["column"]) for one in _EQUALS.finditer(where["conditions"])]
            yield model, compared, statement.sql


def with_found(trace: Trace | None, *, found: bool) -> Trace | None:
    """Return a trace with those statements of its view alone that found something, or that found nothing."""
    if trace is None:
        return None
    kept = tuple(one for one in trace.statements_of_view if bool(one.rows) is found)
    return replace(trace, statements=kept, before_view=())


def _name_for(look_up: LookUp, known: Sequence[str], *, closed: bool = False) -> str:
    """Return which of the names a look-up most likely used: one like its column or its model, else the only one."""
    label, column = look_up
    model = label.rpartition(".")[2].lower()
    for wanted in (column, f"{model}_{column}", f"{model}_id", f"{model}_pk", f"{model}id", model):
        if wanted in known:
            return wanted
    ends = [name for name in known if name.lower().endswith((f"_{column}", model)) or model in name.lower()]
    # A model may be called by its last word: the `token` of a password reset token.
    ends += [name for name in known if len(name) >= _SHORTEST_WORD and model.endswith(name.lower())]
    if ends:
        return ends[0]
    return known[0] if len(known) == 1 and not closed else ""


def _tells(field: Any, users: str) -> bool:
    """Whether a column tells one row from another; flags, states, dates and owners do not."""
    if field.is_relation and field.related_model._meta.label == users:
        return False
    return not field.choices and not isinstance(field, (models.BooleanField, models.DateField, models.FloatField))


def _models_by_table() -> Mapping[str, type[models.Model]]:
    return {
        one._meta.db_table: one
        for one in apps.get_models()
        if not is_of_app(one, OF_THE_FRAMEWORK) and not one._meta.proxy
    }


def paths_of_joined(
    operation: Operation,
    identity: Identity,
    index: RouteIndex,
    model: type[models.Model],
    lookups: Mapping[str, str],
    having: Mapping[str, object],
) -> tuple[PlannedPath, ...]:
    """Return addresses with the rows that rows of a model bring together. The manager may raise anything."""
    which = Which(having=having, model=model)
    own, others = own_and_others(model, (), list(lookups.values()), identity, which)
    beside = [row for row in others if len(row) > 1 and any(row[0] == one[0] for one in own)][:_FEW_OF_OTHERS]
    rows = dict.fromkeys([*own[:_FEW_OF_OWN], *beside, *own, *others])
    origin = f"row of {model._meta.label}"
    pool = [(dict(zip(lookups, row, strict=True)), origin) for row in rows if None not in row]
    found = checked(operation, pool, index) if pool else ()
    return () if isinstance(found, NoValue) else found


def paths_joined(
    operation: Operation, trace: Trace | None, identity: Identity, index: RouteIndex
) -> tuple[PlannedPath, ...]:
    """Return addresses whose rows a row that a view looked up in vain would have brought together. Never raises."""
    if (joined := joined_by(operation, trace)) is None:
        return ()
    try:
        return paths_of_joined(operation, identity, index, joined.model, joined.ways, joined.having)
    except Exception:  # a manager is the project's own code and may raise anything
        return ()
