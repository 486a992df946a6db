"""What the operator may do about an operation that did not work, from what came of its best try."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.patience import waits_for_a_lock
from loadaudit.planning.people import who_may
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.asked import asked_of_rows
from loadaudit.planning.preflight.asked_states import may_be_of_state, state_refused, state_told
from loadaudit.planning.preflight.blamed import blamed
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.form_steps import STEP
from loadaudit.planning.preflight.forms_by_put import FORM_BY_PUT, is_form_by_put
from loadaudit.planning.preflight.further import OF_EVERY_REQUEST, OF_STATES, SAYS_OFF, has_found_all
from loadaudit.planning.preflight.idle import advice_on_idle
from loadaudit.planning.preflight.judge import Trial, Try, detail_of, tables_read, words_of
from loadaudit.planning.preflight.of_headers import of_headers
from loadaudit.planning.preflight.of_user import rows_of_user
from loadaudit.planning.preflight.own_status import has_status_of_its_own
from loadaudit.planning.preflight.plain_words import takes_another
from loadaudit.planning.preflight.query_names import query_names
from loadaudit.planning.preflight.raised import OF_ROWS_FOUND, of_exception, of_service, read_last
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.session_keys import more_than_a_user
from loadaudit.planning.preflight.states import (
    addresses_let_in,
    folder_given_out_at,
    guard_that_raised,
    has_steps,
    lists_at,
    reads_session,
    signed_by,
    switched_by,
    switches_named,
    switches_written,
)
from loadaudit.planning.preflight.told_states import speaks_of_a_state
from loadaudit.planning.preflight.told_times import is_of_time
from loadaudit.planning.role_names import DISPOSABLE
from loadaudit.records import BodyKind, Operation, Outcome

_MOST_NAMES = 6


def _method_of(best: Try) -> str:
    return best.sample.operation_id.partition(" ")[0]


def _asked_the_database(best: Try) -> bool:
    """Whether the view read more than its session and its user; without a trace it may have."""
    return best.trace is None or bool(tables_read(best) - OF_EVERY_REQUEST)


def _tells_of_a_call(best: Try) -> bool:
    """Whether an answer speaks of a call that failed."""
    return best.answer is not None and _OF_A_CALL.search(said_of(best.answer)) is not None


def advice_on(trial: Trial, best: Try) -> str:
    """Return what the operator may do about it; empty where there is nothing to do or to say."""
    if best.works:
        return ""
    if is_form_by_put(trial.operation, best):
        return FORM_BY_PUT
    if off := advice_on_idle(best.idle, best.path, best.payload) or _of_a_switch(best) or of_headers(best):
        return off
    if _OVER_HTTPS.search(detail_of(best)) and best.sample.status >= HTTPStatus.BAD_REQUEST:
        return _BY_HTTPS
    if best.sample.status in _OF_GATEWAYS and (best.trace is None or best.trace.exception is None):
        return of_service(best) or (
            f"the view itself says that what it asks gave it no answer that will do ({best.sample.status}): start the "
            "service for the run, open the host with --allow-outgoing HOST, or leave the operation out with EXCLUDE"
        )
    if best.sample.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and (
        wanted := _CONTENT_TYPE.search(_REFUSED_TYPE.sub("", detail_of(best)))
    ):
        return f"it takes bodies of {wanted[0]}, which the run makes none of: a @scenario in a loadtests.py sends one"
    if waits_for_a_lock(best.trace):
        return _OF_A_LOCK
    if best.outcome in _OF_WHAT_WAS_SENT and _tells_of_a_call(best) and (told := of_service(best)):
        return told
    if best.sample.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and trial.operation.method not in SAFE_METHODS:
        return "it takes a body of another type than those that are sent: a @scenario in a loadtests.py sends it"
    if best.outcome is Outcome.SERVER_ERROR:
        return of_exception(trial.operation, best)
    if best.outcome is Outcome.DENIED and not best.left_early:
        return _of_refusal(trial, best)
    if best.outcome is Outcome.RATE_LIMITED:
        return _OF_A_LIMIT
    is_about_it = best.outcome in _OF_WHAT_WAS_SENT and takes_another(detail_of(best), trial.operation.method)
    if best.outcome is Outcome.METHOD_NOT_ALLOWED or is_about_it:
        return (
            f"the view answers no {trial.operation.method} to any user of the run, though its class or its source says "
            "so: leave it out with EXCLUDE, or take the method from the view's http_method_names"
        )
    if best.outcome is Outcome.NOT_FOUND:
        return _of_nothing_found(trial.operation, best)
    if best.outcome in _OF_WHAT_WAS_SENT and best.payload is not None:
        return _of_values(trial.operation, best)
    if best.outcome in _OF_WHAT_WAS_SENT and trial.operation.method not in SAFE_METHODS and trial.operation.parameters:
        return state_refused(trial.operation, best.path.path, best.answer)
    read = query_names(best.path.path.partition("?")[0]) or tuple(one.name for one in trial.operation.query)
    if best.outcome is Outcome.CLIENT_ERROR and (names := read[:_MOST_NAMES]):
        return (
            f"its source reads {', '.join(names)} from the query: "
            "a @scenario in a loadtests.py sends what they must be, or first what makes them"
        )
    if best.outcome is Outcome.CLIENT_ERROR and trial.operation.parameters and not best.was_sent_on:
        return state_refused(trial.operation, best.path.path, best.answer)
    return _OF_ONE_IN_FRONT if best.was_sent_on or best.left_early else _OF_OUTCOMES.get(best.outcome, "")


_PROVIDED = re.compile(r"provider at \S+:\d+")
"""In the origin of an address."""

_OF_A_CALL = re.compile(
    r"connection|connect to|unreachable|unavailable|timed? ?out|retries|resolv\w+ host|outgoing", re.IGNORECASE
)
"""What a view says of a call that failed, where it goes on with what it caught."""

_REFUSED_TYPE = re.compile(r'unsupported media type \W*"[^"]*"', re.IGNORECASE)
"""How REST framework names the type of what was sent."""

_OF_GATEWAYS = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_OF_ONE_IN_FRONT = (
    "what stands in front of the view wants something of the user, the session or the row first: "
    "name a user who has it in LOADAUDIT['USERS'], or a row by provide() in a loadtests.py; "
    "where steps lead there, a @scenario sends those before it"
)
_OF_OUTCOMES = {
    Outcome.CLIENT_ERROR: "it wants a query, or a state that another request makes: "
    "a @scenario in a loadtests.py sends both in order",
    Outcome.SOFT_FAILURE: "it wants a query or rows that are not there: add rows that it shows, "
    "or send what it wants in a @scenario",
    Outcome.OTHER_VIEW: "what answers stands before it in MIDDLEWARE or in the URLconf",
    Outcome.OTHER_USER: "a @scenario of its own sends it without harm to the others' sessions",
    Outcome.REDIRECT_LOOP: "it leads to itself until something is there: a @scenario sends what comes first",
}
_OF_WHAT_WAS_SENT = frozenset({Outcome.INVALID, Outcome.CLIENT_ERROR, Outcome.SOFT_FAILURE})
_OF_A_LIMIT = (
    "the run's own tries, of this and of what shares the limit, have used it up: "
    "switch the project's limit off in the settings of the run, or raise it"
)
_KEY = re.compile(r"authorization|api[-_ ]?key|token|bearer|\bhmac|signature", re.IGNORECASE)
_OF_A_CLIENT = re.compile(r"\b(?:invalid|unauthorized)_client\b")
"""Codes of RFC 6749, section 5.2."""

_TOKEN = re.compile(r"(?:^|_)(?:token|refresh|assertion|credential)s?$|[a-z]Token$", re.IGNORECASE)
_NO_SUCH_USER = re.compile(r"\bno (?:such )?(?:user|account)\b|\b(?:user|account) (?:was |is )?(?:not|does)\b", re.I)
_KEY_ALONE = re.compile(r"(?:^|_)(?:key|otp|code)$", re.IGNORECASE)
_CODE = re.compile(
    r"\b(?:otp|totp|one[- ]time (?:code|password)|(?:verification|confirmation|security) code|passcode|2fa code)\b"
    r"(?! (?:column|field|header|sheet))",
    re.I,
)
_REFUSED_CODE = re.compile(
    r"\b(?:wrong|invalid|incorrect|expired)[ _](?:code|pin)|\b(?:code|pin) (?:is|has|was)\b", re.I
)
_NOT_SET_UP = re.compile(r"\b(?:not|isn't) (?:been )?(?:configured|set up)\b", re.IGNORECASE)
_CAPTCHA = re.compile(r"captcha|turnstile", re.IGNORECASE)
_OVER_HTTPS = re.compile(
    r"insecure[ _](?:request|transport|connection)|\bnot secure\b|\b(?:must|only|requires?|needs?)\b[^.]{0,30}\bhttps\b"
    r"|\bhttps (?:is )?(?:required|only)|\bssl (?:is )?required",
    re.IGNORECASE,
)
_CONTENT_TYPE = re.compile(
    r"(?<!type [\"'])\b(?:application|audio|image|message|model|text|video)/(?!json\b|x-www-form)[\w.-]+(?:\+\w+)?"
)
"""A type of bodies that an answer names; not the one of which it says that it is not supported."""

_BY_HTTPS = (
    "it answers over HTTPS alone: SESSION_COOKIE_SECURE = True or SECURE_SSL_REDIRECT = True, as where it is open, "
    "lets the run present itself as HTTPS, and SECURE_PROXY_SSL_HEADER a remote target believe X-Forwarded-Proto"
)
_OF_A_LOCK = (
    "a request of before has not ended and holds a lock: one that timed out is likely, leave that out with EXCLUDE"
)
_BY_A_SCENARIO = "a @scenario in a loadtests.py sends them in order"


def _of_refusal(trial: Trial, best: Try) -> str:
    if best.identity.role == DISPOSABLE:
        return (
            "it is only sent as a user made for it, who has neither rows nor rights of the others: "
            "a @scenario in a loadtests.py sends it as one whom it may change"
        )
    if _OF_A_CLIENT.search(detail_of(best)):
        return (
            "it asks which client sends it (OAuth 2), and not which user: put its id and secret into the headers of a "
            'user of LOADAUDIT[\'USERS\'] ("Authorization": "env:BASIC"), or into the body by body() in a loadtests.py'
        )
    is_about = best.sample.status == HTTPStatus.UNAUTHORIZED or re.search(r"\btoken\b", detail_of(best), re.IGNORECASE)
    if is_about and (named := _token_sent(best)):
        return (
            f"it takes the {named} of its body for none of its own: body() in a loadtests.py makes one, "
            "or a @scenario sends first what gives it"
        )
    if best.answer is not None and is_of_time(said_of(best.answer)):
        return "it is not the time of the row that it was sent for: add one of another day, or name it with provide()"
    refused = {one.identity.role: one.identity for one in (best, *trial.turned_away) if one.outcome is Outcome.DENIED}
    if not any(one.staff for one in refused.values()):
        return who_may()
    words = f"{detail_of(best)} {best.answer.challenge if best.answer is not None else ''}"
    if best.sample.status == HTTPStatus.UNAUTHORIZED and (trial.operation.access.api_key or _KEY.search(words)):
        return (
            "it wants a key or a token of its own, which no login of the run gives: "
            'name it in the headers of a user of LOADAUDIT[\'USERS\'] ("Authorization": "env:TOKEN")'
        )
    if SAYS_OFF.search(detail_of(best)):
        return _switch_it_on(best)
    everybody = f"every user of the run is turned away ({', '.join(sorted(refused))}), staff too: "
    if best.trace is not None and not best.trace.view_ran:
        return (
            f"{everybody}something in MIDDLEWARE answers before the view; leave that out in the settings of the run, "
            "or set what it goes by"
        )
    if has_status_of_its_own(best.path.path, _method_of(best), best.sample.status):
        return (
            f"its code answers {best.sample.status} to everybody: it is the page of an error; leave it out with EXCLUDE"
        )
    if lists := addresses_let_in(best.path.path):
        return (
            f"{everybody}it goes by the address of the client ({' and '.join(lists)}), and the run's are others, "
            "on this machine in 127.0.0.0/8: let those in, in the settings of the run"
        )
    if switches := switched_by(best.path.path, _method_of(best), known=bool(best.trace and best.trace.user_id)):
        return f"{everybody}{_gone_by(best, switches)} where the page is open"
    if looked_for := [one.model._meta.label for one in rows_of_user(best.trace)]:
        return (
            f"{everybody}before that it looked for what belongs to the user in {' and '.join(looked_for[:2])}; if that "
            "lets some user in, add them to LOADAUDIT['USERS']"
            f"{state_told(trial.operation, best.path.path, best.answer)}"
        )
    if (asked := asked_of_rows(trial.operation, best.trace)) is not None:
        return f"{everybody}the view looks for a row of {asked}; add one, or name one with provide() in a loadtests.py"
    return signed_by(best.path.path) or f"{everybody}{more_than_a_user(best.path.path, _method_of(best))}"


def _gone_by(best: Try, switches: Sequence[str]) -> str:
    """Return the words for settings by which a view goes, and for the session where it goes by that, too."""
    told = " and ".join(switches)
    if reads_session(best.path.path):
        return f"its code goes by the session, which another request may fill: {_BY_A_SCENARIO}; else by {told}, set as"
    return f"its code goes by {told}; set that as"


def _asks_for_code(best: Try) -> bool:
    """Whether an answer refuses a code, under a name that a field of the body has or that leaves no doubt."""
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    has_one = any(re.search(r"(?:^|_)(?:code|pin)$", name, re.IGNORECASE) for name in sent)
    return bool(_CODE.search(detail_of(best)) or (has_one and _REFUSED_CODE.search(detail_of(best))))


def _names_what_was_sent(best: Try) -> bool:
    """Whether an answer complains of a field that has been sent."""
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    return any(one.field in sent for one in complaints(best.answer, sent))


def _token_sent(best: Try) -> str:
    """Return the name of a field of the body that was sent with a made-up token, if there is one."""
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    return next((name for name in sent if _TOKEN.search(name)), "")


def _key_sent(best: Try) -> str:
    """Return the name of a field of the body that opens something by itself, if there is one."""
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    return _token_sent(best) or next((name for name in sent if _KEY_ALONE.search(name)), "")


def _refused_in_path(operation: Operation, best: Try) -> str:
    """Return the name of a parameter of the address of which an answer complains, rather than of the body."""
    names = {one.name for one in operation.parameters} - {one.name for one in operation.body.fields}
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    found = complaints(best.answer, {**dict.fromkeys(names, ""), **sent})
    return next((one.field for one in found if one.field in names), "")


def _of_a_switch(best: Try) -> str:
    """Return what to do where an answer says that the project has something switched off; empty where it does not."""
    is_raised = best.trace is not None and best.trace.exception is not None
    pattern = SAYS_OFF if best.outcome in (Outcome.NOT_FOUND, Outcome.SERVER_ERROR) else _NOT_SET_UP
    said = detail_of(best)
    if is_raised or best.sample.status < HTTPStatus.BAD_REQUEST or not (pattern.search(said) or switches_written(said)):
        return ""
    sent = sent_values(best.payload, set()).values() if best.payload is not None else ()
    if any(isinstance(one, str) and one and one in said for one in sent):
        # What is not set up is what was sent.
        return ""
    return _switch_it_on(best)


def _switch_it_on(best: Try) -> str:
    place, method, said = best.path.path, _method_of(best), detail_of(best)
    switches = switches_named(place, method, said) or switches_written(said) or switched_by(place, method)
    how = f" ({' and '.join(switches)})" if switches else ""
    last = read_last(best)
    return f"the project has it switched off{how}: switch it on in the settings of the run" + (
        f", or in its rows where it keeps them there{last}" if last else ""
    )


def _of_nothing_found(operation: Operation, best: Try) -> str:
    if (key := _key_sent(best)) and not _NO_SUCH_USER.search(detail_of(best)):
        return (
            f"it takes no {key} but one that another request or a mail has given: {_BY_A_SCENARIO}, "
            "or body() says where the project keeps it"
        )
    if not _asked_the_database(best) and (switches := switched_by(best.path.path, _method_of(best))):
        return f"it asks for no row, and {_gone_by(best, switches)} where it is there"
    if not _asked_the_database(best) and (lists := lists_at(best.path.path)):
        return f"it looks in no table, and its code goes by {' and '.join(lists)}; name there what it is to take"
    if folder := folder_given_out_at(best.path.path):
        return f"it gives out the files in {folder}, where this one is not: collectstatic or an upload puts it there"
    raised = best.trace.not_found if best.trace is not None else ""
    if guard := guard_that_raised(best.path.path, raised):
        return f"{guard}, which stands in front of the view, says so: set what it goes by{read_last(best)}"
    if not _asked_the_database(best):
        values = "its code knows which values there are, and provide() names one, or " if operation.parameters else ""
        return (
            f"it asks for no row: {values}a state of the session or a setting is missing, or its code is never there; "
            "a @scenario sends what comes first, EXCLUDE leaves it out"
        )
    if not operation.parameters and best.payload is not None and best.payload.kind is not BodyKind.NONE:
        return "the view finds no row of what the body names; body() in a loadtests.py says what it takes"
    if not operation.parameters:
        return "the page is not there without rows, or not for this user; add rows that it shows"
    if has_found_all(best):
        return OF_ROWS_FOUND
    if (given := _PROVIDED.search(best.path.origin)) is not None:
        return (
            f"the view finds none of what the {given[0]} names as {best.identity.role}: let it yield what that user may"
        )
    if (asked := asked_of_rows(operation, best.trace)) is not None:
        return f"the view looks for a row of {asked}; add one, or name one with provide() in a loadtests.py"
    return "the view finds no such row for this user; provide() in a loadtests.py names rows that are there"


def _of_values(operation: Operation, best: Try) -> str:
    if _CAPTCHA.search(detail_of(best)):
        return "it asks for a captcha, which no program answers: switch that off in the settings of the run"
    if _asks_for_code(best):
        return (
            "it takes no code but one that was made before, as one that is sent to a person: "
            "a @scenario in a loadtests.py sends first what makes it, and reads it where the project keeps it"
        )
    if names := _refused_in_path(operation, best):
        return f"it does not take the {names} of its address: provide({names!r}, …) in a loadtests.py gives it another"
    if (token := _token_sent(best)) and re.search(rf"\b{re.escape(token)}\b", detail_of(best), re.IGNORECASE):
        return (
            f"it takes no {token} but one that another request or a mail has given: "
            f"{_BY_A_SCENARIO}, or body() says where the project keeps it"
        )
    if (is_later := STEP in best.path.origin) or has_steps(best.path.path):
        which = "a later one refused what was made up" if is_later else "this was the first alone"
        return f"its form has several steps, each a request, and {which}: {_BY_A_SCENARIO}"
    if reads_session(best.path.path) and not _names_what_was_sent(best):
        return (
            "its code goes by the session, so that another request may have to come first: "
            f"{_BY_A_SCENARIO}; if not, body() says what it takes"
        )
    if best.sample.status in OF_STATES or speaks_of_a_state(words_of(best)):
        return state_refused(operation, best.path.path, best.answer)
    is_of_code = may_be_of_state(best) and not _names_what_was_sent(best)
    if is_of_code and state_told(operation, best.path.path, best.answer):
        # No words of a refusal, but a comparison in the code that this row does not pass.
        return state_refused(operation, best.path.path, best.answer)
    return blamed(operation, best)
