"""Which of two answers lies behind the other, and which say nothing new of a row."""

import re
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl

from loadaudit.analysis.outcomes import NO_ACCESS
from loadaudit.load.payloads import is_marked
from loadaudit.planning.preflight.amended import CORRECTED, sent_values
from loadaudit.planning.preflight.correcting import OTHER_BODY
from loadaudit.planning.preflight.corrections import complaints, repeats
from loadaudit.planning.preflight.examples import is_about_oneself
from loadaudit.planning.preflight.files_as_read import AS_READ
from loadaudit.planning.preflight.idle import OF_A_ROW
from loadaudit.planning.preflight.judge import TABLE, Try, statements_of_view, tables_read, words_of
from loadaudit.planning.preflight.queries import QUERY_OF_SOURCE
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.there_already import THERE_ALREADY
from loadaudit.planning.preflight.told_by_exception import SEVERAL
from loadaudit.planning.preflight.told_states import tells_a_state
from loadaudit.planning.values import GUESS
from loadaudit.records import TOLD, Outcome, PlannedPath

OF_EVERY_REQUEST = frozenset({"django_session", "auth_user", "django_site", "authtoken_token"})
"""Tables that are read to know who asks."""

SAYS_OFF = re.compile(
    r"\b(?:not|isn't) (?:been )?(?:enabled|configured|activated)|disabled|(?:switched|turned) off"
    r"|(?-i:\b[A-Z][A-Z0-9]*(?:[_.][A-Z0-9]+)+) is not set\b",
    re.I,
)
"""Words of what a setting of the project keeps closed."""

OF_STATES = frozenset({HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.LOCKED})

_BEHIND_VALUES = frozenset({Outcome.DENIED, Outcome.NOT_FOUND})

OF_VALUES = frozenset(
    {"ValueError", "TypeError", "KeyError", "MultiValueDictKeyError", "ValidationError", "JSONDecodeError", "DataError"}
)
"""Exceptions that a wrong value causes."""

ROWS_BETWEEN = 2
"""Other rows tried before the rest of the bodies of one on which a view breaks the same way whatever it is sent."""

_ROWS_OF_STATES = 6
"""Rows tried where a page has left one as it was, those in other states first."""

_ALIKE = 3
_OTHER_PATH = frozenset({Outcome.NOT_FOUND, Outcome.DENIED, Outcome.OTHER_VIEW, Outcome.SERVER_ERROR})


@dataclass(slots=True)
class Breaks:
    """How a view broke on one row or refused it as a whole, counted by what was raised or said."""

    _seen: Counter[str] = field(default_factory=Counter)

    def again(self, one: Try) -> bool:
        """Count a try; tell whether the row is to blame rather than the bodies, which all ended the same way."""
        exception = one.trace.exception if one.trace is not None else None
        raised = exception.fingerprint if exception is not None and fails_behind_values(one) else None
        about = one.refused_whole or _told_of_its_state(one) or raised
        if about is None or one.payload is None:
            return False
        self._seen[about] += 1
        return self._seen[about] == _ALIKE


def _told_of_its_state(one: Try) -> str:
    """Return what was said where the status, the words or a redirect tell of a row's state and not of what was sent."""
    if one.answer is not None and (one.sample.status in OF_STATES or tells_a_state(one)):
        return f"{one.sample.status} {said_of(one.answer)}"
    return one.trace.refusals[-1] if one.was_led_away and one.trace is not None else ""


def may_work_elsewhere(best: Try, failed: int) -> bool:
    """Whether another address may help, after some that failed: who is known at none of a few is known nowhere.

    Nor does one help where somebody is turned away before any row was looked at.
    """
    at_the_door = best.outcome is Outcome.DENIED and _has_only_asked_who(best)
    most = _ROWS_OF_STATES if best.idle is not None and best.idle.of_row else ROWS_BETWEEN
    if best.idle is not None and not best.idle.is_sure and failed >= most:
        return False
    if (best.sample.status == HTTPStatus.UNAUTHORIZED or at_the_door) and failed >= ROWS_BETWEEN:
        return False
    return not best.works and best.outcome in _OTHER_PATH | OTHER_BODY


def _has_only_asked_who(best: Try) -> bool:
    """Whether all that a view has read is who asks, which a middleware may have read before it."""
    return best.trace is not None and bool(best.trace.statements) and tables_read(best) <= OF_EVERY_REQUEST


def ended_later(one: Try, before: Try) -> bool:
    """Whether a view that ended the same way for two users has read for one what it did for the other, and more."""
    read, first = tables_read(one) - OF_EVERY_REQUEST, tables_read(before) - OF_EVERY_REQUEST
    return one.outcome is before.outcome and first < read


def counts_more(one: Try, before: Try, asked: PlannedPath) -> bool:
    """Whether a try says more about an operation than the best one before it.

    How a made-up value fails says nothing beside who was turned away from an address that is there.
    """
    if _is_there_since(one, before):
        return False
    if one.path.origin.startswith(GUESS) and not before.path.origin.startswith(GUESS) and not one.works:
        return False
    if before.outcome is Outcome.NOT_FOUND and _is_refused_as_own(one):
        # What found nothing with somebody else has come past that.
        return False
    if _is_of_the_query(one) and before.outcome is Outcome.NOT_FOUND and _asks_less(before.path, one.path):
        # Code that checks the query before it looks for the row; another identity may find that without any.
        return False
    is_behind = (before.outcome in _BEHIND_VALUES and not _is_of_made_up(before)) or fails_behind_values(before)
    if is_behind and not one.works and (_asks_less(one.path, before.path) or _misses(one, before)):
        return False
    # A value that several rows have tells how a view looks its row up, and nothing of how it goes on.
    is_of_one = raised(before).endswith(SEVERAL) and not raised(one).endswith(SEVERAL)
    return one.rank < before.rank or (one.rank == before.rank and is_of_one) or goes_further(one, before, asked)


def wants_anothers_row(one: Try) -> bool:
    """Whether what was sent is refused because the row of the address is one's own: to review what one sells."""
    return one.path.origin.startswith(OF_A_ROW) and _is_refused_as_own(one)


def _is_refused_as_own(one: Try) -> bool:
    is_refused = one.outcome in (Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.DENIED)
    return is_refused and is_about_oneself(words_of(one))


def _misses(one: Try, other: Try) -> bool:
    """Whether a try was refused because it lacks what the body of another one has."""
    if one.payload is None or other.payload is None or one.outcome not in (Outcome.CLIENT_ERROR, Outcome.INVALID):
        return False
    told = complaints(one.answer, sent_values(one.payload, set()))
    missing = {each.field for each in told if each.missing and not each.in_query}
    return bool(missing) and missing <= sent_values(other.payload, set()).keys()


def _is_there_since(one: Try, before: Try) -> bool:
    """Whether something is only refused as being there already because a try that broke had written it."""
    has_written = before.outcome is Outcome.SERVER_ERROR and before.trace is not None and bool(before.trace.sql_writes)
    is_refused = one.outcome in (Outcome.CLIENT_ERROR, Outcome.INVALID)
    return has_written and is_refused and THERE_ALREADY.search(words_of(one)) is not None


def _is_of_the_query(one: Try) -> bool:
    """Whether keys were refused that only the view's source names."""
    return one.path.origin == QUERY_OF_SOURCE and one.outcome is Outcome.CLIENT_ERROR


def _asks_less(one: PlannedPath, before: PlannedPath) -> bool:
    """Whether an address lacks a part of the query of another one, and is the same otherwise."""
    query, asked = (each.path.partition("?")[2] for each in (one, before))
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return _plain(one) == _plain(before) and names < {name for name, _ in parse_qsl(asked, keep_blank_values=True)}


def _plain(path: PlannedPath) -> str:
    return path.path.partition("?")[0]


def has_found_all(one: Try) -> bool:
    """Whether a view found rows each time that it looked for some, so that something else is missing.

    What is counted is found in any case, and says nothing.
    """
    statements = ((each, TABLE.search(each.sql)) for each in statements_of_view(one))
    read = [each for each, match in statements if match is not None and match[1] not in OF_EVERY_REQUEST]
    return bool(read) and all(each.rows and "COUNT(" not in each.sql.upper() for each in read)


def raised(one: Try) -> str:
    """Return the name of the exception that a view failed with, or empty."""
    exception = one.trace.exception if one.trace is not None else None
    return exception.type if exception is not None else ""


def goes_further(one: Try, before: Try, asked: PlannedPath) -> bool:
    """Whether body, query or headers were changed by what the server said, and it says something else now.

    Who may not, which row is not there, or that the view itself fails, it tells only behind values that it takes, and
    all of it only behind the header that it wants of a script.
    """
    if before.works or before.is_lacking or before.idle is not None:
        return False
    if one.path.headers and not before.path.headers:
        return True
    # A body corrected at one address says nothing about how far that at another one came.
    has_other_body = one.payload is not None and one.payload.origin.endswith((CORRECTED, AS_READ))
    is_corrected = one.path.path != asked.path or (has_other_body and _plain(one.path) == _plain(before.path))
    is_corrected = is_corrected or _asks_less(before.path, one.path) or _misses(before, one)
    if one.rank == before.rank and _says_less(one) and not _says_less(before):
        return False
    behind = one.outcome in _BEHIND_VALUES or before.outcome is Outcome.SERVER_ERROR or fails_behind_values(one)
    return is_corrected and (one.rank == before.rank or behind)


def _says_less(one: Try) -> bool:
    """Whether an answer is about what was made up or is missing, which a later try may have sent already."""
    sent = sent_values(one.payload, set()) if one.payload is not None else {}
    return _is_of_made_up(one) or any(each.missing for each in complaints(one.answer, sent))


def _is_of_made_up(one: Try) -> bool:
    """Whether an answer is about a text of a body that the run has made up, or one of the query."""
    in_query = [value for _, value in parse_qsl(one.path.path.partition("?")[2])]
    in_body = sent_values(one.payload, set()).values() if one.payload is not None else ()
    return repeats(one.answer, [*in_query, *(text for text in in_body if is_marked(text))])


def shuts_out(one: Try) -> bool:
    """Whether a view failed on who asked: it says so, or it takes for granted that somebody is logged in."""
    exception = one.trace.exception if one.trace is not None and one.outcome is Outcome.SERVER_ERROR else None
    if exception is None:
        return False
    is_nobody = one.identity.anonymous and "AnonymousUser" in exception.message
    # Python's own PermissionError is about a file.
    return is_nobody or (exception.type != "PermissionError" and bool(NO_ACCESS.search(exception.message)))


def sends_away(one: Try) -> bool:
    """Whether a message behind a redirect says that it is not for who asked, whatever rows they have."""
    refusals = one.trace.refusals if one.trace is not None and one.outcome is Outcome.DENIED else ()
    return any(each.startswith(TOLD) and NO_ACCESS.search(each) for each in refusals)


def fails_behind_values(one: Try) -> bool:
    """Whether a view failed in a way that does not speak of the values it was sent."""
    exception = one.trace.exception if one.trace is not None else None
    return exception is not None and exception.type.rpartition(".")[2] not in OF_VALUES
