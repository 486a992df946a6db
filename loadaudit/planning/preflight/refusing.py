"""The forms that refused a body: their fields tell more of it than the code of a view that makes them."""

import sys
from collections.abc import Iterable
from dataclasses import replace

from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.planning.payloads.values import is_explained
from loadaudit.records import BodyField, Operation, Trace


def with_refusing_forms(operation: Operation, trace: Trace | None, named: Iterable[str]) -> Operation:
    """Return the operation with what the forms that refused its body say of fields of which nothing else is known.

    `named` are those of which they complained. Never raises.
    """
    told = _fields(trace)
    known = {one.name: _told(one, told) for one in operation.body.fields}
    missed = {name: told[plain] for name in named if name not in known and (plain := _plain(name)) in told}
    fields = (*known.values(), *(replace(one, name=name) for name, one in missed.items()))
    return replace(operation, body=replace(operation.body, fields=fields)) if told else operation


def is_refused_by_form(trace: Trace | None) -> bool:
    """Whether a form of Django's refused a body. Never raises."""
    return bool(_fields(trace))


def _fields(trace: Trace | None) -> dict[str, BodyField]:
    """Return the fields by name. A form is taken where its module is loaded, as it is for the URLconf."""
    found: dict[str, BodyField] = {}
    for refusal in trace.refusals if trace is not None else ():
        module, _, name = refusal.partition(":")[0].rpartition(".")
        form = getattr(sys.modules.get(module), name, None)
        try:
            if is_form(form):
                found |= {one.name: one for one in fields_of_form(form).fields}
        except Exception:  # a form and its fields are the project's own code
            continue
    return found


def _told(one: BodyField, told: dict[str, BodyField]) -> BodyField:
    found = told.get(one.name) or told.get(_plain(one.name))
    return one if found is None or is_explained(one) else replace(found, name=one.name)


def _plain(name: str) -> str:
    """Return the name of a field without the prefix of its form."""
    return name.rpartition("-")[2]
