"""Which failures another try may change: later rows, somebody else's, or a link that the project makes itself."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.keys.doors import door_at
from loadaudit.planning.making.breaking import tables_written
from loadaudit.planning.naming import OF_ANY_MODEL
from loadaudit.planning.naming import ORIGIN as BY_NAME
from loadaudit.planning.neighbours import ORIGIN
from loadaudit.planning.patience import waits_for_a_lock
from loadaudit.planning.payloads.changes import is_changed
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.correcting import OTHER_BODY, may_name_others_rows
from loadaudit.planning.preflight.further import (
    OF_EVERY_REQUEST,
    ended_later,
    fails_behind_values,
    raised,
    sends_away,
    shuts_out,
    wants_anothers_row,
)
from loadaudit.planning.preflight.judge import Trial, Try, detail_of
from loadaudit.planning.preflight.proven import EachUser, User
from loadaudit.planning.preflight.raised import of_service
from loadaudit.planning.preflight.states import puts_forms
from loadaudit.planning.preflight.turns import plain_origin
from loadaudit.planning.told import is_token
from loadaudit.planning.values import GUESS, OF_OTHERS
from loadaudit.records import Identity, Operation, Outcome, PlannedPath

OTHER_IDENTITY = frozenset(
    {Outcome.DENIED, Outcome.NOT_FOUND, Outcome.SERVER_ERROR, Outcome.OTHER_USER, Outcome.METHOD_NOT_ALLOWED}
    # Where tokens are kept in the session, nobody has one.
    | {Outcome.CSRF_REJECTED}
)
"""Outcomes of reads that somebody else's rows and rights may change; a login page in a view's place has few methods."""

_OTHER_IDENTITY_OF_WRITES = OTHER_IDENTITY - {Outcome.SERVER_ERROR}

_MAY_CHANGE = frozenset({Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.RATE_LIMITED})
"""Outcomes that the rows, or the time, which came since may change."""

_ASKS_FOR_A_LOGIN = re.compile(
    r"\b(?:not|be|must|please|first) (?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|authenticated)\b|\blog ?in (?:first|to)\b"
    r"|authentication (?:is )?required|login[ _]required",
    re.IGNORECASE,
)
"""What is said to nobody by views that go by the user without a status of their own for it."""

WANTS_A_LINK = frozenset({Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.INVALID})
"""Outcomes of an address or a query that only the project's own code can make."""

_MAY_CHANGE_BY_ROWS = frozenset({Outcome.SERVER_ERROR, Outcome.DENIED, Outcome.SOFT_FAILURE})
"""Outcomes of reads that rows of the run's own may change."""


NOT_KNOWN = {
    GUESS: "a made-up one",
    ORIGIN: "one of another address or answer",
    BY_NAME: "a row of a model with such a name",
    OF_ANY_MODEL: "a row of any model",
}
"""Origins of values of which nobody knows whether they are right."""


def is_of_a_guess(best: Try) -> bool:
    """Whether nobody knows whether the values of an address are right."""
    return plain_origin(best.path) in NOT_KNOWN


def is_of_a_right_value(best: Try) -> bool:
    """Whether a value of which nobody knows anything is right: how a view answers what does not exist says nothing.

    What the project lacks is missing with any value, as is what a view says that it does not implement (501). A write
    that has written nothing has found nothing. What comes to no end does so with another value as well, and costs more.
    """
    if best.outcome is Outcome.TIMEOUT:
        return True
    if best.works and best.path.origin.startswith(GUESS) and best.sample.operation_id.split(" ")[0] not in SAFE_METHODS:
        return _has_written(best)
    is_missing = best.is_lacking or best.sample.status == HTTPStatus.NOT_IMPLEMENTED
    return best.works or best.outcome is Outcome.INVALID or is_missing or _breaks_on_something_else(best)


def _breaks_on_something_else(best: Try) -> bool:
    """Whether a view that got a row of a model fails on what is neither: its exception names no part of the address."""
    exception = best.trace.exception if best.trace is not None else None
    if exception is None or best.outcome is not Outcome.SERVER_ERROR or plain_origin(best.path) != OF_ANY_MODEL:
        return False
    parts = {part.lower() for part in best.path.path.partition("?")[0].split("/") if part and not part.isdigit()}
    said = f"{exception.type.rpartition('.')[2]} {exception.message}".lower()
    return "doesnotexist" not in said and parts.isdisjoint(re.findall(r"[\w-]+", said))


def _has_written(best: Try) -> bool:
    """Whether a request has changed rows, sessions left out."""
    return not tables_written(best) <= OF_EVERY_REQUEST


def fails_in_any_case(operation: Operation, one: Try) -> bool:
    """Whether nothing that anybody sends would do: a form finds nothing in a PUT, whatever is in it."""
    # A view may answer an invalid form with a status of its own.
    is_refused = one.outcome is Outcome.CLIENT_ERROR and one.trace is not None and bool(one.trace.refusals)
    return (one.outcome is Outcome.INVALID or is_refused) and puts_forms(operation, one.path.path)


def is_final(operation: Operation, one: Try) -> bool:
    """Whether nothing else that is sent now would do: a lock of the database is there for all."""
    return fails_in_any_case(operation, one) or waits_for_a_lock(one.trace)


def ends_bodies(operation: Operation, one: Try) -> bool:
    """Whether no other body is sent: none would do, a view breaks on who asks, or the row must be somebody else's."""
    return is_final(operation, one) or shuts_out(one) or wants_anothers_row(one)


def is_shut(best: Try) -> bool:
    """Whether keys of a query open nothing: the staff may be turned away for what its address lacks, others seldom.

    A view that led somebody away may have missed them, unless it says who is not let in.
    """
    is_of_address = best.identity.staff and best.sample.status == HTTPStatus.FORBIDDEN
    return best.outcome is Outcome.DENIED and not is_of_address and (not best.was_led_away or sends_away(best))


def next_address(waiting: list[PlannedPath], best: Try | None) -> PlannedPath:
    """Return the address that is tried next, which waits no longer: somebody else's row where such a one is wanted."""
    is_wanted = best is not None and wants_anothers_row(best)
    place = next((place for place, one in enumerate(waiting) if is_wanted and one.origin.endswith(OF_OTHERS)), 0)
    return waiting.pop(place)


def may_take_another_body(operation: Operation, one: Try) -> bool:
    """Whether another body may do better: a body did not that was not found where the address names no row, or one
    that was read, which a change of it may name no more.
    """
    if ends_bodies(operation, one):
        return False
    of_body = one.payload is not None and (not operation.parameters or is_changed(one.payload))
    is_of_body = one.outcome is Outcome.NOT_FOUND and of_body
    return is_of_body or one.outcome in OTHER_BODY or may_take_another_token(one)


def may_work_now(operation: Operation, best: Try | None) -> bool:
    """Whether rows, or the time, which came since the first try may help."""
    if best is not None and is_final(operation, best):
        return False
    if best is None or best.outcome in _MAY_CHANGE or best.was_sent_on or best.left_early:
        return True
    if raised(best).endswith("DoesNotExist"):
        return True
    # Rows that were there may be broken or others'; those that writes have made since are not.
    of_rows = operation.method in SAFE_METHODS and any(one.model for one in operation.parameters)
    return of_rows and best.outcome in _MAY_CHANGE_BY_ROWS


def may_work_behind(failed: Trial, ended: Iterable[Trial]) -> bool:
    """Whether what failed may work behind what destroys or ends something: a read, or a write to a row in such a state.

    What is paid can be shipped, and neither a name nor a method tells that one comes behind the other.
    """
    operation, best = failed.operation, failed.best
    if operation.method in SAFE_METHODS:
        return may_work_now(operation, best)
    models = {one.model for one in operation.parameters if one.model}
    changed = {
        one.model
        for trial in ended
        if trial.works and trial.operation.method != "DELETE"
        for one in trial.operation.parameters
    }
    if best is None or best.outcome is not Outcome.CLIENT_ERROR or not models & changed:
        return False
    return best.sample.status == HTTPStatus.CONFLICT or not operation.body.fields


def may_work_as_another(operation: Operation, best: Try, waiting: Sequence[Identity] = ()) -> bool:
    """Whether rows or rights of somebody else may help; `waiting` are those who were not asked yet."""
    if waits_for_a_lock(best.trace):
        return False
    if best.identity.anonymous and not best.works and _ASKS_FOR_A_LOGIN.search(detail_of(best)):
        return True
    if best.outcome is Outcome.RATE_LIMITED:
        # Most limits count the requests of each user.
        return True
    if operation.method in SAFE_METHODS:
        return best.outcome in OTHER_IDENTITY or best.was_sent_on
    if is_final(operation, best):
        return False
    if shuts_out(best):
        return True
    # A view that fails to say who is turned away fails on nobody.
    breaks = best.outcome is Outcome.SERVER_ERROR and any(one.keyed for one in waiting) and wants_key(best)
    # What this user may not do once more, such as to join or to vote, another may.
    refuses = bool(operation.parameters and best.refused_whole)
    # Nobody has been told a token yet.
    lacks = best.identity.anonymous and may_take_another_token(best)
    denies = best.outcome in _OTHER_IDENTITY_OF_WRITES or best.was_sent_on or lacks
    return breaks or refuses or denies or best.idle is not None or may_name_others_rows(best)


def who_may_help(operation: Operation, best: Try, waiting: list[EachUser], users: Iterable[User]) -> list[EachUser]:
    """Return who of those that were not asked yet may do better.

    A write that breaks where another method of its route has worked for some of the `users` may break on what its user
    or its row lacks, and not on what somebody else has.
    """
    if may_work_as_another(operation, best, [one.identity for one in waiting]):
        return waiting
    breaks = operation.method not in SAFE_METHODS and best.outcome is Outcome.SERVER_ERROR
    if (
        breaks
        and not waits_for_a_lock(best.trace)
        and fails_behind_values(best)
        and any(operation.route in one.harvest.good for one in users)
    ):
        return [one for one in waiting if one.identity.user_id and not one.identity.keyed]
    return []


def as_unknown(best: Try, reason: str) -> str:
    """Return why nothing is known of an operation, with what came of a value of which nobody knows enough."""
    answer = f"{best.sample.status or best.sample.error}"
    if best.was_led_away or (best.trace is not None and best.trace.exception is not None):
        # Often the view breaks before it looks at any value, and no other would help.
        answer = detail_of(best)
    # Without the service behind it, no value would be any better.
    behind = f"; {told}" if best.outcome is Outcome.SERVER_ERROR and (told := of_service(best)) else ""
    return f"{reason}; {NOT_KNOWN[plain_origin(best.path)]} was answered with {answer}{behind}"


def tells_more(new: Try | None, known: Try | None) -> bool:
    """Whether the answer to a value of which nobody knows enough tells more than another: a 404 tells the least."""
    if new is None or known is None:
        return new is not None
    if new.was_led_away is not known.was_led_away and Outcome.NOT_FOUND in (new.outcome, known.outcome):
        return new.was_led_away
    return new.rank < known.rank


def may_take_another_token(one: Try) -> bool:
    """Whether what turned somebody away may be the token in the body, and not who sent it."""
    if one.payload is None or one.sample.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST):
        return False
    return any(is_token(name) for name in sent_values(one.payload, set()))


def may_help(identity: Identity, best: Try | None) -> bool:
    """Whether an identity may do better: one with a key where a key is looked at, and no other where it is missed."""
    if identity.keyed:
        return best is not None and wants_key(best)
    return best is None or not _misses_key(best)


def next_of(waiting: Sequence[Identity], best: Try | None) -> int:
    """Return the place of the identity that is tried next.

    Where a key is wanted it has one; where somebody else was logged in, it has no login.
    """
    if best is not None and best.outcome is Outcome.OTHER_USER:
        return next((place for place, one in enumerate(waiting) if one.anonymous), 0)
    keyed = [place for place, one in enumerate(waiting) if one.keyed]
    return keyed[0] if keyed and best is not None and wants_key(best) else 0


def wants_key(best: Try) -> bool:
    """Whether a key may open what turned a user away: it says that it knows nobody, or its code looks at a header."""
    return best.sample.status == HTTPStatus.UNAUTHORIZED or door_at(best.path.path) is not None


def _misses_key(best: Try) -> bool:
    """Whether a view failed because the header was not there in which it takes a key."""
    exception = best.trace.exception if best.trace is not None else None
    if exception is None or exception.type.rpartition(".")[2] != "KeyError":
        return False
    door, missed = door_at(best.path.path), exception.message.strip("'\"").upper().replace("_", "-")
    return door is not None and missed.removeprefix("HTTP-") == door.header.upper()


def says_more(one: Try, best: Try) -> bool:
    """Whether what another identity was told counts more; it had fewer tries to come past a refusal of its values."""
    fails_behind = best.outcome is Outcome.SERVER_ERROR and one.outcome is Outcome.CLIENT_ERROR
    stops_before = _is_let_in(best) and one.outcome is Outcome.DENIED
    if _is_let_in(one) and best.outcome is Outcome.DENIED:
        return True
    if one.outcome is best.outcome is Outcome.DENIED and _asks_who(best) and not _asks_who(one):
        # Somebody who is known and may not hears what is wanted of them.
        return True
    if one.rank == best.rank and any(test(best) and not test(one) for test in (shuts_out, sends_away)):
        # What broke on nobody being logged in says less than what broke on somebody.
        return True
    if one.rank == best.rank and ended_later(one, best) and not _asks_who(one):
        return True
    return one.rank < best.rank and not (fails_behind or stops_before)


def _is_let_in(one: Try) -> bool:
    """Whether who may do more than others has heard which methods there are, or what has to come first."""
    return one.identity.staff and (one.outcome is Outcome.METHOD_NOT_ALLOWED or one.was_sent_on)


def _asks_who(one: Try) -> bool:
    """Whether a refusal wants to know who asks, and says nothing of what they may do."""
    return one.sample.status == HTTPStatus.UNAUTHORIZED
