"""Plan and trials → the plan of the load: what worked stays, what did not is left out with the server's reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.lanes import lane_of, timeout_s_of
from loadaudit.planning.people import DISPOSABLE
from loadaudit.planning.preflight.asked import asked_of_rows
from loadaudit.planning.preflight.further import OF_VALUES
from loadaudit.planning.preflight.judge import Try, detail_of
from loadaudit.planning.preflight.trial import Trial
from loadaudit.records import (
    BodyKind,
    Exclusion,
    Identity,
    Operation,
    Outcome,
    Payload,
    Plan,
    PlannedRequest,
    Risk,
    Tried,
)

OWN_LOGIN = "the run's own login"
"""Origin of what the logins of the run have shown; the load sends no passwords."""

FORM_BY_PUT = "Django fills request.POST for POST only, so that a form cannot be sent this way"

_WRONG_VALUES = frozenset({Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.INVALID})
"""Outcomes that say more about what was sent than about the operation."""

_EXCEPTIONS = {
    "TemplateDoesNotExist": "the project lacks this template: add it, or leave the operation out with EXCLUDE",
    "ImproperlyConfigured": "the project lacks this setting: add it, or leave the operation out with EXCLUDE",
    "NoReverseMatch": "the page names a URL that the URLconf does not have, or one of a row without what it needs",
    "DoesNotExist": "the view wants a row there, which this database does not have: add it",
    "RelatedObjectDoesNotExist": "a row lacks the one that belongs to it, which other code makes: add it",
    "MultipleObjectsReturned": "the view wants one row there, and this database has several",
    "FileNotFoundError": "a row names a file that is not in the storage, or a setting one that is nowhere",
    "JSONDecodeError": "the view reads JSON where the request has none, as in the body of a GET",
    "ModuleNotFoundError": "the view needs a package that is not installed here",
    "NotImplementedError": "the project has not written what the view calls",
    "OutgoingRefusedError": "the isolated run lets nothing out: --allow-outgoing HOST opens a host",
}
"""What a view's exception says about the project, by the name of its class."""


_TABLE = re.compile(r"\bFROM [\"`]?(\w+)")
_OF_EVERY_REQUEST = frozenset({"django_session", "auth_user", "django_site"})


def settled(
    plan: Plan, operations: Sequence[Operation], trials: Mapping[str, Trial], identities: Sequence[Identity]
) -> Plan:
    """Return the plan with what the trials before the load have shown.

    A read that fails for everybody stays in the load, because how it fails under load is what the run is for; one
    that found no row, and a write that did not work or works only once, is not sent again.
    """
    requests, exclusions = [], [one for one in plan.exclusions if one.operation_id not in trials]
    for operation in operations:
        trial = trials.get(operation.id)
        if trial is None:
            continue
        if _is_for_load(operation, trial):
            requests.append(_planned(operation, trial))
        elif not trial.works:
            exclusions.append(Exclusion(operation_id=operation.id, reason=_reason(trial)))
    used = {request.role for request in requests}
    return replace(
        plan,
        requests=tuple(requests),
        exclusions=tuple(exclusions),
        identities=tuple(one for one in identities if one.role in used),
        tried=tuple(_told(trials.values())),
    )


def closed(plan: Plan, trials: Mapping[str, Trial]) -> Plan:
    """Return the plan with what was sent behind the load."""
    missing = [Exclusion(operation_id=id_, reason=_reason(trial)) for id_, trial in trials.items() if not trial.works]
    tried = tuple(_told(trials.values()))
    kept = [one for one in plan.exclusions if one.operation_id not in trials]
    before = [one for one in plan.tried if one.operation_id not in trials]
    return replace(plan, exclusions=(*kept, *missing), tried=(*before, *tried))


def _is_for_load(operation: Operation, trial: Trial) -> bool:
    if operation.risk is Risk.DESTRUCTIVE or trial.best is None:
        return False
    if trial.works:
        return trial.repeatable and trial.best.path.origin != OWN_LOGIN
    return operation.method in SAFE_METHODS and trial.best.outcome not in _WRONG_VALUES


def _planned(operation: Operation, trial: Trial) -> PlannedRequest:
    assert trial.best is not None
    lane = lane_of(operation)
    return PlannedRequest(
        operation_id=operation.id,
        method=operation.method,
        paths=trial.pool,
        role=trial.best.identity.role,
        lane=lane,
        timeout_s=timeout_s_of(lane),
        payload=trial.best.payload,
    )


def _reason(trial: Trial) -> str:
    if trial.best is None:
        return trial.reason
    tries = f"tried {trial.tries} times" if trial.tries > 1 else "tried once"
    reason = f"{tries}, the best answer: {detail_of(trial.best)}"
    return f"{reason}; {advice}" if (advice := _advice(trial, trial.best)) else reason


def _told(trials: Iterable[Trial]) -> Iterator[Tried]:
    """Yield what came of each trial, with what to do about those that did not work."""
    for trial in trials:
        tried = trial.tried()
        if tried is not None and trial.best is not None:
            advice = _advice(trial, trial.best)
            yield replace(tried, detail=f"{tried.detail}; {advice}") if advice else tried


def _of_exception(name: str, payload: Payload | None) -> str:
    """Return what an exception says about the project or about what was sent, by the name of its class."""
    if payload is not None and name in OF_VALUES and payload.kind is not BodyKind.NONE:
        return "the view fails with these values, or always; body() in a loadtests.py says what it takes"
    return _EXCEPTIONS.get(name, "the view itself fails, with these rows or always")


def _asked_the_database(best: Try) -> bool:
    """Whether the view read more than its session and its user; without a trace it may have."""
    read = [_TABLE.search(one.sql) for one in best.trace.statements] if best.trace is not None else []
    tables = {match[1] for match in read if match is not None}
    return best.trace is None or bool(tables - _OF_EVERY_REQUEST)


def _advice(trial: Trial, best: Try) -> str:
    """Return what the operator may do about it; empty where there is nothing to do or to say."""
    if best.works:
        return ""
    if best.outcome is Outcome.SERVER_ERROR:
        exception = best.trace.exception if best.trace is not None else None
        return _of_exception(exception.type.rpartition(".")[2] if exception is not None else "", best.payload)
    if best.outcome is Outcome.DENIED:
        if best.identity.role == DISPOSABLE:
            return "it is only sent as a user made for it, who has neither rows nor rights of the others"
        denied = (one for one in (best, *trial.turned_away) if one.outcome is Outcome.DENIED)
        refused = {one.identity.role: one.identity for one in denied}
        if any(one.staff for one in refused.values()):
            roles = ", ".join(sorted(refused))
            return (
                f"every user of the run is turned away ({roles}), staff too: the view asks for more than a user, "
                "such as a setting, a header or the state of a row; if some user may, add them to LOADAUDIT['USERS']"
            )
        return "add a user who may to LOADAUDIT['USERS']"
    if best.outcome is Outcome.METHOD_NOT_ALLOWED:
        return f"the view answers no {trial.operation.method}, though its class or its source says so"
    if best.outcome is Outcome.INVALID and trial.operation.method == "PUT":
        return FORM_BY_PUT
    if best.outcome is Outcome.NOT_FOUND and not trial.operation.parameters and not _asked_the_database(best):
        return (
            "it asks for no row: a state of the session, or a setting, is missing; a @scenario sends what comes first"
        )
    if best.outcome is Outcome.NOT_FOUND and not trial.operation.parameters:
        return "the page is not there without rows, or not for this user; add rows that it shows"
    if best.outcome is Outcome.NOT_FOUND and (asked := asked_of_rows(trial.operation, best.trace)) is not None:
        return f"the view looks for a row of {asked}; add one, or name one with provide() in a loadtests.py"
    if best.outcome is Outcome.NOT_FOUND:
        return "the view finds no such row for this user; provide() in a loadtests.py names rows that are there"
    if best.outcome in (Outcome.INVALID, Outcome.CLIENT_ERROR, Outcome.SOFT_FAILURE) and best.payload is not None:
        return "body() in a loadtests.py says what it takes"
    if best.outcome is Outcome.CLIENT_ERROR:
        return (
            "it wants a query, or a state that another request makes: a @scenario in a loadtests.py sends both in order"
        )
    return ""
