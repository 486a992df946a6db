"""Logs virtual users in through the target's real form, and believes it only when a trace shows the user."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, resolve

from loadaudit.load.cookies import Cookie
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.identities import Credential
from loadaudit.records import Identity, LoginAttempt, Operation

AT_ONCE = 2
"""Logins under way at the same time: each costs the server a fifth of a second of CPU for the password hash.

On SQLite one: a login reads before it writes, and Django's default transactions then fail when two meet.
"""

_CANDIDATES = ("account_login", "login", "admin:login", "rest_framework:login")
_ATTEMPTS = 3
_PAUSE_AFTER_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """What came of one virtual user's login."""

    attempt: LoginAttempt
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPage:
    """A page that only a logged-in user gets; where it is and what it is."""

    path: str
    operation_id: str


def login_paths(configured: str) -> tuple[str, ...]:
    """Return the paths to look for a login form at, best first: LOGIN, LOGIN_URL, then the usual names.

    Only those that the URLconf answers: LOGIN_URL has a default that many projects do not have.
    """
    paths = []
    for name in (configured, str(settings.LOGIN_URL), *_CANDIDATES):
        try:
            path = urlsplit(resolve_url(name)).path if name else ""
            resolve(path)
        except (NoReverseMatch, Resolver404):
            continue
        if path not in paths:
            paths.append(path)
    return tuple(paths)


def can_log_in(identity: Identity, paths: Sequence[str]) -> bool:
    """Whether one of the login pages is for this identity: the admin's lets only staff in."""
    try:
        admin = resolve_url("admin:login")
    except NoReverseMatch:
        admin = ""
    return bool(paths) and (identity.staff or any(path != admin for path in paths))


def proof_page(operations: Sequence[Operation], identity: Identity) -> ProofPage | None:
    """Return a page that proves a login of this identity: a GET without parameters that asks for a logged-in user."""
    for operation in operations:
        access = operation.access
        if operation.method != "GET" or operation.parameters or not (access.login or access.staff):
            continue
        if operation.risk.value == "safe" and not access.permissions and (identity.staff or not access.staff):
            return ProofPage(path=operation.route, operation_id=operation.id)
    return None


def log_in_all(
    users: Sequence[tuple[int, Credential]],
    *,
    client_for: Callable[[int], ControlClient],
    paths: Sequence[str],
    proof_for: Callable[[Identity], ProofPage | None],
    progress: Callable[[LoginAttempt], None],
    at_once: int = AT_ONCE,
) -> list[LoggedIn]:
    """Log every virtual user in, a few at once, each with a session of its own; return one result per user."""

    def log_in_one(entry: tuple[int, Credential]) -> LoggedIn:
        vu, credential = entry
        client = client_for(vu)
        try:
            result = log_in(client, vu, credential, paths, proof_for(credential.identity))
        finally:
            client.close()
        progress(result.attempt)
        return result

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(log_in_one, users))


def log_in(
    client: ControlClient, vu: int, credential: Credential, paths: Sequence[str], proof: ProofPage | None
) -> LoggedIn:
    """Log one virtual user in and prove it; a failure is a result, never an exception."""
    start_ns = time.monotonic_ns()
    try:
        problem, evidence = _submit(client, credential, paths)
        if not problem:
            problem, evidence = _prove(client, credential.identity, proof, evidence)
    except requests.RequestException as error:
        problem, evidence = f"the target did not answer: {type(error).__name__}", ""
    attempt = LoginAttempt(
        vu=vu,
        role=credential.identity.role,
        proven=not problem,
        detail=problem or evidence,
        duration_ns=time.monotonic_ns() - start_ns,
    )
    return LoggedIn(attempt=attempt, cookies=client.cookies() if not problem else ())


def _submit(client: ControlClient, credential: Credential, paths: Sequence[str]) -> tuple[str, str]:
    """Fill and send the login form; return what went wrong, or empty and the user that the login's trace shows."""
    found = _find_form(client, paths)
    if isinstance(found, str):
        return found, ""
    path, form = found
    values = form.filled({form.user_field: credential.identity.username, form.password_field: credential.password})
    answer = _post_patiently(client, _action(path, form), values)
    if answer.status == 429:
        return "the login is rate-limited (429)", ""
    if answer.trace is not None and answer.trace.csrf_reason:
        return f"the login was refused by CSRF protection: {answer.trace.csrf_reason}", ""
    if answer.trace is not None and answer.trace.exception:
        return f"the login failed with {answer.trace.exception.type}: {answer.trace.exception.message}", ""
    if answer.status == 200 and _login_form(answer.text):
        return "the login form came back after the credentials were sent: name or password are wrong", ""
    if answer.status >= 400:
        return f"the login form answered {answer.status}", ""
    return "", answer.trace.user_id if answer.trace is not None else ""


def _action(page: str, form: HtmlForm) -> str:
    """Return path and query that a form on `page` is sent to; never another host, whatever the form says."""
    parts = urlsplit(urljoin(page, form.action))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _find_form(client: ControlClient, paths: Sequence[str]) -> tuple[str, HtmlForm] | str:
    tried = []
    for path in paths:
        answer = client.get(path)
        form = _login_form(answer.text)
        if form is not None:
            return path, form
        tried.append(f"{path} ({answer.status})")
    return f"no login form was found at {', '.join(tried) or 'any known path'}; name its page in LOADAUDIT['LOGIN']"


def _login_form(html: str) -> HtmlForm | None:
    forms = [form for form in read_forms(html) if form.password_field and form.user_field and form.method == "POST"]
    return forms[0] if forms else None


def _post_patiently(client: ControlClient, path: str, values: dict[str, str]) -> Answer:
    answer = client.post(path, values)
    for attempt in range(1, _ATTEMPTS):
        if answer.status != 429:
            break
        time.sleep(_PAUSE_AFTER_LIMIT_S * attempt)
        answer = client.post(path, values)
    return answer


def _prove(client: ControlClient, identity: Identity, proof: ProofPage | None, seen: str) -> tuple[str, str]:
    """Return what is missing of the proof, or empty and what proved it."""
    if proof is None:
        if seen and seen == (identity.user_id or seen):
            return "", f"the login's own trace shows user {seen}"
        return "the trace of the login shows no logged-in user, and no page asks for one", ""
    answer = client.get(proof.path)
    trace = answer.trace
    if trace is None:
        return f"no trace came back for {proof.operation_id}: the target does not answer our token", ""
    if not trace.user_id:
        return f"{proof.operation_id} ran for nobody: its trace shows no user (status {answer.status})", ""
    if identity.user_id and trace.user_id != identity.user_id:
        return f"{proof.operation_id} ran for user {trace.user_id}, not for user {identity.user_id}", ""
    if trace.denied and not trace.view_ran:
        return f"{proof.operation_id} turned user {trace.user_id} away (status {answer.status})", ""
    return "", f"the trace of {proof.operation_id} shows user {trace.user_id}"
