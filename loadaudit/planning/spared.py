"""Accounts that the run acts as, which what it writes leaves alone."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from django.urls import Resolver404

from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.resolving import match_at, row_at
from loadaudit.planning.rows_kept import answered
from loadaudit.planning.values import NoValue
from loadaudit.records import Evidence, Kind, Operation, Parameter, PlannedPath, Risk

_LOCKS_OUT = re.compile(
    r"suspend|deactivat|disable|terminat|(?<![a-z])(?:ban|lock|kick|delete|remove|revoke)", re.IGNORECASE
)
"""Stands in the names of what takes an account away from its user."""

_OF_LOGINS = re.compile(r"(?:^|_)(?:pass(?:word|wd)[12]?|e?mail|user_?name|login)$", re.IGNORECASE)
"""What a form calls that by which somebody logs in."""

SPARED = "it would change an account that the run acts as, and there is no other; add a user"


def spare_accounts(
    operation: Operation, paths: Sequence[PlannedPath], accounts: Collection[str]
) -> list[PlannedPath] | NoValue:
    """Return the paths of a write that lead to no account in use: one that changes its own user locks itself out.

    Of a read they come last where its code may write, as a link does that switches somebody off. What destroys, or
    changes something by GET, comes last to what is linked one to one with such an account, as its profile: the user may
    go with it, as its login may with a form for both. So does what is called like such an account.
    """
    destroys, is_read = operation.risk is Risk.DESTRUCTIVE, operation.kind is Kind.READ
    users = user_parameters(operation)
    if not users and (destroys or _has_login(operation) or (is_read and operation.risk is Risk.MUTATING)):
        paths = sorted(paths, key=lambda one: _is_profile_at(operation, one.path, accounts))
    only_reads = is_read and operation.risk is Risk.SAFE and operation.risk_evidence is not Evidence.ASSUMED
    if not users and not only_reads:
        # A handle may be what a user is called, whatever row it is of.
        called = _called_like(operation, paths, accounts)
        others = [one for one in paths if one not in called]
        if called and not others and _LOCKS_OUT.search(f"{operation.route} {operation.view}"):
            return NoValue(reason=SPARED)
        return [*others, *called]
    if only_reads:
        return list(paths)
    known = {*accounts, *_also_known_as([str(one.model_field) for one in users if one.model_field], accounts)}
    names = [one.name for one in users]
    kept = [one for one in paths if known.isdisjoint(_named_in(operation.route, one.path, names))]
    if is_read and not destroys:
        return [*kept, *(one for one in paths if one not in kept)]
    if paths and not kept:
        return NoValue(reason=SPARED)
    return kept


def beside_accounts(
    operation: Operation, worked: PlannedPath, pool: Sequence[PlannedPath], accounts: Collection[str]
) -> tuple[PlannedPath, ...]:
    """Return the pool of what worked without the addresses called like an account in use, but for the one that worked.

    A load that goes through members one after the other would take away what the user itself may do. The same holds of
    its profile, where the form has what it logs in with.
    """
    called = _called_like(operation, [worked, *pool], accounts)
    if _has_login(operation) and not user_parameters(operation):
        called += [one for one in (worked, *pool) if _is_profile_at(operation, one.path, accounts)]
    return tuple(one for one in pool if one not in called or one.path == worked.path)


def _has_login(operation: Operation) -> bool:
    return any(_OF_LOGINS.search(one.name) for one in operation.body.fields)


def _called_like(operation: Operation, paths: Sequence[PlannedPath], accounts: Collection[str]) -> list[PlannedPath]:
    names, called_so = [one.name for one in operation.parameters], {one for one in accounts if not one.isdigit()}
    return [one for one in paths if not called_so.isdisjoint(_named_in(operation.route, one.path, names))]


def user_parameters(operation: Operation) -> list[Parameter]:
    """Return the parameters that say whose account is meant."""
    return [one for one in operation.parameters if one.model == user_model()._meta.label]


def _is_profile_at(operation: Operation, path: str, accounts: Collection[str]) -> bool:
    """Whether the innermost row that an address names is linked one to one with an account."""
    for one in [each for each in operation.parameters if each.model][-1:]:
        row: Any = row_at(one, path)
        links = [each for each in row._meta.concrete_fields if each.one_to_one] if row is not None else []
        if any(each.related_model is user_model() and str(getattr(row, each.attname)) in accounts for each in links):
            return True
    return False


def _also_known_as(fields: Iterable[str], accounts: Collection[str]) -> Iterator[str]:
    """Yield what accounts are called in these columns, such as a code or a slug, by which an address may mean them."""
    for field in fields:
        with suppress(Exception):  # a look-up and the manager are the project's own
            yield from _column_of(field, tuple(sorted(accounts)))


def _column_of(field: str, usernames: tuple[str, ...]) -> list[str]:
    model: Any = user_model()
    rows = model._base_manager.filter(**{f"{model.USERNAME_FIELD}__in": usernames}).values_list(field)
    (found,) = answered((model, field, usernames), lambda: (list(rows),))
    return [str(value) for (value,) in found]


def _named_in(route: str, path: str, names: Sequence[str]) -> list[str]:
    """Return the values that an address has for parameters of its route, as texts."""
    segments, written = path.partition("?")[0].split("/"), route.split("/")
    if len(segments) == len(written):
        # Django's resolver goes through all patterns before it; most parameters are a segment of their own.
        whole = {one.strip("<>").rpartition(":")[2]: unquote(each) for one, each in zip(written, segments, strict=True)}
        if all(name in whole for name in names):
            return [whole[name] for name in names]
    try:
        found = match_at(path).kwargs
    except Resolver404:
        return []
    return [str(found.get(name)) for name in names]
