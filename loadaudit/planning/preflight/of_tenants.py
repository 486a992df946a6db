"""Addresses of one operation in several tenants: of these stay in which its user may do what worked."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.planning.resolving import row_at
from loadaudit.planning.tenants import memberships, standing_in_tenants, ways_to_tenants
from loadaudit.records import Identity, Operation, PlannedPath, Risk

At = Callable[[Trial, PlannedPath], Try | None]
"""Sends what worked to another address; None when nothing more may be sent."""

_MOST = 2
"""Other tenants with the same role of which one address each is tried; more are kept where one of these was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The tenant to which what an address names belongs."""

    tenant: tuple[str, object]
    roles: frozenset[str]
    """What rows say of the user's role there; empty where none tells one."""


def sent_by(preflight: Preflight) -> At:
    """Return what sends to other addresses in the sessions of a preflight, until that is over."""

    def send(trial: Trial, path: PlannedPath) -> Try | None:
        best = trial.best
        if best is None or preflight.over():
            return None
        user = preflight.candidates[best.identity.role]
        return preflight.send(trial.operation, user, path, path.payload or best.payload)

    return send


def within_tenants(trials: Mapping[str, Trial], send: At) -> dict[str, Trial]:
    """Return the trials without addresses in tenants where the user of the load may not do what worked in another.

    A write goes where the user has the same role, and some further tenants are tried at one address with `send`.
    """
    return {id_: _within(one, send) if memberships() else one for id_, one in trials.items()}


def _within(trial: Trial, send: At) -> Trial:
    if trial.best is None or not (trial.works and trial.repeatable and len(trial.pool) > 1):
        return trial
    known = dict[str, _Place | None]()
    try:
        for one in trial.pool:
            known[one.path] = _place(trial.operation, one.path, trial.best.identity)
        own = _place(trial.operation, trial.best.path.path, trial.best.identity)
    except Exception:  # managers, converters and columns may be the project's own
        return trial
    if own is None:
        return trial
    is_read = trial.operation.method in SAFE_METHODS
    verdicts: dict[tuple[str, object], bool] = {own.tenant: True}
    kept, tried = [], defaultdict[frozenset[str], list[bool]](list)
    for one in trial.pool:
        place = known[one.path]
        if place is not None and place.tenant not in verdicts:
            like = tried[place.roles]
            if not is_read and place.roles != own.roles:
                verdicts[place.tenant] = False
            elif len(like) < _MOST and trial.operation.risk is not Risk.HEAVY:
                verdicts[place.tenant] = _works(send(trial, one))
                like.append(verdicts[place.tenant])
            else:
                verdicts[place.tenant] = any(like) or not like
        if place is None or verdicts[place.tenant]:
            kept.append(one)
    return replace(trial, pool=tuple(kept)) if kept else trial


def _works(one: Try | None) -> bool:
    return one is None or one.works


def _place(operation: Operation, path: str, identity: Identity) -> _Place | None:
    """Return where the innermost row of an address belongs; None where it belongs to no tenant."""
    for parameter in reversed([one for one in operation.parameters if one.model]):
        row: Any = row_at(parameter, path)
        kind: type[models.Model] = type(row)
        for way, tenants in ways_to_tenants(kind) if row is not None else ():
            key = kind._base_manager.filter(pk=row.pk).values_list(way, flat=True).first()
            if key is not None:
                held = standing_in_tenants(identity).get(tenants, {})
                told = {one for one in held.get(key, ()) if "=" in one}
                return _Place(tenant=(tenants._meta.label, key), roles=_owned(tenants, key, identity) | told)
    return None


def _owned(tenants: type[models.Model], key: object, identity: Identity) -> frozenset[str]:
    """Return by which columns a tenant itself belongs to the identity's user."""
    owners = [one.name for one in tenants._meta.concrete_fields if is_user_model(one.related_model)]
    row = tenants._base_manager.filter(pk=key)
    return frozenset(name for name in owners if row.filter(**{name: identity.user_id}).exists())
