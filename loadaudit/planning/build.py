"""Operations to plan: what is sent as whom, and for everything that is not, the reason."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from hashlib import sha256
from itertools import chain

from django.apps import apps

from loadaudit.errors import RAISED, LoadauditError
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.chance import has_chance
from loadaudit.planning.disposable import ONLY_ISOLATED, ends_session, needs_disposable
from loadaudit.planning.identities import ANONYMOUS, main_identity
from loadaudit.planning.lanes import HEALTH_CATEGORY, alone_timeout_s_of, lane_of, timeout_s_of
from loadaudit.planning.meanings import meanings_of, understood
from loadaudit.planning.meant_for import member_for
from loadaudit.planning.modes import leaving
from loadaudit.planning.payloads.bodies import NoRow, is_bodiless, payloads_of
from loadaudit.planning.payloads.free_words import FreeWords
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.project.contained import blamed
from loadaudit.planning.project.sources import DeclaredError, declared_payload, excluded_because
from loadaudit.planning.recorded.rebinding import recorded_payloads, recorded_queries
from loadaudit.planning.recorded.store import Recorded
from loadaudit.planning.role_names import DISPOSABLE
from loadaudit.planning.rows import ANY, NEWEST, reachable_values
from loadaudit.planning.spared import spare_accounts, user_parameters
from loadaudit.planning.values import NoValue, paths_for, paths_with_others
from loadaudit.records import (
    NOT_SELECTED,
    Exclusion,
    Identity,
    Inventory,
    Kind,
    Lane,
    Operation,
    Payload,
    Plan,
    PlannedPath,
    PlannedRequest,
    Risk,
)

NEEDS_WRITES = "it writes, and this run may not: --writes"
NEEDS_DESTRUCTIVE = "it destroys something, and this run may not: --destructive"
QUERY_RECORDED = ", query recorded"
"""Ends the origin of an address whose query string is one that the project's own tests sent."""

_ANONYMOUS_CATEGORIES = frozenset({"Auth", HEALTH_CATEGORY})
"""Logins come before there is a user, and what asks for health has no account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What the operator asked for."""

    users: int = 10
    duration_s: float | None = None
    think_time_s: float = 0.1
    seed: int = 0
    exclude: tuple[str, ...] = ()
    """Regular expressions of LOADAUDIT['EXCLUDE'], matched against the id."""
    writes: bool = True
    """Whether operations that write are sent."""
    destructive: bool = True
    """Whether operations that destroy something are sent, behind the load."""
    disposable: bool = True
    """Whether identities can be made that are thrown away behind the load."""
    recorded: Mapping[str, tuple[Recorded, ...]] = field(default_factory=dict)
    """What the project's own tests sent, by operation."""
    free: FreeWords = field(default_factory=FreeWords)
    """Marks for what no two rows may have, for which the rows of a table are read once."""
    selected: frozenset[str] | None = None
    """Ids that --only and --exclude leave; None: all."""


def build_plan(inventory: Inventory, identities: Sequence[Identity], index: RouteIndex, options: PlanOptions) -> Plan:
    """Return the plan of a run: every operation whose values are known, sent as the identity it is for."""
    requests: list[PlannedRequest] = []
    exclusions: list[Exclusion] = []
    alone: list[PlannedRequest] = []
    disposable: list[str] = []
    meanings = meanings_of(inventory.operations)
    leaves = leaving(inventory.operations)
    for operation in inventory.operations:
        refusal = held_back(operation, options)
        planned = refusal or _contained_plan(understood(operation, meanings), identities, index, options)
        if isinstance(planned, PlannedRequest):
            if needs_disposable(operation):
                disposable.append(operation.id)
            if operation.risk is Risk.DESTRUCTIVE or needs_disposable(operation) or operation.id in leaves:
                role = DISPOSABLE if needs_disposable(operation) else planned.role
                timeout_s = alone_timeout_s_of(operation)
                paths = planned.paths[:1]
                alone.append(replace(planned, paths=paths, role=role, lane=Lane.ALONE, timeout_s=timeout_s))
            else:
                requests.append(planned)
        elif isinstance(planned, NoValue):
            exclusions.append(Exclusion(operation_id=operation.id, reason=planned.reason, declared=True))
        else:
            exclusions.append(Exclusion(operation_id=operation.id, reason=planned, held_back=bool(refusal)))
    used = {request.role for request in (*requests, *alone)}
    return Plan(
        requests=tuple(requests),
        exclusions=tuple(exclusions),
        identities=tuple(one for one in (*identities, ANONYMOUS) if one.role in used),
        users=options.users,
        duration_s=options.duration_s,
        think_time_s=options.think_time_s,
        seed=options.seed,
        after_load=tuple(one.operation_id for one in alone),
        alone=tuple(alone),
        disposable=tuple(disposable),
    )


def with_rows_chosen(plan: Plan, rows: int | None, before: Plan | None = None) -> Plan:
    """Return the plan with the addresses of each request in the order of its seed, and at most so many of them.

    Virtual users begin at different ones and take them in turn. A row has the same place among those of all operations,
    so that few rows bring users together, and its children go with it. Seed 0 leaves them in the order of the rows.
    Keys of chance that `before`, the plan of before anything was sent, has not are others each time: their rows come
    behind the others, as they were found.
    """
    sent = (*before.requests, *before.alone) if before is not None else ()
    known = {value for one in sent for path in one.paths for value in _values(path.path)}

    def chosen(one: PlannedRequest) -> PlannedRequest:
        written = frozenset(one.operation_id.partition(" ")[2].split("/"))

        def place(path: PlannedPath) -> tuple[bool, list[bytes]]:
            values = [value for value in _values(path.path) if value not in written]
            if before is not None and any(has_chance(value) for value in values if value not in known):
                return True, []
            return False, [sha256(f"{plan.seed} {value}".encode()).digest() for value in values if plan.seed]

        # Of what uses rows up each is sent once, whoever is to meet at few.
        most = None if one.once_each else rows
        return replace(one, paths=tuple(sorted(one.paths, key=place))[:most])

    return replace(plan, requests=tuple(map(chosen, plan.requests)))


def _values(path: str) -> list[str]:
    """Return what may be a value in an address, the first of which is that of the outermost row, and its query."""
    plain, _, query = path.partition("?")
    return [*plain.split("/"), query]


def _tried_later(operation: Operation, *, guess: bool) -> str:
    """Say what may still bring an operation into the load of which nothing is known before anything was sent."""
    guesses = ", dates of rows and made-up values" if operation.kind is Kind.READ else ""
    tries = f"addresses in answers{guesses}" if guess else "rows of others, other users and, on a clone, new rows"
    return f"the preflight of a run (left out by --no-preflight), or plan --preflight, tries {tries} first"


def _contained_plan(
    operation: Operation, identities: Sequence[Identity], index: RouteIndex, options: PlanOptions
) -> PlannedRequest | NoValue | str:
    """Return the planned request, or the reason why there is none, which may be what the project's code raises."""
    try:
        return _plan_one(operation, identities, index, options)
    except LoadauditError:
        raise
    except RAISED as error:
        return f"it could not be planned, because {blamed(error)}"


def _plan_one(
    operation: Operation, identities: Sequence[Identity], index: RouteIndex, options: PlanOptions
) -> PlannedRequest | NoValue | str:
    """Return the planned request, or the reason why there is none, as NoValue where what the project declared fails."""
    if operation.needs_address:
        return (
            "a catch-all pattern answers any address, and none of its own was found; "
            "a @scenario in a loadtests.py sends it to one that you know"
        )
    identity = identity_for(operation, identities)
    if isinstance(identity, str):
        return identity
    # What destroys a row takes one of the newest, which may be the run's own.
    which = NEWEST if operation.risk is Risk.DESTRUCTIVE else ANY
    if operation.kind is Kind.WRITE and user_parameters(operation):
        # A user's own row is that account, and what writes leaves those alone that the run acts as.
        accounts = {text for one in identities for text in (one.user_id, one.username) if text}
        paths = _spared(operation, paths_with_others(operation, identity, index, which), accounts)
    else:
        paths = paths_for(operation, identity, index, which)
    if isinstance(paths, NoValue):
        if paths.declared:
            return paths
        is_open = paths.guess or paths.no_row
        return f"{paths.reason}; {_tried_later(operation, guess=paths.guess)}" if is_open else paths.reason
    lane = lane_of(operation)
    try:
        payload = _payload_of(operation, identity, options)
    except DeclaredError as failed:
        return NoValue(reason=str(failed), declared=True)
    except NoRow as missing:
        return str(missing)
    return PlannedRequest(
        operation_id=operation.id,
        method=operation.method,
        paths=_with_queries(operation, identity, paths, options.recorded),
        role=identity.role,
        lane=lane,
        timeout_s=timeout_s_of(lane),
        payload=payload,
    )


def _spared(
    operation: Operation, paths: tuple[PlannedPath, ...] | NoValue, accounts: Collection[str]
) -> tuple[PlannedPath, ...] | NoValue:
    spared = paths if isinstance(paths, NoValue) else spare_accounts(operation, paths, accounts)
    return spared if isinstance(spared, NoValue) else tuple(spared)


def _with_queries(
    operation: Operation,
    identity: Identity,
    paths: tuple[PlannedPath, ...],
    recorded: Mapping[str, tuple[Recorded, ...]],
) -> tuple[PlannedPath, ...]:
    """Return the addresses of a read, the first one also with each query string that tests sent."""
    entries = recorded.get(operation.id, ()) if operation.method in SAFE_METHODS else ()
    needs = Needs(rows=lambda model, name: _row_values(model, name, identity), today=date.today())
    return (*paths, *(queried(paths[0], query) for query in recorded_queries(entries, needs)))


def queried(path: PlannedPath, query: str) -> PlannedPath:
    """Return the address with a recorded query string."""
    return PlannedPath(path=f"{path.path}?{query}", origin=f"{path.origin}{QUERY_RECORDED}")


def _payload_of(operation: Operation, identity: Identity, options: PlanOptions) -> Payload | None:
    """Return what the project or the inventory make of the body, before any page was looked at.

    Raises NoRow, or DeclaredError when what the project declared does not work.
    """
    if operation.method not in SAFE_METHODS and (declared := declared_payload(operation, identity)) is not None:
        return declared
    if is_bodiless(operation):
        return None
    needs = needs_of(identity, options)
    of_tests = recorded_payloads(operation, options.recorded.get(operation.id, ()), needs)
    return next(chain(of_tests, payloads_of(operation.body, operation.method, needs)))


def needs_of(identity: Identity, options: PlanOptions) -> Needs:
    """Return what values of a body are made of before anything was sent: rows that an identity can reach."""
    return Needs(rows=partial(_row_values, identity=identity), today=date.today(), free=options.free)


def _row_values(model: str, name: str, identity: Identity) -> list[object]:
    try:
        return reachable_values(apps.get_model(model), name, identity)
    except Exception:  # a manager is the project's own code and may raise anything
        return []


def left_out(operation: Operation, patterns: Iterable[str]) -> str:
    """Return why the project wants an operation never to be sent; empty when it does not say so."""
    for pattern in patterns:
        if re.search(pattern, operation.id):
            return f"left out by LOADAUDIT['EXCLUDE']: {pattern}"
    return excluded_because(operation)


def held_back(operation: Operation, options: PlanOptions) -> str:
    """Return why an operation is not to be sent at all, whatever is known of its values; empty when it may be."""
    if options.selected is not None and operation.id not in options.selected:
        return NOT_SELECTED
    if why := left_out(operation, options.exclude):
        return why
    if operation.risk is Risk.DESTRUCTIVE and not options.destructive:
        return NEEDS_DESTRUCTIVE
    if operation.kind is Kind.WRITE and not options.writes:
        return NEEDS_WRITES
    if needs_disposable(operation) and not options.disposable:
        return ONLY_ISOLATED
    return ""


def identity_for(operation: Operation, identities: Sequence[Identity]) -> Identity | str:
    """Return whom the operation is meant for: staff, who is in its group, the main user, or nobody, as for logins."""
    if operation.access.is_raised:
        staff = next((one for one in identities if one.staff), None)
        return staff or "it needs a staff user: add one to LOADAUDIT['USERS']"
    if (member := member_for(operation.access, identities)) is not None:
        return member
    if operation.access.login:
        main = main_identity(identities)
        return main if not main.anonymous else "it needs a login: add a user to LOADAUDIT['USERS']"
    # Who has no session ends none.
    if operation.category in _ANONYMOUS_CATEGORIES and not ends_session(operation):
        return ANONYMOUS
    return main_identity(identities)
