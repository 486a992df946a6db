"""The state that a view wants a row to be in, read from what its code compares a column of that row with."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from types import FunctionType
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import choices_of
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.control import Answer
from loadaudit.planning.parents import leaf_and_lookups
from loadaudit.planning.preflight.asked import AskedOfRows
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.validators import compared, functions_of_body
from loadaudit.planning.preflight.view_code import FRAMEWORKS, layers_for, view_at, with_services, words_of
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import path_to
from loadaudit.records import Operation, Outcome

_OF_STATES = frozenset({Outcome.CLIENT_ERROR, Outcome.DENIED, Outcome.SOFT_FAILURE})

_MOST_TOLD = 4
_MOST_STATES = 8
_SHORTEST = 3
"""A shorter choice, such as a code of a language, is in too many texts."""

_OF_EVERY_ROW = frozenset({"save", "clean", "full_clean", "delete", "clean_fields", "__str__"})
"""Methods of a model that know all of its states, whichever view calls them."""

_STATE = re.compile(r"(?:^|_)(?:state|status|stage|phase|step)$", re.IGNORECASE)


def may_be_of_state(best: Try) -> bool:
    """Whether what was refused may work on a row that is in another state: a message may lead away from it, too."""
    return best.outcome in _OF_STATES or best.was_led_away or (best.idle is not None and best.idle.of_row)


def leads_to_a_row(operation: Operation, path: str) -> bool:
    """Whether an address has a row for each parameter that means one, wherever its values are from."""
    known = [one for one in operation.parameters if one.model and one.model_field]
    return bool(known) and all(row_at(one, path) is not None for one in known)


def state_asked(operation: Operation, path: str, answer: Answer | None) -> AskedOfRows | None:
    """Return the state that the row of an address has to be in; None where nothing names one. Never raises.

    That is what a column with choices, or one of such a name, is compared with in the handler, the classes of its body,
    and the methods of the model and of services that it calls; else what the refusal calls by the name of a choice.
    """
    try:
        return _asked(operation, path) or _told(operation, said_of(answer) if answer is not None else "")
    except Exception:  # the view and its module may do anything when they are looked at
        return None


def other_states(operation: Operation, path: str) -> Iterator[AskedOfRows]:
    """Yield the other states of rows like those that an address names, of the innermost first: one may be taken.

    Never raises.
    """
    try:
        yield from islice(_other_states(operation, path), _MOST_STATES)
    except Exception:  # managers and columns are the project's own
        return


def _other_states(operation: Operation, path: str) -> Iterator[AskedOfRows]:
    bound = [one for one in operation.parameters if one.model and one.model_field]
    if not bound:
        return
    leaf = apps.get_model(str(leaf_and_lookups(bound)[0].model))
    for row in (row for one in reversed(bound) if (row := row_at(one, path)) is not None):
        way = "" if isinstance(row, leaf) else f"{path_to(leaf, type(row))}__"
        for column in row._meta.concrete_fields if way != "__" else ():
            is_state = bool(column.choices) or _STATE.search(column.name) is not None
            if column.is_relation or column.primary_key or not (is_state or isinstance(column, models.BooleanField)):
                continue
            look_up = f"{way}{column.name}"
            there = leaf._base_manager.order_by(look_up).values_list(look_up, flat=True).distinct()[:_MOST_STATES]
            for value in sorted({*there} - {getattr(row, column.attname), None}, key=str):
                yield AskedOfRows(model=leaf, fixed={look_up: value}, compared=())


def state_told(operation: Operation, path: str, answer: Answer | None) -> str:
    """Say which state the code of a view compares the row of an address with that it is not in; empty for none."""
    asked = state_asked(operation, path, answer)
    rows = (row_at(one, path) for one in reversed(operation.parameters) if one.model)
    row = next((one for one in rows if asked is not None and isinstance(one, asked.model)), None)
    if asked is None or row is None:
        return ""
    [(look_up, states)] = asked.fixed.items()
    name = look_up.removesuffix("__in")
    if not isinstance(states, list) or getattr(row, name) in states:
        return ""
    wanted = " or ".join(map(str, states[:_MOST_TOLD]))
    return f", and its code compares the {name} of {row._meta.label}: provide() names one where that is {wanted}"


def state_refused(operation: Operation, path: str, answer: Answer | None) -> str:
    """Say what may be done where a row is in a state that its view refuses, and which one its code names."""
    return (
        "what it works on is in a state that it refuses: provide() in a loadtests.py names a row in another, "
        f"or a @scenario sends first what brings it there{state_told(operation, path, answer)}"
    )


def _asked(operation: Operation, path: str) -> AskedOfRows | None:
    bound = [one for one in operation.parameters if one.model and one.model_field]
    view = view_at(path)
    if not bound or view is None:
        return None
    model = apps.get_model(str(leaf_and_lookups(bound)[0].model))
    own = [one for one in layers_for(view, operation.method) if isinstance(one, FunctionType)]
    of_body = [one for one, _ in functions_of_body(operation.body.source, "")]
    services = [one for one in with_services(own) if isinstance(one, FunctionType) and one not in own]
    words = {word for one in (*own, *of_body, *services) for word in words_of(one.__code__)}
    # What the view compares by itself is nearer than what it calls, of which a model's methods serve others as well.
    tiers = (own, of_body, services, [*_methods(model, words - _OF_EVERY_ROW)])
    for column in model._meta.concrete_fields:
        is_state = bool(column.choices) or _STATE.search(column.name) is not None
        if column.is_relation or column.primary_key or not is_state:
            continue
        choices = [value for value, _ in choices_of(column)]
        found = [compared([(each, frozenset[str]()) for each in tier], column.name, model) for tier in tiers]
        named = [[one for one in wanted if not choices or one in choices] for wanted, _ in found]
        named += [[one for one in choices if others and one not in others] for _, others in found]
        named.insert(1, _handed_on(own, choices))
        # Who names all of them checks that there is no other.
        known = next((one for one in named if one and (not choices or len(one) < len(choices))), [])
        if known:
            return AskedOfRows(model=model, fixed={f"{column.name}__in": known}, compared=())
    return None


def _handed_on(functions: Iterable[FunctionType], choices: Collection[object]) -> list[object]:
    """Return the choices that a call is given as a collection: `self._move({"draft", "booked"}, "cancelled")`."""
    for node in filter(None, (function_node(one.__code__) for one in functions)):
        for call in (one for one in walk(node) if isinstance(one, ast.Call)):
            for given in (*call.args, *(one.value for one in call.keywords)):
                elements = given.elts if isinstance(given, (ast.Set, ast.Tuple, ast.List)) else []
                values = [one.value for one in elements if isinstance(one, ast.Constant)]
                if values and len(values) == len(elements) and all(one in choices for one in values):
                    return sorted(values, key=str)
    return []


def _told(operation: Operation, said: str) -> AskedOfRows | None:
    bound = [one for one in operation.parameters if one.model and one.model_field]
    if not bound or not said:
        return None
    model = apps.get_model(str(leaf_and_lookups(bound)[0].model))
    for column in model._meta.concrete_fields:
        choices = [value for value, _ in choices_of(column) if isinstance(value, str) and len(value) >= _SHORTEST]
        places = {value: _place(value, said) for value in choices}
        if named := sorted((place, value) for value, place in places.items() if place >= 0):
            return AskedOfRows(model=model, fixed={f"{column.name}__in": [value for _, value in named]}, compared=())
    return None


def _place(value: str, said: str) -> int:
    """Return where a text names a choice as what is wanted: `Status is draft, expected one of submitted`; else -1."""
    words = re.escape(value).replace("_", "[_ -]")
    found = re.finditer(
        rf"(?P<is>\b(?:is|are|was|in|not|now|already|currently) ['\"]?)?\b{words}s?\b", said, re.IGNORECASE
    )
    return next((one.start() for one in found if one["is"] is None), -1)


def _methods(model: type[models.Model], names: set[str]) -> Iterator[FunctionType]:
    """Yield the methods and properties of a model that have one of these names."""
    for base in model.__mro__:
        for name, value in vars(base).items() if not base.__module__.startswith(FRAMEWORKS) else ():
            found: Any = getattr(value, "fget", None) or getattr(value, "func", None) or value
            if name in names and isinstance(found, FunctionType):
                yield found
