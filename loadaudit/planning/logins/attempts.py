"""Logs virtual users in by whichever way leads in, and believes it only when a trace shows the user."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

import requests

from loadaudit.errors import said_by
from loadaudit.load.cookies import Cookie
from loadaudit.load.sessions import NO_SESSION, Session
from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.forms import by_form, second_factor, see_token
from loadaudit.planning.logins.gates import through_gates
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.planning.logins.proving import is_no_page, opened_with, page_that_opens, prove, shown
from loadaudit.planning.logins.steps import LoginFunction, Sent, Step, by_function, by_header
from loadaudit.planning.logins.tokens import NO_TOKEN, TokenLogin, by_token, by_tokens
from loadaudit.records import Identity, LoginAttempt, LoginCause, LoginWay, Trace
from loadaudit.records.logins import RETRIED
from loadaudit.runfile.database_messages import without_values

_TURNED_AWAY = frozenset({401, 403})

AT_ONCE = 2
"""Logins under way at the same time: each costs the server a fifth of a second of CPU for the password hash.

On SQLite one: a login reads before it writes, and Django's default transactions then fail when two meet.
"""


class SessionSource(Protocol):
    """Makes sessions on the server side."""

    def make(self, identity: Identity) -> Session:
        """Return a session of the identity. Raises LoadauditError when there can be none."""

    def key(self, identity: Identity) -> dict[str, str]:
        """Return headers with a key for the project's API, or none where keys cannot be made."""

    def web_token(self, identity: Identity) -> dict[str, str]:
        """Return headers with a JWT for the project's API, or none where it takes none."""

    def web_cookies(self, identity: Identity) -> tuple[Cookie, ...]:
        """Return cookies with a JWT, or none where the project's API looks for none in a cookie."""

    def put(self, session: Session, values: Mapping[str, object]) -> bool:
        """Keep values in a session that the server knows; tell whether they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Every way to a session that this run has."""

    paths: tuple[str, ...] = ()
    protected: str = ""
    """A path to which an anonymous request is redirected to the login."""
    pages: tuple[ProofPage, ...] = ()
    """Pages that may show who asks for them, where none asks for a user."""
    function: LoginFunction | None = None
    tokens: tuple[TokenLogin, ...] = ()
    api: ProofPage | None = None
    """A page that no session opens: it wants a key or a token."""
    admin: str = ""
    """The path of the admin's login page, which lets nobody but staff in."""
    makes_keys: bool = False
    """Whether keys for the API can be made on the server side, which only a run on a clone does."""
    gate: str = ""
    """A page before which the project wants something of whoever has logged in, which is done behind each login."""
    kept: Mapping[str, object] = field(default_factory=dict)
    """What each session is given behind its login."""
    sessions: SessionSource | None = None
    server_side: bool = False
    """LOGIN = "session": nobody logs in, sessions are made."""
    retries: int = 2

    def way_of(self, credential: Credential) -> LoginWay:
        """Return by which way an identity comes to its session."""
        if credential.headers:
            return LoginWay.HEADER
        if self.function is not None:
            return LoginWay.FUNCTION
        if credential.way is not None:
            return credential.way
        if self.server_side:
            return LoginWay.SESSION
        return LoginWay.TOKEN if not self.pages_for(credential) and (self.tokens or self.makes_keys) else LoginWay.FORM

    def lets_in(self, credential: Credential) -> bool:
        """Whether there is a way for this identity: the admin's login page is none for others than staff."""
        return bool(self.pages_for(credential)) or self.way_of(credential) is not LoginWay.FORM

    def pages_for(self, credential: Credential) -> tuple[str, ...]:
        """Return the login pages that are for this identity."""
        if credential.page:
            return (credential.page,)
        return tuple(path for path in self.paths if credential.identity.staff or path != self.admin)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """What came of one virtual user's login; every try, the last one last."""

    attempts: tuple[LoginAttempt, ...]
    session: Session = NO_SESSION
    sent: tuple[Sent, ...] = ()
    """Where the try that went through sent name and password, and what came back."""
    opened: ProofPage | None = None
    """What proves it where no trace shows whom the project knows: it is closed to strangers, and opens."""
    refused: Trace | None = None
    """What the server saw of the last try, where that broke there."""

    @property
    def attempt(self) -> LoginAttempt:
        """The last try."""
        return self.attempts[-1]


def log_in_all(
    users: Sequence[tuple[int, Credential]],
    *,
    client_for: Callable[[int], ControlClient],
    ways: Ways,
    proof_for: Callable[[Credential], ProofPage | None],
    progress: Callable[[LoginAttempt], None],
    pace: Pace | None = None,
    at_once: int = AT_ONCE,
) -> list[LoggedIn]:
    """Log every virtual user in, a few at once, each with a session of its own; return one result per user."""
    gate = pace or Pace()

    def log_in_one(entry: tuple[int, Credential]) -> LoggedIn:
        vu, credential = entry
        client = client_for(vu)
        try:
            result = log_in(client, vu, credential, ways, proof_for(credential), gate)
        finally:
            client.close()
        for attempt in result.attempts:
            progress(attempt)
        return result

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(log_in_one, users))


def log_in(
    client: ControlClient,
    vu: int,
    credential: Credential,
    ways: Ways,
    proof: ProofPage | None,
    pace: Pace | None = None,
    *,
    after_loss: bool = False,
) -> LoggedIn:
    """Log one virtual user in and prove it, again where that may help; a failure is a result, never an exception."""
    gate = pace or Pace()
    attempts: list[LoginAttempt] = []
    retries = waits = 0
    while True:
        gate.pass_gate()
        # What a failed try left behind must not decide the next one.
        client.adopt(NO_SESSION)
        start_ns = time.monotonic_ns()
        step = _tried(client, credential, ways, proof)
        attempt = LoginAttempt(
            vu=vu,
            role=credential.identity.role,
            proven=step.cause is LoginCause.NONE,
            detail=step.detail,
            duration_ns=time.monotonic_ns() - start_ns,
            cause=step.cause,
            retry=len(attempts),
            way=step.way,
            after_loss=after_loss,
            traceback=step.traceback,
        )
        attempts.append(attempt)
        if attempt.proven and not _is_kept_out(client, credential, ways, retries):
            _keep(client, credential, ways)
            return LoggedIn(attempts=tuple(attempts), session=client.session(), sent=step.sent, opened=step.opened)
        if attempt.proven:
            retries += 1
            continue
        # A rate limit says nothing against this login, and is no reason to give it up.
        if step.cause is LoginCause.RATE_LIMITED and gate.hold(waits, step.retry_after_s):
            waits += 1
            continue
        if step.cause not in RETRIED or step.cause is LoginCause.RATE_LIMITED or retries == ways.retries:
            return LoggedIn(attempts=tuple(attempts), refused=step.refused)
        if step.cause is LoginCause.LOCKED_OUT:
            gate.hold(retries, step.retry_after_s)
        retries += 1


def _keep(client: ControlClient, credential: Credential, ways: Ways) -> None:
    """Put what a login of the project's own keeps in a session into this one, and enter the modes of its user."""
    kept = credential.kept or ways.kept
    if kept and ways.sessions is not None:
        ways.sessions.put(client.session(), kept)
    enter_modes(client, credential)


def enter_modes(client: ControlClient, credential: Credential) -> None:
    """Send what brings a session into the mode that the pages of its user want."""
    for path in credential.modes:
        with suppress(requests.RequestException):
            client.send("POST", path, None)


def _is_kept_out(client: ControlClient, credential: Credential, ways: Ways, retries: int) -> bool:
    """Do what the project wants behind a login; tell whether that has ended the session, as a new password may."""
    if not ways.gate or retries >= ways.retries:
        return False
    with suppress(requests.RequestException):
        passed = through_gates(client, ways.gate, credential.password, ways.paths)
        seen = passed.answer.trace if passed.answer is not None else None
        return bool(passed.opened) and seen is not None and not seen.user_id
    return False


def _tried(client: ControlClient, credential: Credential, ways: Ways, proof: ProofPage | None) -> Step:
    """Go one way and prove where it led."""
    way = ways.way_of(credential)
    try:
        if credential.proof is not None:
            return _opened_at(client, credential, ways, credential.proof)
        step = Step(cause=LoginCause.NO_FORM)
        if way is not LoginWay.TOKEN:
            step = _gone(client, credential, ways, way)
        token_before = client.session().csrf_token
        by_keys = way is LoginWay.TOKEN or (way is LoginWay.FORM and step.cause is LoginCause.NO_FORM and ways.tokens)
        if not by_keys and step.cause is not LoginCause.NONE:
            return replace(step, way=way if step.way is LoginWay.FORM else step.way)
        if by_keys:
            proven = step = _by_keys(client, credential, ways, proof)
        else:
            proven = _proven(client, credential.identity, ways, step, proof)
        if proven.cause is LoginCause.NOT_PROVEN:
            proven = second_factor(client, step) or proven
        proven = replace(proven, way=step.way, sent=step.sent)
        if step.way in (LoginWay.FORM, LoginWay.SESSION) and (proven.cause is LoginCause.NONE or is_no_page(proof)):
            proven = _with_key(client, credential, ways, proven)
        if proven.cause is LoginCause.NONE and client.csrf_in_session:
            see_token(client, proven, ways.paths, token_before)
        return proven
    except requests.RequestException as error:
        detail = f"the target did not answer: {type(error).__name__}"
        return Step(cause=LoginCause.NO_ANSWER, detail=detail, way=way)


def _opened_at(client: ControlClient, credential: Credential, ways: Ways, proof: ProofPage) -> Step:
    """Go the identity's way to where its page opens."""
    way = ways.way_of(credential)
    before, failures = client.session(), []
    for step in _keys(client, credential, ways) if way is LoginWay.TOKEN else (_gone(client, credential, ways, way),):
        if step.cause is LoginCause.NONE:
            _keep(client, credential, ways)
            step = opened_with(client, step, proof)
            if step.cause is LoginCause.NONE:
                return step
        failures.append(step)
        client.adopt(before)
    return failures[0] if failures else NO_TOKEN


def _proven(client: ControlClient, identity: Identity, ways: Ways, step: Step, proof: ProofPage | None) -> Step:
    """Prove a login, with each header that may show its token, and on other pages where none is made for it."""
    proven = Step()
    for _ in shown(client, step):
        proven = prove(client, identity, proof, step.user_id)
        if proven.cause is LoginCause.NONE:
            break
    if proven.cause is LoginCause.NOT_PROVEN and is_no_page(proof):
        tried = (prove(client, identity, page) for page in ways.pages)
        proven = next((one for one in tried if one.cause is LoginCause.NONE), proven)
    if proven.cause is LoginCause.NOT_PROVEN and step.way in (LoginWay.TOKEN, LoginWay.FORM):
        own = (proof,) if proof is not None and proof.is_page else ()
        page = page_that_opens(client, step, (*own, *ways.pages))
        if page is not None:
            proven = Step(detail=f"{page.operation_id} opens by it, and is closed to strangers", opened=page)
    return proven


def _with_key(client: ControlClient, credential: Credential, ways: Ways, proven: Step) -> Step:
    """Let a session have a token as well, where part of the project wants one; without it the session stays good."""
    if ways.api is None:
        opened = [step for one in ways.tokens if (step := _opened(client, credential, one)) is not None]
        return replace(proven, sent=(*proven.sent, *(each for one in opened for each in one.sent)))
    before = client.session()
    # An API may keep its tokens in cookies, beside the session that opens the pages.
    for step in _keys(client, credential, ways):
        if (
            step.cause is LoginCause.NONE
            and _proven(client, credential.identity, ways, step, ways.api).cause is step.cause
        ):
            own = f"{proven.detail}, and that of " if proven.cause is LoginCause.NONE else "the trace of "
            detail = f"{own}{ways.api.operation_id} with a token"
            return replace(proven, cause=LoginCause.NONE, detail=detail, sent=(*proven.sent, *step.sent))
        client.adopt(before)
    return proven


def _opened(client: ControlClient, credential: Credential, login: TokenLogin) -> Step | None:
    """Let a session show the token of an API that turns the session away; return None where none is needed or helps."""
    page = next((path for path in login.pages if client.get(path).status in _TURNED_AWAY), "")
    if not page:
        return None
    before = dict(client.headers)
    step = by_token(client, credential, login, cookies_count=False)
    for headers in ({}, *step.other_headers) if step.cause is LoginCause.NONE else ():
        client.headers |= headers
        if client.get(page).status not in _TURNED_AWAY:
            return step
    client.headers = before
    return None


def _keys(client: ControlClient, credential: Credential, ways: Ways) -> Iterator[Step]:
    """Yield a step per way to a token: the project's own login, then a key made on the server side."""
    if ways.tokens:
        yield from by_tokens(client, credential, ways.tokens)
    for make in (ways.sessions.key, ways.sessions.web_token) if ways.makes_keys and ways.sessions is not None else ():
        if headers := make(credential.identity):
            client.headers |= headers
            yield Step(way=LoginWay.SESSION)
    cookies = ways.sessions.web_cookies(credential.identity) if ways.makes_keys and ways.sessions is not None else ()
    if cookies:
        session = client.session()
        client.adopt(replace(session, cookies=(*session.cookies, *cookies)))
        yield Step(way=LoginWay.SESSION)


def _gone(client: ControlClient, credential: Credential, ways: Ways, way: LoginWay) -> Step:
    if way is LoginWay.HEADER:
        return by_header(client, credential)
    if way is LoginWay.FUNCTION and ways.function is not None:
        return by_function(client, credential, ways.function)
    if way is LoginWay.SESSION:
        return _by_session(client, credential, ways)
    pages = ways.pages_for(credential)
    return by_form(client, credential, pages, ways.protected, set(ways.paths) - set(pages))


def _by_keys(client: ControlClient, credential: Credential, ways: Ways, proof: ProofPage | None) -> Step:
    """Return the first step whose token or cookie is proven to let in, else the first that failed."""
    before, failures = client.session(), []
    for step in _keys(client, credential, ways):
        if step.cause is LoginCause.NONE:
            proven = _proven(client, credential.identity, ways, step, proof)
            step = replace(proven, way=step.way, sent=step.sent)
            if step.cause is LoginCause.NONE:
                return step
        failures.append(step)
        client.adopt(before)
    return failures[0] if failures else NO_TOKEN


def _by_session(client: ControlClient, credential: Credential, ways: Ways) -> Step:
    if ways.sessions is None:
        detail = "sessions cannot be made on the server side of a remote target"
        return Step(cause=LoginCause.NO_FORM, detail=detail, way=LoginWay.SESSION)
    try:
        client.adopt(ways.sessions.make(credential.identity))
    except Exception as error:  # the session engine and the user model are the project's own
        detail = f"the session engine failed with {type(error).__name__}: {without_values(said_by(error))}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, way=LoginWay.SESSION)
    return Step(way=LoginWay.SESSION)
