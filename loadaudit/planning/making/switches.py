"""Switches that a project keeps in rows: a setting by its name, or a flag in the one row of a site's settings."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import choices_of, is_user_model
from loadaudit.planning.preflight.further import OF_EVERY_REQUEST, SAYS_OFF
from loadaudit.planning.preflight.judge import TABLE, Try, detail_of
from loadaudit.planning.preflight.states import names_in_code_at, with_helpers
from loadaudit.planning.preflight.view_code import layers_of, view_at, words_of
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import models_by_table
from loadaudit.records import Operation, Outcome, StatementUse

_SWITCH = re.compile(
    r"(?:^|[_.-])(?:enabled?|activ(?:e|ated?)|allow(?:ed|s)?|open|public|available|switched_on)(?:[_.-]|$)",
    re.IGNORECASE,
)
"""Stands in the name of what is on or off."""

_KEYS = ("key", "name", "slug", "code", "option", "setting", "identifier")
_VALUES = ("value", "enabled", "is_enabled", "active", "is_active", "is_on", "val", "data")
_ON = ("true", "True", "1", "on", "yes", "enabled")
"""How a text says that something is on, the usual one first."""

_OFF = frozenset({"", "none", "false", "0", "off", "no", "disabled"})
_REFUSED = frozenset({Outcome.DENIED, Outcome.NOT_FOUND})
_UNAVAILABLE = 503
_MOST = 4
_FEW_ROWS = 5
"""A table with more holds no settings of the site."""

_CLOSES = frozenset({"closed", "disabled", "disable", "off", "locked"})
"""Parts of a flag's name that say the contrary of `enabled`."""

_SHORTEST, _SAME = 3, 5
"""So many letters tell that two words are one: `embedding` and `embed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A row that is to be there, or values that one that is there is to have; with neither it is on already."""

    model: type[models.Model]
    asked: dict[str, object] = field(default_factory=dict)
    row: Any = None
    values: dict[str, object] = field(default_factory=dict)


def switches_in_rows(operation: Operation, best: Try) -> Iterator[Switch]:
    """Yield what may switch on what a view refused right after it had read a table of settings.

    Raises whatever fields and managers of the project raise.
    """
    said = detail_of(best) if SAYS_OFF.search(detail_of(best)) is not None else ""
    is_said = best.outcome is Outcome.CLIENT_ERROR and bool(said)
    is_off = best.outcome in _REFUSED or best.sample.status == _UNAVAILABLE or is_said
    if said and is_off:
        yield from _of_its_rows(operation, best.path.path, said)
    found = _read_last(best) if is_off else None
    if found is None:
        return
    model, statement = found
    named = {one.model for one in operation.parameters}
    if model._meta.label in named or any(is_user_model(one.related_model) for one in model._meta.concrete_fields):
        return
    if (columns := _columns_of(model)) is not None:
        key, value = columns
        on = _on(value, best.path.path, model)
        # What stands deeper in the code than is looked may be on by now for another operation.
        yield Switch(model=model)
        for name in _named_in(best.path.path)[:_MOST]:
            row: Any = model._base_manager.filter(**{key.name: name}).first()
            if row is None:
                yield Switch(model=model, asked={key.name: name, value.name: on})
            else:
                is_off = str(getattr(row, value.name)).lower() in _OFF
                yield Switch(model=model, row=row, values={value.name: on} if is_off else {})
    elif statement.rows and model._base_manager.count() <= _FEW_ROWS:
        row = model._base_manager.order_by("pk").first()
        names = names_in_code_at(best.path.path, (model,))
        flags = [one.name for one in model._meta.concrete_fields if isinstance(one, models.BooleanField)]
        off = [one for one in flags if one in names and _SWITCH.search(one) and getattr(row, one) is False]
        if off:
            yield Switch(model=model, row=row, values=dict.fromkeys(off, True))


def _of_its_rows(operation: Operation, path: str, said: str) -> Iterator[Switch]:
    """Yield what switches on what a refusal names, in the rows of an address and in those that they belong to.

    `Embedding is not enabled for this form.` means `form.embed_enabled`, or a choice `none` of a column so named.
    """
    words = {one.lower() for one in re.findall(r"[A-Za-z]{3,}", said) if not _SWITCH.fullmatch(one)}
    for own in [row for one in operation.parameters if one.model and (row := row_at(one, path)) is not None]:
        links = [
            one.name for one in own._meta.concrete_fields if one.is_relation and not is_user_model(one.related_model)
        ]
        for row in (own, *(found for name in links if (found := getattr(own, name)) is not None)):
            names = names_in_code_at(path, (type(row),))
            meant = [one for one in row._meta.concrete_fields if one.name in names and _shares(one.name, words)]
            values = {one.name: on for one in meant if (on := _opened(one, getattr(row, one.attname))) is not None}
            if values:
                yield Switch(model=type(row), row=row, values=values)


def _shares(name: str, words: Set[str]) -> bool:
    parts = [part[:_SAME] for part in name.lower().split("_") if len(part) >= _SHORTEST]
    return any(word.startswith(part) for part in parts for word in words)


def _opened(column: Any, value: object) -> object:
    """Return what a column has to hold where its value keeps something closed; None where it does not."""
    if isinstance(column, models.BooleanField):
        open_ = _CLOSES.isdisjoint(column.name.lower().split("_"))
        return open_ if value is not open_ else None
    if str(value).lower() in _OFF:
        return next((one for one, _ in choices_of(column) if str(one).lower() not in _OFF), None)
    return None


def _read_last(best: Try) -> tuple[type[models.Model], StatementUse] | None:
    """Return the model of the table that a request read last, and the statement; who asks does not count."""
    by_table = models_by_table()
    for statement in reversed(best.trace.statements if best.trace is not None else ()):
        match = TABLE.search(statement.sql)
        if match is not None and match[1] not in OF_EVERY_REQUEST:
            model = by_table.get(match[1])
            return (model, statement) if model is not None else None
    return None


def _columns_of(model: type[models.Model]) -> tuple[Any, Any] | None:
    """Return the columns with the name and the value of a setting, where a model keeps one in each row."""
    plain = {one.name: one for one in model._meta.concrete_fields if not one.is_relation}
    texts = [plain[name] for name in _KEYS if isinstance(plain.get(name), models.CharField)]
    key = next((one for one in texts if one.unique), texts[0] if texts and texts[0].name == "key" else None)
    value = next((plain[name] for name in _VALUES if name in plain and not plain[name].primary_key), None)
    return (key, value) if key is not None and value is not None else None


def _named_in(path: str) -> list[str]:
    """Return the texts in the code behind a path that are the names of switches."""
    view = view_at(path)
    layers = dict.fromkeys(with_helpers(dict.fromkeys(with_helpers(layers_of(view))))) if view is not None else ()
    texts = (one for layer in layers for one in layer.__code__.co_consts if isinstance(one, str))
    return list(dict.fromkeys(one for one in texts if re.fullmatch(r"[a-z][\w.]*", one) and _SWITCH.search(one)))


def _on(column: Any, path: str, model: type[models.Model]) -> object:
    """Return what says in a column that something is on, a text in the words of the code that reads it."""
    if not isinstance(column, (models.CharField, models.TextField)):
        return 1 if isinstance(column, models.IntegerField) else True
    known = names_in_code_at(path, (model,)) | _texts_of(model)
    return next((one for one in _ON if one in known), _ON[0])


def _texts_of(model: type[models.Model]) -> frozenset[str]:
    """Return the words in the methods of a model, those within lists that they compare with included."""
    functions = [getattr(one, "__func__", one) for one in vars(model).values()]
    codes = [one.__code__ for one in functions if hasattr(one, "__code__")]
    listed = (each for code in codes for one in code.co_consts if isinstance(one, (tuple, frozenset)) for each in one)
    return frozenset(one for code in codes for one in words_of(code)) | {one for one in listed if isinstance(one, str)}
