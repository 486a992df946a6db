"""Writes that switch something off for a whole tenant or site, which the run puts back: others would find it closed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.making.changes import write_past
from loadaudit.planning.making.standing import MAY_NOT
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.tenants import memberships
from loadaudit.records import Trace

_OF_SWITCHES = re.compile(r"setting|config|preference|feature|flag|module|switch|option|polic", re.IGNORECASE)
"""Names of models whose rows say what is open."""

_CLOSES = re.compile(r"maintenance|_only$|^require|_off$|^hide|^is_private", re.IGNORECASE)
_MOST_ROWS = 200
_WRITTEN = re.compile(r"""^\s*(?:UPDATE|INSERT\s+INTO)\s+["`]?(?P<table>\w+)""", re.IGNORECASE)


@dataclass(slots=True)
class Switches:
    """Rows that say what is open for all of a tenant or a site, as they were before the run; watches none at first."""

    _before: dict[str, dict[object, dict[str, object]]] = field(default_factory=dict)
    """By table and key."""
    _turned: dict[str, set[str]] = field(default_factory=dict)
    """Id of an operation → the columns that it has changed."""

    def watch(self) -> None:
        """Note how the switches stand. Only ever call this on a clone. Never raises."""
        for table, (model, names) in _switches().items():
            try:
                rows = model._base_manager.values_list("pk", *names)[: _MOST_ROWS + 1]
                known = {key: dict(zip(names, values, strict=True)) for key, *values in rows}
            except Exception:  # a table may be missing, and columns may be the project's own
                continue
            if len(known) <= _MOST_ROWS:
                self._before.setdefault(table, known)

    def put_back(self, operation_id: str, trace: Trace | None) -> None:
        """Put back what a request has switched so that others may find it closed. Never raises."""
        statements = trace.statements if trace is not None and self._before else ()
        for table in {match["table"] for one in statements if (match := _WRITTEN.match(one.sql))} & self._before.keys():
            model, names = _switches()[table]
            try:
                now = {key: values for key, *values in model._base_manager.values_list("pk", *names)}
            except Exception:  # columns may be the project's own
                continue
            for key, before in self._before[table].items():
                values = dict(zip(names, now[key], strict=True)) if key in now else before
                turned = [name for name in names if _closes(name, before[name], values[name])]
                if turned and write_past(model, key, {name: before[name] for name in turned}):
                    shown = {f"{model._meta.label}.{name}" for name in turned}
                    self._turned.setdefault(operation_id, set()).update(shown)

    def set_apart(self, trials: Mapping[str, Trial]) -> dict[str, Trial]:
        """Return the trials with those of operations told apart that switch something off: the load leaves them out."""
        return {id_: replace(one, closes=id_ in self._turned) for id_, one in trials.items()}

    def notes(self) -> tuple[str, ...]:
        """Say what was put back, if anything was."""
        if not self._turned:
            return ()
        shown = ", ".join(sorted({name for names in self._turned.values() for name in names}))
        return (f"Switches that writes of the run turned off were put back on the clone: {shown}.",)


def _closes(name: str, before: object, now: object) -> bool:
    """Whether a switch may shut somebody out now that did not before; of a document nobody knows what it says."""
    if isinstance(before, bool) or isinstance(now, bool):
        shuts = MAY_NOT.search(name) or _CLOSES.search(name)
        return bool(now) > bool(before) if shuts else bool(now) < bool(before)
    return before != now


@cache
def _switches() -> Mapping[str, tuple[Any, tuple[str, ...]]]:
    """Return the models, with their switches, by table."""
    # Where members have no roles, as in a project that is shared, what one row says concerns few.
    tenants = {one.tenants for one in memberships() if one.role or one.flags}
    found: dict[str, tuple[Any, tuple[str, ...]]] = {}
    for model in apps.get_models():
        meta = model._meta
        names = tuple(
            one.name for one in meta.concrete_fields if isinstance(one, (models.BooleanField, models.JSONField))
        )
        is_of_one = any(is_user_model(one) for one in _owners(model)) or is_user_model(model)
        named = _OF_SWITCHES.search(model.__name__) is not None and not is_of_one
        is_own = meta.managed and not meta.proxy and not model.__module__.startswith("django.")
        if names and is_own and (named or model in tenants):
            found[meta.db_table] = model, names
    return found


def _owners(model: type[models.Model]) -> Iterator[Any]:
    """Yield what each row of a model belongs to as its only one, or as one of the owner's."""
    for one in model._meta.concrete_fields:
        if one.is_relation and (one.unique or one.name in ("user", "owner", "account")):
            yield one.related_model
