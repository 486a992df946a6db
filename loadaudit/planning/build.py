"""Operations to plan: what is sent as whom, and for everything that is not, the reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.identities import ANONYMOUS, main_identity
from loadaudit.planning.values import NoValue, paths_for
from loadaudit.records import Exclusion, Identity, Inventory, Kind, Operation, Plan, PlannedRequest, Risk

LIGHT_TIMEOUT_S = 30.0
HEAVY_TIMEOUT_S = 300.0
_ENTRY_CATEGORY = "Auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What the operator asked for."""

    users: int = 10
    duration_s: float | None = None
    think_time_s: float = 0.1
    seed: int = 0
    exclude: tuple[str, ...] = ()
    """Regular expressions of LOADAUDIT['EXCLUDE'], matched against the id."""
    selected: frozenset[str] | None = None
    """Ids that --only and --exclude leave; None: all."""


def build_plan(inventory: Inventory, identities: Sequence[Identity], index: RouteIndex, options: PlanOptions) -> Plan:
    """Return the plan of a run: every reading operation whose values are known, sent as the identity it is for."""
    requests: list[PlannedRequest] = []
    exclusions: list[Exclusion] = []
    for operation in inventory.operations:
        planned = _plan_one(operation, identities, index, options)
        if isinstance(planned, PlannedRequest):
            requests.append(planned)
        else:
            exclusions.append(Exclusion(operation_id=operation.id, reason=planned))
    used = {request.role for request in requests}
    return Plan(
        requests=tuple(requests),
        exclusions=tuple(exclusions),
        identities=tuple(one for one in (*identities, ANONYMOUS) if one.role in used),
        users=options.users,
        duration_s=options.duration_s,
        think_time_s=options.think_time_s,
        seed=options.seed,
    )


def _plan_one(
    operation: Operation, identities: Sequence[Identity], index: RouteIndex, options: PlanOptions
) -> PlannedRequest | str:
    """Return the planned request, or the reason why there is none."""
    refusal = _held_back(operation, options)
    if refusal:
        return refusal
    identity = _identity_for(operation, identities)
    if isinstance(identity, str):
        return identity
    paths = paths_for(operation, identity, index)
    if isinstance(paths, NoValue):
        return paths.reason
    heavy = operation.risk is Risk.HEAVY
    return PlannedRequest(
        operation_id=operation.id,
        method=operation.method,
        paths=paths,
        role=identity.role,
        heavy=heavy,
        timeout_s=HEAVY_TIMEOUT_S if heavy else LIGHT_TIMEOUT_S,
    )


def _held_back(operation: Operation, options: PlanOptions) -> str:
    if options.selected is not None and operation.id not in options.selected:
        return "left out by --only or --exclude"
    for pattern in options.exclude:
        if re.search(pattern, operation.id):
            return f"left out by LOADAUDIT['EXCLUDE']: {pattern}"
    if operation.kind is Kind.WRITE:
        return "it writes, and loadaudit plans only reads so far"
    if operation.risk is Risk.DESTRUCTIVE:
        return "a GET that deletes, resets or logs out is not sent"
    if operation.catch_all:
        return "a catch-all pattern answers any address, so there is no address of its own to send"
    return ""


def _identity_for(operation: Operation, identities: Sequence[Identity]) -> Identity | str:
    """Return whom the operation is meant for: staff, the main user, or nobody for the pages of the login itself."""
    if operation.access.staff:
        staff = next((one for one in identities if one.staff), None)
        return staff or "it needs a staff user: add one to LOADAUDIT['USERS']"
    if operation.access.login:
        main = main_identity(identities)
        return main if not main.anonymous else "it needs a login: add a user to LOADAUDIT['USERS']"
    if operation.category == _ENTRY_CATEGORY:
        return ANONYMOUS
    return main_identity(identities)
