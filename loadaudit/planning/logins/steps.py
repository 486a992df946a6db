"""One try at a login by each way, and what came of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.forms import HtmlForm
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.pages import action_of, error_text, find_form, login_form
from loadaudit.records import LoginCause, LoginWay

_LOCKED = re.compile(
    r"too.many|locked|lock.?out|try again (?:later|in)|throttl|rate.?limit|temporarily|blocked|zu viele", re.IGNORECASE
)
_TOKEN_KEYS = ("access", "access_token", "token", "auth_token", "key", "jwt", "id_token")
_SCHEMES = {"access": "Bearer", "access_token": "Bearer", "jwt": "Bearer", "id_token": "Bearer"}
_NESTED_KEYS = ("data", "result", "tokens", "auth", "user")
_DEFAULT_SCHEME = "Token"

LoginFunction = Callable[[ControlClient, Credential], object]


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
    path: str = ""
    """Where name and password were sent."""
    answer: Answer | None = field(default=None, repr=False)
    """What came back from there."""
    other_headers: tuple[dict[str, str], ...] = field(default=(), repr=False)
    """Other ways to show the token that came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogin:
    """An operation that takes a name and a password as JSON and answers a token."""

    path: str
    user_field: str
    password_field: str


def by_form(client: ControlClient, credential: Credential, paths: Sequence[str], protected: str) -> Step:
    """Fill and send the login form."""
    found = find_form(client, paths, protected)
    if isinstance(found, str):
        return Step(cause=LoginCause.NO_FORM, detail=found)
    path, form = found
    values = form.filled({form.user_field: _name_for(form, credential), form.password_field: credential.password})
    action = action_of(path, form)
    answer = client.post(action, values)
    failed = _failed(answer, "login form")
    if failed is not None:
        return failed
    if answer.status == 200 and login_form(answer.text):
        return _came_back(answer)
    return Step(user_id=answer.trace.user_id if answer.trace is not None else "", path=action, answer=answer)


def _name_for(form: HtmlForm, credential: Credential) -> str:
    """Return the user name, or the e-mail address where the browser would take nothing else."""
    wants_email = any(one.name == form.user_field and one.kind == "email" for one in form.fields)
    username = credential.identity.username
    return credential.email if wants_email and "@" not in username and credential.email else username


def by_token(client: ControlClient, credential: Credential, logins: Sequence[TokenLogin]) -> Step:
    """Send name and password as JSON, and put the token that comes back into the headers of the session."""
    step = Step(cause=LoginCause.NO_FORM, detail="no operation answers a token", way=LoginWay.TOKEN)
    for login in logins:
        values = {login.user_field: credential.identity.username, login.password_field: credential.password}
        answer = client.post_json(login.path, values)
        failed = _failed(answer, login.path)
        if failed is not None:
            step = failed
            continue
        found = _token_in(answer.json())
        if found is not None:
            first, *others = _headers_for(*found)
            client.headers |= first
            return Step(way=LoginWay.TOKEN, other_headers=tuple(others), path=login.path, answer=answer)
        if any("csrf" not in one.name.lower() for one in client.session().cookies):
            # What lets in is a cookie then, which the proof will show.
            return Step(way=LoginWay.TOKEN, path=login.path, answer=answer)
        step = Step(
            cause=LoginCause.REJECTED,
            detail=f"{login.path} answered {answer.status} without a token",
            way=LoginWay.TOKEN,
        )
    return step


def by_function(client: ControlClient, credential: Credential, function: LoginFunction) -> Step:
    """Call `login(client, identity)` of the project's loadtests module."""
    try:
        function(client, credential)
    except Exception as error:  # the project's own code may raise anything
        name = f"{function.__module__}.{getattr(function, '__name__', 'login')}"
        detail = f"{name} raised {type(error).__name__}: {error}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, way=LoginWay.FUNCTION)
    return Step(way=LoginWay.FUNCTION)


def by_header(client: ControlClient, credential: Credential) -> Step:
    """Send the identity's own headers from now on."""
    client.headers |= dict(credential.headers)
    return Step(way=LoginWay.HEADER)


def _failed(answer: Answer, where: str) -> Step | None:
    """Return what the server itself says about a login that it refused."""
    trace = answer.trace
    if answer.status == 429:
        return Step(
            cause=LoginCause.RATE_LIMITED,
            detail="the login is rate-limited (429)",
            retry_after_s=answer.retry_after_s,
        )
    if trace is not None and trace.csrf_reason:
        return Step(cause=LoginCause.CSRF, detail=f"the login was refused by CSRF protection: {trace.csrf_reason}")
    if trace is not None and trace.exception:
        detail = f"the login failed with {trace.exception.type}: {trace.exception.message}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, traceback=trace.exception.traceback)
    if answer.status < 400:
        return None
    said = error_text(answer.text) or _json_error(answer)
    locked = _LOCKED.search(said) is not None or answer.status == 423
    refused = answer.status in (400, 401, 422)
    return Step(
        cause=LoginCause.LOCKED_OUT if locked else LoginCause.REJECTED if refused else LoginCause.STATUS,
        detail=f"the {where} answered {answer.status}" + (f": {said}" if said else ""),
        retry_after_s=answer.retry_after_s,
    )


def _came_back(answer: Answer) -> Step:
    """Say why the form came back: the form's own words, and the error codes that its trace has."""
    said = error_text(answer.text)
    codes = "; ".join(answer.trace.refusals) if answer.trace is not None else ""
    words = " ".join(filter(None, (said, f"[{codes}]" if codes else "")))
    if _LOCKED.search(said) or _LOCKED.search(codes):
        return Step(
            cause=LoginCause.LOCKED_OUT,
            detail=f"the login form refuses further tries: {words}",
            retry_after_s=answer.retry_after_s,
        )
    text = "the login form came back after the credentials were sent: name or password are wrong"
    return Step(cause=LoginCause.REJECTED, detail=f"{text} ({words})" if words else text)


def _json_error(answer: Answer) -> str:
    document = answer.json() if "json" in answer.content_type else None
    return str(document)[:300] if document else ""


def _token_in(document: object, depth: int = 2) -> tuple[str, str] | None:
    """Return key and value of the token in a JSON answer."""
    if not isinstance(document, dict):
        return None
    for key in _TOKEN_KEYS:
        value = document.get(key)
        if isinstance(value, str) and len(value) >= 8:
            return key, value
    if depth:
        for key in _NESTED_KEYS:
            found = _token_in(document.get(key), depth - 1)
            if found is not None:
                return found
    return None


def _headers_for(key: str, token: str) -> list[dict[str, str]]:
    """Return the headers that may carry the token, the most likely first; a JWT has three parts."""
    likely = "Bearer" if token.count(".") == 2 else _SCHEMES.get(key, _DEFAULT_SCHEME)
    schemes = dict.fromkeys((likely, "Bearer", "Token", "JWT"))
    return [{"Authorization": f"{scheme} {token}"} for scheme in schemes]
