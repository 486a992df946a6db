"""Decides what each sample turned out to be, from what the client and the server saw."""

import re
from collections.abc import Container
from urllib.parse import urlsplit

from loadaudit.records import FAILURE_MARKS, LOGIN_MARKS, PASSWORD_FORM, Outcome, Sample, Trace, leads_away

_ASKS_FOR_A_PASSWORD = LOGIN_MARKS | {PASSWORD_FORM}

BY_STATUS = {
    401: Outcome.DENIED,
    403: Outcome.DENIED,
    404: Outcome.NOT_FOUND,
    405: Outcome.METHOD_NOT_ALLOWED,
    429: Outcome.RATE_LIMITED,
}

_LOGIN_LIKE = re.compile(r"(?:log|sign)[-_]?(?:in|on)\b|/auth(?:enticate)?/?$", re.IGNORECASE)
_ACCOUNT_LIKE = re.compile(r"log[-_]?in|sign[-_]?(?:in|on|up)|register|password|account|auth", re.IGNORECASE)

_ERROR_LIKE = re.compile(r"(?:^|[/_.-])(?:[45]\d\d|errors?|not[-_]?found|maintenance)(?:[/_.-]|$)", re.IGNORECASE)
"""Of a route that shows error pages because that is what it is for."""

_LOGIN_REFUSED = re.compile(r"[\w.]*(?:Authentication|Log_?in|Sign_?in)\w*Form: ", re.IGNORECASE)
"""A form that did not take what was sent, and that asks who somebody is."""

NO_ACCESS = re.compile(
    r"\b(?:no|not have|lacks?|without|denied|insufficient|required|missing|needs?) (?:the )?(?:\w+ )?"
    r"(?:access|permissions?|privileges?)\b(?! (?:codes?|tokens?|keys?|cards?|levels?|dates?|points?|(?:was |were )?"
    r"(?:selected|chosen|given|specified|entered|provided)))|\bpermissions? (?:is |was )?(?:denied|required)\b"
    r"|\b(?:access|permission) (?:is |was )?(?:denied|forbidden)\b"
    r"|\b(?:you|user|account)\b.{0,30}\bnot (?:be )?(?:allowed|permitted|authori[sz]ed)\b|\bunauthori[sz]ed\b"
    r"|\b(?:must|need to|not|please)(?: be)? log(?:ged)?[ -]?in\b",
    re.IGNORECASE,
)
"""What tells somebody that something is not for them, whatever they have sent."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

NOT_REACHED = frozenset(
    {
        Outcome.DENIED,
        Outcome.CSRF_REJECTED,
        Outcome.METHOD_NOT_ALLOWED,
        Outcome.OTHER_VIEW,
        Outcome.CONNECT_TIMEOUT,
        Outcome.REFUSED,
        Outcome.UNRESOLVED,
        Outcome.TLS_FAILED,
        Outcome.SESSION_LOST,
    }
)
"""Outcomes of requests that did not get as far as the work of the operation's own view."""


def classify(
    sample: Sample,
    trace: Trace | None,
    *,
    expected_user_id: str,
    traces_expected: bool,
    login_pages: Container[str] = (),
) -> Outcome:
    """Return the outcome of `sample`, given the trace of the same request where there is one.

    `login_pages` are the paths at which the run looked for a login form, which is no sign of a refusal there.

    `expected_user_id` is the primary key of the user that the request was meant for, empty when that is not
    known. Where traces are expected the server's word decides about redirects; without them a redirect
    whose target looks like a login page counts as denied.
    """
    if sample.error or sample.status == 0:
        return _without_response(sample.error)
    refusal = _refusal(sample, trace)
    if refusal is not None:
        return refusal
    if sample.location and sample.operation_id.startswith("GET ") and _leads_to_itself(sample):
        return Outcome.REDIRECT_LOOP
    if sample.body_mark in FAILURE_MARKS and _fails_softly(sample, trace):
        return Outcome.SOFT_FAILURE
    if sample.body_mark in _ASKS_FOR_A_PASSWORD and not _is_own_form(sample, trace, login_pages):
        return Outcome.DENIED
    if trace is None:
        denied = not traces_expected and 300 <= sample.status < 400 and _LOGIN_LIKE.search(_path(sample.location))
        return Outcome.DENIED if denied else Outcome.OK
    if not ran_own_view(sample, trace):
        return Outcome.OTHER_VIEW
    if expected_user_id and trace.user_id and trace.user_id != expected_user_id:
        return Outcome.OTHER_USER
    told = list(filter(leads_away, trace.refusals)) if 300 <= sample.status < 400 else []
    if told:
        # Where nothing was sent, it is who asks, or what they have, that was not enough.
        is_denied = trace.method in _SAFE_METHODS or any(map(NO_ACCESS.search, told))
        return Outcome.DENIED if is_denied else Outcome.INVALID
    if trace.refusals and sample.status < 300 and trace.method not in _SAFE_METHODS:
        is_login = not is_account_page(sample.operation_id) and all(map(_LOGIN_REFUSED.match, trace.refusals))
        return Outcome.DENIED if is_login else Outcome.INVALID
    return Outcome.OK


def ran_own_view(sample: Sample, trace: Trace) -> bool:
    """Say whether the trace shows that the view of the sample's operation ran."""
    return trace.view_ran and f"{trace.method} {trace.route}" == sample.operation_id


def is_account_page(operation_id: str) -> bool:
    """Say whether the operation looks like login, registration or password handling, by its route."""
    return bool(_ACCOUNT_LIKE.search(operation_id))


def _without_response(error: str) -> Outcome:
    """Return the outcome that an error begins with."""
    try:
        return Outcome(error.partition(":")[0])
    except ValueError:
        return Outcome.BROKEN


def _refusal(sample: Sample, trace: Trace | None) -> Outcome | None:
    if trace is not None and trace.csrf_reason:
        return Outcome.CSRF_REJECTED
    if trace is not None and trace.denied:
        return Outcome.DENIED
    if sample.status in BY_STATUS:
        return BY_STATUS[sample.status]
    if sample.status >= 500:
        return Outcome.SERVER_ERROR
    return Outcome.CLIENT_ERROR if sample.status >= 400 else None


def _fails_softly(sample: Sample, trace: Trace | None) -> bool:
    """Say whether the body should have been a success: that of a redirect, of another view or of a head need not be."""
    if sample.body_mark == "soft_failure":
        return True
    if trace is not None and not ran_own_view(sample, trace):
        return False
    method, _, route = sample.operation_id.partition(" ")
    if sample.status >= 300 or method == "HEAD":
        return False
    if sample.body_mark == "empty_file":
        return sample.status == 200
    return sample.body_mark != "error_template" or not _ERROR_LIKE.search(route)


def _is_own_form(sample: Sample, trace: Trace | None, login_pages: Container[str]) -> bool:
    """Say whether a password field belongs to the operation itself, such as the login or password page."""
    if trace is None:
        return is_account_page(sample.operation_id)
    # Whoever is logged in may have a password to change, but is asked for name and password only to be another.
    let_in = trace.user_id and sample.body_mark != "login_form"
    # A page that asks for no name is no login, where the view that answers is the operation's own.
    alone = sample.body_mark == PASSWORD_FORM
    expected = let_in or alone or sample.path in login_pages or is_account_page(sample.operation_id)
    return ran_own_view(sample, trace) and bool(expected)


def _leads_to_itself(sample: Sample) -> bool:
    target = urlsplit(sample.location)
    return (f"{target.path}?{target.query}" if target.query else target.path) == sample.path


def _path(location: str) -> str:
    return location.partition("?")[0].rstrip("/")
