"""Words for levels, outcomes, reasons and findings, in the reader's language."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loadaudit.analysis.result import OperationResult, Reason
from loadaudit.records import ALONE_BIT, Finding, Lane, Level, LoginCause, LoginWay, Outcome, RunInfo, Severity, Values
from loadaudit.reporting import units
from loadaudit.reporting.finding_words import UNPROVEN, Text, words_of

LEVELS: Mapping[Level, Text] = {
    Level.UNTOUCHED: gettext_lazy("untouched"),
    Level.ATTEMPTED: gettext_lazy("attempted"),
    Level.REACHED: gettext_lazy("reached"),
    Level.SUCCEEDED: gettext_lazy("succeeded"),
    Level.LOADED: gettext_lazy("loaded"),
}

LANES: Mapping[Lane, Text] = {
    Lane.LIGHT: gettext_lazy("light"),
    Lane.HEAVY: gettext_lazy("heavy"),
    Lane.HEALTH: gettext_lazy("health"),
    Lane.CONFLICT: gettext_lazy("conflict"),
    Lane.SPREAD: gettext_lazy("spread"),
    Lane.CROSSED: gettext_lazy("crossed"),
    Lane.WARM: gettext_lazy("warm"),
    Lane.ALONE: gettext_lazy("alone"),
}

OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.OK: gettext_lazy("ok"),
    Outcome.DENIED: gettext_lazy("denied"),
    Outcome.CSRF_REJECTED: gettext_lazy("CSRF rejected"),
    Outcome.NOT_FOUND: gettext_lazy("not found"),
    Outcome.METHOD_NOT_ALLOWED: gettext_lazy("method not allowed"),
    Outcome.RATE_LIMITED: gettext_lazy("rate limited"),
    Outcome.CLIENT_ERROR: gettext_lazy("client error"),
    Outcome.SERVER_ERROR: gettext_lazy("server error"),
    Outcome.SOFT_FAILURE: gettext_lazy("soft failure"),
    Outcome.INVALID: gettext_lazy("invalid"),
    Outcome.OTHER_VIEW: gettext_lazy("other view"),
    Outcome.OTHER_USER: gettext_lazy("other user"),
    Outcome.SESSION_LOST: gettext_lazy("session lost"),
    Outcome.CONNECT_TIMEOUT: gettext_lazy("connect timeout"),
    Outcome.FIRST_BYTE_TIMEOUT: gettext_lazy("first byte timeout"),
    Outcome.TIMEOUT: gettext_lazy("timeout"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.UNRESOLVED: gettext_lazy("unresolved"),
    Outcome.TLS_FAILED: gettext_lazy("TLS failed"),
    Outcome.RESET: gettext_lazy("reset"),
    Outcome.INCOMPLETE: gettext_lazy("incomplete"),
    Outcome.OVERLONG: gettext_lazy("overlong"),
    Outcome.NOT_HTTP: gettext_lazy("not HTTP"),
    Outcome.HEADERS_TOO_LARGE: gettext_lazy("headers too large"),
    Outcome.REDIRECT_LOOP: gettext_lazy("redirect loop"),
    Outcome.BROKEN: gettext_lazy("broken"),
}

WAYS: Mapping[LoginWay, Text] = {
    LoginWay.FORM: gettext_lazy("by login form"),
    LoginWay.TOKEN: gettext_lazy("by token"),
    LoginWay.HEADER: gettext_lazy("by headers of the settings"),
    LoginWay.FUNCTION: gettext_lazy("by the project's own function"),
    LoginWay.SESSION: gettext_lazy("by session made on the server side"),
}

CAUSES: Mapping[LoginCause, Text] = {
    LoginCause.NONE: gettext_lazy("not proven"),
    LoginCause.NO_FORM: gettext_lazy("without a login form"),
    LoginCause.ELSEWHERE: gettext_lazy("led to another host"),
    LoginCause.CAPTCHA: gettext_lazy("stopped by a captcha"),
    LoginCause.SECOND_FACTOR: gettext_lazy("stopped by a second factor"),
    LoginCause.REJECTED: gettext_lazy("rejected"),
    LoginCause.LOCKED_OUT: gettext_lazy("locked out"),
    LoginCause.RATE_LIMITED: gettext_lazy("rate limited"),
    LoginCause.CSRF: gettext_lazy("rejected for CSRF"),
    LoginCause.EXCEPTION: gettext_lazy("ended in an exception"),
    LoginCause.STATUS: gettext_lazy("answered with another status"),
    LoginCause.NO_ANSWER: gettext_lazy("without an answer"),
    LoginCause.NOT_PROVEN: gettext_lazy("without a proof"),
}

SEVERITIES: Mapping[Severity, Text] = {
    Severity.INFO: gettext_lazy("info"),
    Severity.WARNING: gettext_lazy("warning"),
    Severity.HIGH: gettext_lazy("high"),
    Severity.CRITICAL: gettext_lazy("critical"),
}

_NOT_SENT: Mapping[str, Text] = {
    "excluded": gettext_lazy("%(reason)s"),
    "no_plan": gettext_lazy("the run ended before anything was planned"),
    "not_in_file": gettext_lazy("%(file)s did not send it"),
    "not_planned": gettext_lazy("not part of this run's plan"),
    "not_in_results": gettext_lazy("the imported results have no request for it"),
    "never_sent": gettext_lazy("planned, but the load ended before it was sent"),
}

_SENT: Mapping[str, Text] = {
    "no_trace": gettext_lazy("%(of)s were answered, but no trace proves that the view ran"),
    "denied": gettext_lazy("%(of)s were denied with status %(status)s (%(who)s)"),
    "denied_redirect": gettext_lazy("%(of)s were redirected to the login page (%(who)s)"),
    "login_page_size": gettext_lazy("%(of)s got an answer of exactly the login page's size (%(size_bytes)s bytes)"),
    "refusal_page_size": gettext_lazy(
        "%(of)s got an answer of exactly the size (%(size_bytes)s bytes) with which %(name)s was refused"
    ),
    "repeated_page_size": gettext_lazy(
        "%(of)s got an answer of exactly the size (%(size_bytes)s bytes) that many other operations gave"
    ),
    "averages": gettext_lazy(
        "%(of)s counted as successes, but an average does not tell how many of them got the login page "
        "(%(size_bytes)s bytes) instead, as most names of this run did"
    ),
    "script_failure": gettext_lazy("%(of)s were called failures by the script: %(detail)s"),
    "csrf_rejected": gettext_lazy("%(of)s were rejected by the CSRF protection (%(detail)s)"),
    "not_found": gettext_lazy("%(of)s were answered with 404: the row or page does not exist for %(who)s"),
    "method_not_allowed": gettext_lazy("%(of)s were answered with 405: the view does not take this method"),
    "rate_limited": gettext_lazy("%(of)s were turned away by a rate limit (429)"),
    "client_error": gettext_lazy("%(of)s were answered with status %(status)s"),
    "server_error": gettext_lazy("%(of)s were answered with status %(status)s"),
    "server_error_exception": gettext_lazy("%(of)s ended in status %(status)s: %(type)s: %(message)s"),
    "soft_failure": gettext_lazy(
        "%(of)s were answered with status %(status)s and a body that says failure, or is not what its type says"
    ),
    "invalid": gettext_lazy("%(of)s were answered with status %(status)s and the form again: %(detail)s"),
    "invalid_told": gettext_lazy("%(of)s were answered with status %(status)s, %(detail)s"),
    "other_view": gettext_lazy("%(of)s were answered before the view ran (status %(status)s)"),
    "other_view_named": gettext_lazy("%(of)s were answered by another view, %(other)s"),
    "other_user": gettext_lazy("%(of)s were not answered as the intended user (%(who)s)"),
    "session_lost": gettext_lazy("%(of)s were sent with a session that had ended (%(who)s)"),
    "connect_timeout": gettext_lazy("%(of)s got no connection in time"),
    "first_byte_timeout": gettext_lazy("%(of)s got no answer in time"),
    "timeout": gettext_lazy("%(of)s got the beginning of an answer, but not all of it in time"),
    "refused": gettext_lazy("%(of)s got no connection"),
    "unresolved": gettext_lazy("%(of)s were not sent: the target's name has no address"),
    "tls_failed": gettext_lazy("%(of)s were not sent: TLS failed (%(detail)s)"),
    "reset": gettext_lazy("%(of)s had their connection closed by the server"),
    "incomplete": gettext_lazy("%(of)s got an answer shorter than it had announced"),
    "overlong": gettext_lazy("%(of)s got an answer longer than it had announced"),
    "not_http": gettext_lazy("%(of)s got something that is no HTTP"),
    "headers_too_large": gettext_lazy("%(of)s got more headers than a client reads"),
    "redirect_loop": gettext_lazy("%(of)s were redirected in a circle"),
    "broken": gettext_lazy("%(of)s broke off: %(detail)s"),
}


_ALONE = frozenset(
    {"LA201", "LA202", "LA206", "LA301", "LA302", "LA303", "LA304", "LA305", "LA403", "LA407", "LA504", "LA507"}
)
"""Findings of which a single request shows more."""
_OF_COVERAGE = frozenset({"LA601", "LA602", "LA603"})
_FEW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """A finding in words."""

    title: str
    claim: str
    cause: str
    """The proven cause, or why it is not proven."""
    action: str
    command: str
    """What to type next."""


def reason_text(reason: Reason) -> str:
    """Return one reason as a clause without a full stop."""
    if reason.code in _NOT_SENT:
        return (str(_NOT_SENT[reason.code]) % reason.values).rstrip(".")
    values = {"detail": _("no reason given"), "status": 0, **reason.values}
    values["of"] = _("%(count)s of %(requests)s requests") % values
    values["who"] = _("role %(roles)s") % values if values.get("roles") else _("an unknown user")
    return str(_SENT[reason.code]) % values


def reasons_text(result: OperationResult) -> str:
    """Return why an operation is not covered in one sentence, or an empty text when it is."""
    return "; ".join(reason_text(reason) for reason in result.reasons)


def finding_text(finding: Finding) -> FindingText:
    """Return the finding in words; a cause that the data does not prove says so."""
    words, values = words_of(finding), _display(finding.values)
    claim = words.single if words.single and finding.values.get("requests") == 1 else words.claim
    cause = str(words.cause) % values
    if not finding.proven:
        why = UNPROVEN[str(finding.values["unproven"])]
        cause = _("Not proven, because %(why)s.") % {"why": why}
    return FindingText(
        title=str(words.title) % values,
        claim=(str(claim) % values).strip(),
        cause=cause.strip(),
        action=(str(words.action) % values).strip(),
        command=command_for(finding),
    )


def command_for(finding: Finding) -> str:
    """Return the command that shows more about the finding."""
    if finding.code == "LA101" and "kind" not in finding.values:
        return "manage.py loadaudit plan"
    if finding.code in _ALONE and finding.operations:
        return f"manage.py loadaudit inspect {shlex.quote(finding.operations[0])}"
    if 0 < len(finding.operations) <= _FEW:
        return f"manage.py loadaudit run {' '.join(f'--only {shlex.quote(one)}' for one in finding.operations)}"
    if finding.code in _OF_COVERAGE:
        return "manage.py loadaudit diff"
    return "manage.py loadaudit report --format html -o report.html"


def state_text(info: RunInfo) -> str:
    """Return how a run ended."""
    return _("cut short") if info.cut_short else info.finish_reason


def outcomes_text(outcomes: Mapping[Outcome, int]) -> str:
    """Return outcomes with their counts, the most frequent first."""
    ordered = sorted(outcomes.items(), key=lambda pair: (-pair[1], pair[0].value))
    return ", ".join(f"{OUTCOMES[outcome]} {units.count(number)}" for outcome, number in ordered)


def sample_text(number: int, start_ns: int = 0) -> str:
    """Return a sample's number as its virtual user and place in that user's sequence, or among those sent alone.

    With `start_ns`, when it began, from the start of the load on.
    """
    sequence = number & 0xFFFFFFFF
    if number & ALONE_BIT:
        return _("sent alone, request %(sequence)s") % {"sequence": sequence}
    values = {"vu": number >> 32, "sequence": sequence, "time": units.duration(start_ns)}
    if start_ns:
        return _("virtual user %(vu)s, request %(sequence)s, at %(time)s") % values
    return _("virtual user %(vu)s, request %(sequence)s") % values


def samples_of(finding: Finding) -> list[str]:
    """Return the samples that show a finding, each with its time."""
    moments_ns = finding.moments_ns or (0,) * len(finding.samples)
    return [sample_text(number, start_ns) for number, start_ns in zip(finding.samples, moments_ns, strict=True)]


def _display(values: Values) -> dict[str, str | int | float]:
    shown: dict[str, str | int | float] = dict(values)
    for key, value in values.items():
        if isinstance(value, str):
            continue
        if key.endswith("_ns"):
            shown[f"{key}_text"] = units.duration(value)
        elif key.endswith("_bytes"):
            shown[f"{key}_text"] = units.size(int(value))
        elif key == "share":
            shown["share_text"] = units.share(float(value))
        elif isinstance(value, int):
            shown[key] = units.count(value) if key != "status" else value
    for key in ("holder", "waiter"):
        if key in values:
            shown[f"{key}_text"] = values[key] or _("a session that no request of the run had")
    met = int(values.get("on_purpose", 0))
    shown["on_purpose_text"] = (
        ngettext(
            "%(n)s of them was sent behind the load, at the same moment as others on purpose.",
            "%(n)s of them were sent behind the load, at the same moment as others on purpose.",
            met,
        )
        % {"n": units.count(met)}
        if met
        else ""
    )
    if "fingerprint" in values:
        known = bool(values["fingerprint"])
        message = " ".join(str(values["message"]).split()).rstrip(".!")
        shown["error"] = f"{values['type']}: {message}" if known else _("An error without an exception")
        shown["error_text"] = f": {shown['error']}" if known else ""
        shown["where"] = (
            _("The traceback is in the report under errors.")
            if known
            else _("Look for the lines of the view or of a middleware that answer so.")
        )
    shown["declared_text"] = f" ({values['declared']})" if values.get("declared") else ""
    site = values.get("call_site")
    shown["place"] = _("It comes from %(site)s.") % {"site": site} if site else ""
    if "other" in values and not values["other"]:
        shown["other"] = _("what stands in front of it, a middleware or a decorator, before its view ran")
    return {"other": _("not known"), **shown}
