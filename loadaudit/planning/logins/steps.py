"""One try at a login: what came of it, in the server's own words, and the ways that need no form and no token."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.pages import ProofPage, said_by
from loadaudit.planning.project.bounded import TooLongError, called
from loadaudit.planning.project.registry import DEFAULT_TIMEOUT_S
from loadaudit.planning.project.sources import where
from loadaudit.records import LoginCause, LoginWay, Trace
from loadaudit.runfile.database_messages import without_values

LOCKED = re.compile(
    r"too.many|locked|lock.?out|try again (?:later|in)|throttl|rate.?limit|temporarily|blocked|zu viele", re.IGNORECASE
)
_ACCOUNT = re.compile(r"lock", re.IGNORECASE)
"""What a 429 says that closes an account instead of slowing an address down."""

_LIMITED = re.compile(r"rate.?limit|throttl", re.IGNORECASE)

LoginFunction = Callable[[ControlClient, Credential], object]

_UNENDED: dict[LoginFunction, str] = {}
"""Functions that did not come to their end in this process, and what was said of it: each further user would wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that carried name and password and was not refused."""

    path: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came of one try; without a cause it went through and has still to be proven."""

    cause: LoginCause = LoginCause.NONE
    detail: str = ""
    user_id: str = ""
    """Whom the trace of the login itself shows."""
    traceback: str = ""
    retry_after_s: float | None = None
    way: LoginWay = LoginWay.FORM
    sent: tuple[Sent, ...] = field(default=(), repr=False)
    other_headers: tuple[dict[str, str], ...] = field(default=(), repr=False)
    """Other ways to show the token that came back."""
    opened: ProofPage | None = None
    """What it opened that is closed to strangers, where nothing shows whom the project knows."""
    refused: Trace | None = field(default=None, repr=False)
    """What the server saw of a request that broke."""


def by_function(client: ControlClient, credential: Credential, function: LoginFunction) -> Step:
    """Call `login(client, identity)` of the project's loadtests module; not again when it did not come to its end."""
    name = f"{function.__module__}.{getattr(function, '__name__', 'login')}"
    detail = _UNENDED.get(function, "")
    if not detail:
        call = called(lambda: function(client, credential), DEFAULT_TIMEOUT_S)
        if call.error is None:
            return Step(way=LoginWay.FUNCTION)
        detail = f"{name} raised {type(call.error).__name__}: {without_values(str(call.error))}"
        if isinstance(call.error, TooLongError):
            detail = f"{name} did not come to its end within {DEFAULT_TIMEOUT_S:g} s{where(call.error)}"
            _UNENDED[function] = detail
    return Step(cause=LoginCause.EXCEPTION, detail=detail, way=LoginWay.FUNCTION)


def by_header(client: ControlClient, credential: Credential) -> Step:
    """Send the identity's own headers from now on."""
    client.headers |= dict(credential.headers)
    return Step(way=LoginWay.HEADER)


def failed(answer: Answer, where: str) -> Step | None:
    """Return what the server itself says about a login that it refused."""
    trace = answer.trace
    said = said_by(answer) if answer.status >= 400 else ""
    if trace is not None and trace.csrf_reason:
        reason = trace.csrf_reason.rstrip(".")
        return Step(cause=LoginCause.CSRF, detail=f"the login was refused by CSRF protection: {reason}")
    if trace is not None and trace.exception:
        detail = f"the login failed with {trace.exception.type}: {trace.exception.message}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, traceback=trace.exception.traceback, refused=trace)
    if answer.status < 400:
        return None
    raised = "; ".join(trace.refusals) if trace is not None else ""
    words = f"{answer.status}" + (f": {said or raised}" if said or raised else "")
    limited = answer.status in (403, 503) and (_LIMITED.search(raised) or answer.retry_after_s is not None)
    if limited or (answer.status == 429 and not _ACCOUNT.search(said)):
        detail = f"the login is rate-limited ({words})"
        return Step(cause=LoginCause.RATE_LIMITED, detail=detail, retry_after_s=answer.retry_after_s)
    locked = LOCKED.search(f"{said} {raised}") is not None or answer.status in (423, 429)
    refused = answer.status in (400, 401, 422)
    return Step(
        cause=LoginCause.LOCKED_OUT if locked else LoginCause.REJECTED if refused else LoginCause.STATUS,
        detail=f"the {where} answered {words}",
        retry_after_s=answer.retry_after_s,
        refused=trace,
    )
