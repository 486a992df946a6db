"""Values for the parameters of a route: rows that the identity can reach, children that belong to their parents."""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.urls import Resolver404, resolve

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.project.sources import DeclaredError, provided, providers_for
from loadaudit.records import Evidence, Identity, Kind, Operation, Parameter, PlannedPath

POOL_SIZE = 10
_ROWS_TRIED = 40
_TOKEN = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")
_NUMBERED = re.compile(r" #\d+$")
_OWNER_DEPTH = 3
_MADE = re.compile(r"created|added|started|inserted|joined|submitted", re.IGNORECASE)
"""Names of fields that note when a row was made."""

_EXAMPLES: Mapping[str, Callable[[], list[object]]] = {"language": lambda: [settings.LANGUAGE_CODE]}

GUESS = "a made-up value"
MOST_GUESSES = 2
_GUESSES = ("1", "loadaudit", "2026", "2026-01-31", "00000000-0000-4000-8000-000000000001", "en")

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoValue:
    """Why an operation has no path, in words that tell the operator what to do."""

    reason: str
    guess: bool = False
    """Whether nothing at all is known, so that any value may do."""


def paths_for(
    operation: Operation, identity: Identity, index: RouteIndex, *, newest: bool = False
) -> tuple[PlannedPath, ...] | NoValue:
    """Return up to `POOL_SIZE` concrete paths that resolve to this very operation, or why there are none.

    `newest` takes the rows that came last, which whoever destroys rows had better take: they may be the run's own.
    """
    if not operation.parameters:
        return _checked(operation, [({}, "no parameters")], index)
    pool = _pool(operation, identity, newest=newest)
    return pool if isinstance(pool, NoValue) else _checked(operation, pool, index)


def spare_accounts(
    operation: Operation, paths: Sequence[PlannedPath], accounts: Collection[str]
) -> list[PlannedPath] | NoValue:
    """Return the paths of a write that lead to no account in use: one that changes its own user locks itself out."""
    names = [one.name for one in operation.parameters if one.model == get_user_model()._meta.label]
    if operation.kind is Kind.READ or not names:
        return list(paths)
    kept = [one for one in paths if not _leads_to(one.path, names, accounts)]
    if paths and not kept:
        return NoValue(reason="it would change an account that the run acts as, and there is no other; add a user")
    return kept


def _leads_to(path: str, names: Sequence[str], accounts: Collection[str]) -> bool:
    try:
        found = resolve(path.partition("?")[0]).kwargs
    except Resolver404:
        return False
    return any(str(found.get(name)) in accounts for name in names)


def fill(route: str, values: Values) -> str:
    """Return the path of a route with its parameters replaced; optional parts are left out."""
    text = _NUMBERED.sub("", route)
    while _OPTIONAL.search(text):
        text = _OPTIONAL.sub("", text)
    return _TOKEN.sub(lambda token: quote(str(values[token.group(1)]), safe="/:@"), text)


def _checked(
    operation: Operation, pool: Sequence[tuple[Values, str]], index: RouteIndex
) -> tuple[PlannedPath, ...] | NoValue:
    paths: dict[str, PlannedPath] = {}
    other = ""
    for values, origin in pool:
        try:
            path = fill(operation.route, values)
        except KeyError:
            continue
        found = index.route_at(path, (operation.route, *(_alike(values[name]) for name in sorted(values))))
        if found == operation.route:
            paths.setdefault(path, PlannedPath(path=path, origin=origin))
            if len(paths) == POOL_SIZE:
                break
        elif found is not None:
            other = found
    if paths:
        return tuple(paths.values())
    if other:
        return NoValue(reason=f"every address of it leads to {other}, which stands before it in the URLconf")
    return NoValue(reason="no address could be built from its pattern; it needs a value that only a person knows")


def _alike(value: object) -> Hashable:
    """Return what values share that every pattern takes or refuses alike: numbers of one length, and UUIDs."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "number", len(str(value))
    return "uuid" if isinstance(value, UUID) else str(value)


def _pool(operation: Operation, identity: Identity, *, newest: bool) -> list[tuple[Values, str]] | NoValue:
    """Return values from the project's own providers, and from rows for the parameters that they leave."""
    providers = providers_for(operation)
    named = {name for provider in providers for name in provider.names}
    rest = [one for one in operation.parameters if one.name not in named]
    pool = _rows(rest, identity, newest=newest) if rest else [({}, "")]
    if isinstance(pool, NoValue):
        return pool
    for provider in providers:
        try:
            given = provided(provider, identity)
        except DeclaredError as error:
            return NoValue(reason=str(error))
        origin = f"provider at {provider.place}"
        count = max(len(pool), len(given))
        rows = [(pool[n % len(pool)], given[n % len(given)]) for n in range(count)]
        pool = [({**values, **more}, f"{known}, {origin}" if known else origin) for (values, known), more in rows]
    return pool


def _rows(parameters: Sequence[Parameter], identity: Identity, *, newest: bool) -> list[tuple[Values, str]] | NoValue:
    bound = [one for one in parameters if one.model and one.model_field]
    free = [one for one in parameters if not (one.model and one.model_field)]
    examples: dict[str, object] = {}
    for parameter in free:
        if parameter.converter not in _EXAMPLES:
            return no_model(parameter)
        examples[parameter.name] = _EXAMPLES[parameter.converter]()[0]
    if not bound:
        return [(examples, "converter example")]
    try:
        return _rows_of(bound, examples, identity, newest=newest)
    except Exception as error:  # a manager is the project's own code and may raise anything
        return NoValue(reason=f"its rows could not be read: {type(error).__name__}: {error}")


def no_model(parameter: Parameter) -> NoValue:
    """Say that nothing is known of what a parameter may be."""
    return NoValue(
        reason=f"no model is known for its parameter {parameter.name!r}, so there is no value to send", guess=True
    )


def guessed_paths(operation: Operation, index: RouteIndex) -> tuple[PlannedPath, ...]:
    """Return addresses with made-up values: views that look nothing up take any that the pattern lets through."""
    names = [one.name for one in operation.parameters if one.converter not in _EXAMPLES]
    fixed = {one.name: _EXAMPLES[one.converter]()[0] for one in operation.parameters if one.converter in _EXAMPLES}
    pool = [(dict.fromkeys(names, guess) | fixed, GUESS) for guess in _GUESSES]
    found = _checked(operation, pool, index)
    return () if isinstance(found, NoValue) else found[:MOST_GUESSES]


def _rows_of(
    bound: Sequence[Parameter], examples: Values, identity: Identity, *, newest: bool
) -> list[tuple[Values, str]] | NoValue:
    """Return values from rows of the deepest model, with the parents' values read from the same row."""
    leaf, lookups = _leaf_and_lookups(bound)
    model = apps.get_model(str(leaf.model))
    order = newest_first(model) if newest else "pk"
    owners = _declared_owners(bound, lookups)
    pool: list[tuple[Values, str]] = [
        ({**examples, **dict(zip(lookups, row, strict=True))}, f"row of {model._meta.label}")
        for row in _reachable_rows(model, owners, list(lookups.values()), identity, order)
        if all(value not in (None, "") for value in row)
    ]
    missing = [one for one in bound if one.name not in lookups]
    for parameter in missing:
        other = apps.get_model(str(parameter.model))
        owners = _declared_owners([parameter], {parameter.name: str(parameter.model_field)})
        rows = list(_reachable_rows(other, owners, [str(parameter.model_field)], identity))
        if not rows:
            return NoValue(reason=_empty(other, identity))
        pool = [({**values, parameter.name: rows[n % len(rows)][0]}, origin) for n, (values, origin) in enumerate(pool)]
    return pool or NoValue(reason=_empty(model, identity))


def _declared_owners(bound: Sequence[Parameter], lookups: Mapping[str, str]) -> list[str]:
    """Return the look-up paths from the leaf to each field that must be the user; one of several ways in is none."""
    owners = []
    for parameter in bound:
        is_must = parameter.owner_evidence is not Evidence.ASSUMED
        if parameter.owner_field and is_must and parameter.name in lookups:
            path = lookups[parameter.name].removesuffix(str(parameter.model_field))
            owners.append(path + parameter.owner_field)
    return owners


def _empty(model: type[models.Model], identity: Identity) -> str:
    whose = "" if identity.staff or identity.anonymous else f" that {identity.username or 'the user'} can reach"
    return f"there is no row of {model._meta.label}{whose}; add one, or let another user of USERS own one"


def _leaf_and_lookups(bound: Sequence[Parameter]) -> tuple[Parameter, dict[str, str]]:
    """Return the parameter whose model reaches most of the others, and the look-up path of each from there."""
    best: tuple[Parameter, dict[str, str]] = bound[-1], {}
    for leaf in reversed(bound):
        lookups = {}
        for parameter in bound:
            path = "" if parameter is leaf else _path_between(leaf, parameter, bound)
            if parameter is leaf or path:
                lookups[parameter.name] = f"{path}__{parameter.model_field}" if path else str(parameter.model_field)
        if len(lookups) > len(best[1]):
            best = leaf, lookups
    return best


def _path_between(child: Parameter, parent: Parameter, bound: Sequence[Parameter]) -> str:
    """Return the look-up path between the rows of two parameters: as the inventory read it, else the shortest."""
    known, path, current = {one.name: one for one in bound}, "", child
    for _ in bound:
        if current.parent is None:
            break
        path = f"{path}__{current.parent_field}" if path else str(current.parent_field)
        if current.parent == parent.name:
            return path
        if current.parent not in known:
            break
        current = known[current.parent]
    return _path_to(apps.get_model(str(child.model)), apps.get_model(str(parent.model)))


def _path_to(model: type[models.Model], wanted: type[models.Model], depth: int = 3) -> str:
    """Return the look-up path along forward relations from one model to another, the shortest first, or empty."""
    frontier = [("", model)]
    for _ in range(depth):
        following = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model
                if not field.is_relation or not isinstance(related, type):
                    continue
                step = f"{path}__{field.name}" if path else field.name
                if related is wanted or issubclass(related, wanted):
                    return step
                following.append((step, related))
        frontier = following
    return ""


def _reachable_rows(
    model: type[models.Model], owners: Sequence[str], lookups: Sequence[str], identity: Identity, order: str = "pk"
) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the identity's own where the model has an owner, else any; the primary key gives the order.

    Where `owners` are declared, only staff gets rows of others.
    """
    rows = model._default_manager.order_by(order).values_list(*lookups)
    if not identity.user_id:
        return iter(rows[:_ROWS_TRIED])
    if model is get_user_model() and identity.staff:
        # Its own account first; what writes needs that of somebody else.
        others = rows.exclude(pk=identity.user_id)[:_ROWS_TRIED]
        return chain(rows.filter(pk=identity.user_id), others)
    filters = [dict.fromkeys(owners, identity.user_id)] if owners else _inferred_owners(model, identity)
    for one in filters:
        own = rows.filter(**one)[:_ROWS_TRIED]
        if own:
            return iter(own)
    if owners and not identity.staff:
        return iter(())
    return iter(rows[:_ROWS_TRIED])


def reachable_values(model: type[models.Model], name: str, identity: Identity) -> list[Any]:
    """Return values of one field of rows that the identity can reach, old ones and then the newest.

    The manager may raise anything.
    """
    rows = [*_reachable_rows(model, (), [name], identity)][: _ROWS_TRIED // 2]
    rows += reversed([*_reachable_rows(model, (), [name], identity, newest_first(model))][: _ROWS_TRIED // 2])
    return list(dict.fromkeys(row[0] for row in rows if row[0] not in (None, "")))


def newest_first(model: type[models.Model]) -> str:
    """Return the order that has the rows that were made last first: by the time that each notes, or else its key."""
    dates = [field for field in model._meta.concrete_fields if isinstance(field, models.DateField)]
    made = [one for one in dates if one.auto_now_add] or [one for one in dates if _MADE.search(one.name)]
    return f"-{made[0].name}" if made else "-pk"


def _inferred_owners(model: type[models.Model], identity: Identity) -> list[dict[str, str]]:
    return [{path: identity.user_id} for path in _owner_paths(model)]


def _owner_paths(model: type[models.Model]) -> Iterator[str]:
    """Yield look-up paths from a model to the user model along forward relations."""
    user_model = get_user_model()
    if model is user_model:
        yield "pk"
    frontier: list[tuple[str, type[models.Model]]] = [("", model)]
    for _ in range(_OWNER_DEPTH):
        following: list[tuple[str, type[models.Model]]] = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model
                if not field.is_relation or not isinstance(related, type):
                    continue
                step = f"{path}__{field.name}" if path else field.name
                if related is user_model:
                    yield step
                else:
                    following.append((step, related))
        frontier = following
