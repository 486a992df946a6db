"""Plan and trials → the plan of the load: what worked stays, what did not is left out with the server's reason."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.sharing import sizes_in_body
from loadaudit.planning.lanes import alone_timeout_s_of, lane_of, timeout_s_of
from loadaudit.planning.preflight.advice import advice_on
from loadaudit.planning.preflight.judge import READS_OWN, Trial, Try, detail_of, is_of_no_row
from loadaudit.planning.preflight.of_tenants import At, within_tenants
from loadaudit.planning.preflight.raised import FORM_BY_GET, is_form_by_get
from loadaudit.planning.preflight.session_keys import missed_by
from loadaudit.planning.preflight.states import lists_at
from loadaudit.records import (
    Exclusion,
    Identity,
    Kind,
    Lane,
    Operation,
    Outcome,
    Plan,
    PlannedPath,
    PlannedRequest,
    Risk,
    Tried,
)
from loadaudit.runfile.addresses import without_secrets
from loadaudit.runfile.redaction import redact_said

OWN_LOGIN = "the run's own login"
"""Origin of what the logins of the run have shown; the load sends no passwords."""

_FAILING = frozenset(
    {
        Outcome.SERVER_ERROR,
        Outcome.SOFT_FAILURE,
        Outcome.OTHER_USER,
        Outcome.FIRST_BYTE_TIMEOUT,
        Outcome.TIMEOUT,
        Outcome.RESET,
        Outcome.INCOMPLETE,
        Outcome.OVERLONG,
        Outcome.NOT_HTTP,
        Outcome.HEADERS_TOO_LARGE,
        Outcome.REDIRECT_LOOP,
        Outcome.BROKEN,
    }
)
"""Outcomes of an operation that is broken. All others are answers to what was sent, or to whom: a load of these would
measure pages of errors."""

_KEYS = frozenset({"pk", "id", "uuid", "slug", "key", "code", "name"})
"""Names of parameters that mean another row at each route."""

_TRIED_OF_EACH = 2
"""Words of a mark that the preflight takes to see whether a write works again."""

_KEPT = "it stays in the load, once in a round at most, to show whether it always fails, and how: alone it was"


def of_their_method(trials: Mapping[str, Trial]) -> dict[str, Trial]:
    """Return the trials without what came of reads that nothing in their view asks for, where a form works there.

    What `request.POST.get("name")` does without a name is no failure of a page.
    """
    posted = {one.operation.route for one in trials.values() if one.operation.method == "POST" and one.works}
    found = dict(trials)
    for id_, one in trials.items():
        told = one.best or one.unknown
        if told is not None and one.operation.route in posted and is_form_by_get(one.operation, told):
            found[id_] = replace(one, best=None, unknown=None, reason=FORM_BY_GET, turned_away=())
    return found


def fit_for_load(
    trials: Mapping[str, Trial],
    attempt: Callable[[Operation], Trial],
    send: At,
    spread: Callable[[Mapping[str, Trial]], dict[str, Trial]],
) -> dict[str, Trial]:
    """Return the trials with the addresses that the load may use: of rows that are not spent, and within reach.

    `spread` finds further rows for what uses them up.
    """
    return spread(within_tenants(within_reach(without_spent(tried_on_others(trials, attempt))), send))


def tried_on_others(trials: Mapping[str, Trial], attempt: Callable[[Operation], Trial]) -> dict[str, Trial]:
    """Return the trials with another attempt at what worked on a row which a write has spent since.

    A page of a row that is cancelled may still be there, or be refused; nobody knows whether writes work on the others.
    Where none does any more, it has worked once.
    """
    spent, found = _spent(trials), dict(trials)
    for id_, one in trials.items():
        if _is_on(spent, one):
            again = attempt(one.operation)
            found[id_] = again if again.works else replace(one, repeatable=False)
    return found


def without_spent(trials: Mapping[str, Trial]) -> dict[str, Trial]:
    """Return the trials without the addresses of rows that another write has spent, where there are others.

    What works only once, such as to cancel an order, leaves a row in a state in which others may refuse it.
    """
    spent = _spent(trials)
    return {id_: _beside(one, spent) for id_, one in trials.items()}


def within_reach(trials: Mapping[str, Trial]) -> dict[str, Trial]:
    """Return the trials without the addresses of writes that name what their identity could not read anywhere.

    Which rows a user reaches only requests show: reads have been tried with those of other tenants.
    """
    reads = [one for one in trials.values() if one.works and one.operation.kind is Kind.READ]
    reached = {(_role(one), *each) for one in reads for each in _reached_by(one)}
    refused = {(_role(one), *each) for one in reads for path in one.refused for each in _values_in(one.operation, path)}
    return {id_: _without(one, refused - reached) for id_, one in trials.items()}


def _reached_by(trial: Trial) -> set[tuple[str, str]]:
    paths = [one.path for one in (*trial.pool, *([trial.best.path] if trial.best is not None else []))]
    return {each for path in paths for each in _values_in(trial.operation, path)}


def _role(trial: Trial) -> str:
    return trial.best.identity.role if trial.best is not None else ""


def _without(trial: Trial, refused: Collection[tuple[str, str, str]]) -> Trial:
    if trial.operation.method in SAFE_METHODS or not refused:
        return trial
    values = {one: _values_in(trial.operation, one.path) for one in trial.pool}
    pool = tuple(one for one in trial.pool if not any((_role(trial), *each) in refused for each in values[one]))
    return replace(trial, pool=pool) if pool else trial


def _values_in(operation: Operation, path: str) -> set[tuple[str, str]]:
    """Return what the parameters of a route are in an address, each with its name, or the model that says more."""
    route, parts = operation.route.split("/"), path.partition("?")[0].split("/")
    found = zip(route, parts, strict=True) if len(route) == len(parts) else ()
    named = zip(_names_of(operation), (value for one, value in found if one.startswith("<")), strict=False)
    return {(name, value) for name, value in named if name}


def _names_of(operation: Operation) -> list[str]:
    known = {one.name: one.name if one.name not in _KEYS else one.model or "" for one in operation.parameters}
    parts = (one.strip("<>").rpartition(":")[2] for one in operation.route.split("/") if one.startswith("<"))
    return [known.get(one, "") for one in parts]


def _is_on(spent: Collection[str], trial: Trial) -> bool:
    is_tried = trial.works and trial.repeatable and not trial.closes and bool(trial.operation.parameters)
    return is_tried and trial.best is not None and row_of(trial.operation, trial.best.path) in spent


def _spent(trials: Mapping[str, Trial]) -> set[str]:
    once = [one for one in trials.values() if one.works and not one.repeatable and one.operation.parameters]
    return {row_of(one.operation, one.best.path) for one in once if one.best is not None}


def _beside(trial: Trial, spent: Collection[str]) -> Trial:
    if not trial.repeatable:
        return trial
    pool = tuple(one for one in trial.pool if row_of(trial.operation, one) not in spent)
    return replace(trial, pool=pool) if pool else trial


def row_of(operation: Operation, at: PlannedPath) -> str:
    """Return the part of an address that names its row: up to its last value."""
    route, parts = operation.route.split("/"), at.path.partition("?")[0].split("/")
    last = max((place for place, one in enumerate(route) if "<" in one), default=len(parts))
    return "/".join(parts[: last + 1]) if len(route) == len(parts) else at.path


def settled(
    plan: Plan, operations: Sequence[Operation], trials: Mapping[str, Trial], identities: Sequence[Identity]
) -> Plan:
    """Return the plan with what the trials before the load have shown.

    A read that is broken stays in the load, because how it fails there is what the run is for; one that found no row
    or that nobody may see, and a write that did not work or works only once, is not sent again.
    """
    requests, exclusions = [], [one for one in plan.exclusions if one.operation_id not in trials]
    alone = [one for one in plan.alone if one.operation_id not in trials]
    for operation in operations:
        trial = trials.get(operation.id)
        if trial is None:
            continue
        if _is_for_load(operation, trial):
            requests.append(_planned(operation, trial))
        elif trial.works:
            alone.append(_sent_alone(trial))
        else:
            exclusions.append(Exclusion(operation_id=operation.id, reason=_reason(trial)))
    used = {request.role for request in (*requests, *alone)}
    return replace(
        plan,
        requests=with_shares(requests),
        alone=tuple(alone),
        exclusions=tuple(exclusions),
        identities=tuple(one for one in identities if one.role in used),
        tried=tuple(_told(trials.values())),
    )


def closed(plan: Plan, trials: Mapping[str, Trial]) -> Plan:
    """Return the plan with what was sent behind the load.

    A read that is in the load all the same, because it was broken before, is not told of once more.
    """
    missing = [Exclusion(operation_id=id_, reason=_reason(trial)) for id_, trial in trials.items() if not trial.works]
    tried = tuple(_told(trials.values()))
    kept = [one for one in plan.exclusions if one.operation_id not in trials]
    before = [one for one in plan.tried if one.operation_id not in trials]
    alone = [one for one in plan.alone if one.operation_id not in trials]
    loaded = {one.operation_id for one in plan.requests}
    alone += [_sent_alone(trial) for id_, trial in trials.items() if trial.works and id_ not in loaded]
    return replace(
        plan,
        exclusions=(*kept, *missing),
        tried=(*before, *tried),
        alone=tuple(alone),
        after_load=tuple(dict.fromkeys((*plan.after_load, *(id_ for id_ in trials if id_ not in loaded)))),
    )


def _is_for_load(operation: Operation, trial: Trial) -> bool:
    if operation.risk is Risk.DESTRUCTIVE or trial.best is None:
        return False
    if trial.works:
        may_be_again = trial.repeatable or bool(trial.once_on)
        return may_be_again and not trial.closes and trial.best.path.origin != OWN_LOGIN
    return operation.method in SAFE_METHODS and trial.best.outcome in _FAILING


def _planned(operation: Operation, trial: Trial) -> PlannedRequest:
    assert trial.best is not None
    lane = lane_of(operation)
    return PlannedRequest(
        operation_id=operation.id,
        method=operation.method,
        paths=trial.once_on or trial.pool,
        once_each=bool(trial.once_on),
        most=trial.most,
        role=trial.best.identity.role,
        lane=lane,
        timeout_s=timeout_s_of(lane),
        payload=trial.best.payload,
        kept_because="" if trial.works else f"{_KEPT} {_reason(trial)}",
    )


def with_shares(requests: Sequence[PlannedRequest]) -> tuple[PlannedRequest, ...]:
    """Return the requests, each with its share of the words of which there are so many in all: one calendar's days."""
    sharing: dict[str, list[int]] = {}
    for place, one in enumerate(requests):
        for key in sizes_in_body(one.payload) if one.most is not None and one.payload is not None else ():
            sharing.setdefault(key, []).append(place)
    found = list(requests)
    for places in sharing.values():
        if len(places) > 1:
            # The first has said how many were left behind its own tries; each of the others has had two since.
            left = min(requests[place].most or 0 for place in places) - _TRIED_OF_EACH * (len(places) - 1)
            for nth, place in enumerate(places):
                share = max(1, left // len(places) + (nth < left % len(places)))
                found[place] = replace(found[place], most=min(share, found[place].most or share))
    return tuple(found)


def _sent_alone(trial: Trial) -> PlannedRequest:
    """Return what was sent, without the secrets in its body: it is sent no more, and they are those of an account."""
    assert trial.best is not None
    return PlannedRequest(
        operation_id=trial.operation.id,
        method=trial.operation.method,
        paths=(trial.best.path,),
        role=trial.best.identity.role,
        lane=Lane.ALONE,
        timeout_s=alone_timeout_s_of(trial.operation),
        payload=without_secrets(trial.best.payload),
    )


def _reason(trial: Trial) -> str:
    if trial.best is None:
        # Where a setting that is empty would name the values, none that a person names would do.
        empty = lists_at(trial.unknown.path.path) if trial.unknown is not None else ()
        return f"{trial.reason}; first its code goes by {' and '.join(empty)}" if empty else trial.reason
    tries = f"tried {trial.tries} times" if trial.tries > 1 else "tried once"
    reason = f"{tries}, the best answer: {redact_said(detail_of(trial.best))}"
    return f"{reason}; {advice}" if (advice := _advice(trial, trial.best)) else reason


def _advice(trial: Trial, best: Try) -> str:
    """Return what to do, and why no row could be made where one is missing, or what fills the session."""
    is_lacking = best.outcome is Outcome.NOT_FOUND or is_of_no_row(best) or missed_by(best) or READS_OWN in trial.reason
    return "; ".join(one for one in (advice_on(trial, best), trial.reason if is_lacking else "") if one)


def _told(trials: Iterable[Trial]) -> Iterator[Tried]:
    """Yield what came of each trial, with what to do about those that did not work."""
    for trial in trials:
        tried = trial.tried()
        if tried is not None and trial.best is None:
            yield replace(tried, detail=_reason(trial))
        elif tried is not None and trial.best is not None:
            advice, said = _advice(trial, trial.best), redact_said(tried.detail)
            yield replace(tried, detail=f"{said}; {advice}" if advice else said)
