"""Sends what ends sessions and changes accounts, behind everything else, each as an identity that is thrown away."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from itertools import islice

import requests
from django.db import connections

from loadaudit.audit.following import followed
from loadaudit.audit.in_steps import in_steps
from loadaudit.audit.logins import Logins
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.build import identity_for
from loadaudit.planning.control import Client, ControlClient
from loadaudit.planning.devices import asks_for_devices, give_device
from loadaudit.planning.disposable import ends_session
from loadaudit.planning.identities import ANONYMOUS, Credential, by_basic, is_basic
from loadaudit.planning.keys.doors import door_at
from loadaudit.planning.keys.made import KeyMaker
from loadaudit.planning.logins.attempts import LoggedIn, log_in
from loadaudit.planning.logins.confirmed import ConfirmingClient
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.tokens import by_token
from loadaudit.planning.logins.ways import shared_segments
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.own_links import join
from loadaudit.planning.people import disposable_credential
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.further import shuts_out
from loadaudit.planning.preflight.guarded import guarded
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.proven import over_accounts
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import leads_to_users
from loadaudit.planning.spared import SPARED, user_parameters
from loadaudit.planning.values import fill
from loadaudit.records import Identity, Kind, LoginCause, Operation, Outcome

_NO_IDENTITY = (
    "no identity to throw away could be made for it: "
    "a @scenario in a loadtests.py sends it as an account that may be lost"
)
_FIRST_VU = 63_000
"""Numbers of virtual users that no load has, for source addresses of their own."""

_SENDS = re.compile(r"send|request|forgot|lost|recover|register", re.IGNORECASE)
"""What most likely sends a mail whose key something else takes."""

_MOST_KEYS = 4
"""Headers with a key of the account's own that are tried."""

_MOST_OF_STAFF = 6
"""Requests of one of the staff to an account to throw away."""

_OF_OTHERS = frozenset({Outcome.DENIED, Outcome.NOT_FOUND})
"""What a write to other people's accounts comes to where each may change their own alone."""

CandidatesFor = Callable[[Identity, Client, str], Candidates]
"""Identity, its session and its password → what to send as it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownAway:
    """What came of the operations, and the identities that are gone now."""

    trials: Mapping[str, Trial]
    identities: tuple[Identity, ...]


def throw_away(
    operations: Sequence[Operation],
    logins: Logins,
    base: Preflight,
    candidates_for: CandidatesFor,
    pace: Pace,
    before: Collection[Trial] = (),
) -> ThrownAway:
    """Try each operation alone with an identity and a session that nobody else has, then as nobody.

    `before` are the trials of what may begin a session of several steps.
    """
    attempts = _Attempts(logins=logins, base=base, candidates_for=candidates_for, pace=pace, before=before)
    known = [one.identity for one in logins.place.credentials if not one.identity.keyed]
    # What other users were told says more than what an account without anything is.
    told = {one.operation.id: one for one in before if one.best is not None}
    # What sends a mail comes before what the link in it opens.
    for operation in sorted(operations, key=_mails_first):
        meant = identity_for(operation, known)
        # Where all that could log in are staff, the login page is theirs alone.
        staff = (isinstance(meant, Identity) and meant.staff) or bool(known and all(one.staff for one in known))
        trial = attempts.trial_of(operation, staff=staff)
        if _is_denied(trial) and not staff and any(one.staff for one in known):
            again = attempts.trial_of(operation, staff=True)
            trial = trial if again.best is None or _is_denied(again) else again
        if not trial.works and trial.best is not None and operation.method == "POST" and ends_session(operation):
            # The page of a logout that was looked at for its form may have logged out already.
            again = attempts.trial_of(operation, staff=staff, unseen=True)
            trial = again if again.works else trial
        earlier = told.get(operation.id)
        tells_less = trial.best is None or _is_denied(trial)
        attempts.trials[operation.id] = earlier if earlier is not None and tells_less else trial
    return ThrownAway(trials=attempts.trials, identities=tuple(attempts.gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempts:
    """What has been tried so far, and who is gone by it."""

    logins: Logins
    base: Preflight
    candidates_for: CandidatesFor
    pace: Pace
    before: Collection[Trial]
    trials: dict[str, Trial] = field(default_factory=dict)
    gone: list[Identity] = field(default_factory=list)

    def trial_of(self, operation: Operation, *, staff: bool, unseen: bool = False) -> Trial:
        """Try an operation with an account of its own, then as nobody; `unseen` without a look at its page."""
        return guarded(lambda one: self._trial_of(one, staff=staff, unseen=unseen))(operation)

    def _trial_of(self, operation: Operation, *, staff: bool, unseen: bool) -> Trial:
        logins, base = self.logins, self.base
        if base.over():
            return _untried(operation, base.why_over())
        number = len(self.gone)
        credential = _made(logins, number, staff=staff)
        if credential is None:
            return _untried(operation, _NO_IDENTITY)
        self.gone.append(credential.identity)
        with _session(logins, credential, number, self.pace) as (client, tried):
            nobody = base.candidates.get(ANONYMOUS.role)
            # What asks for no login, as a password that was forgotten, is sent by whoever cannot log in.
            is_open = nobody is not None and not (operation.access.login or operation.access.is_raised)
            entered = tried.attempt.proven or _has_own_key(client, credential, logins, operation)
            if not entered and not is_open:
                return _untried(operation, f"the identity to throw away could not log in: {tried.attempt.detail}")
            own = _own(credential, client, logins, self.candidates_for)
            _show(own, operation, base)
            if unseen:
                own.methods = {**own.methods, operation.route: frozenset({operation.method})}
            nobody = replace(nobody, email=own.email, account=own.account) if nobody is not None else None
            others = [] if nobody is None else [nobody]
            # A key that belongs to nobody has no account that could be lost.
            others += [one for one in base.candidates.values() if one.identity.keyed and not one.identity.user_id]
            taking_part = (own, *others) if entered else tuple(others)
            preflight = _preflight_of(taking_part, base)
            trial = _tried(operation, preflight, client, credential, logins, own)
            trial = _in_steps(trial, [*self.before, *self.trials.values()], preflight, logins)
            return _by_staff(_with_rows(trial, preflight, base.missing, credential.identity), base, credential.identity)


def wants_own_account(trial: Trial | None) -> bool:
    """Whether a write may work for an account to throw away: accounts that the run needs were left alone.

    Either there is no other to send it for, or it was sent for other people's, and nobody may do that.
    """
    if trial is None or trial.works:
        return False
    if trial.best is None:
        return trial.reason.startswith(SPARED)
    return (
        trial.best.outcome in _OF_OTHERS
        and trial.operation.kind is Kind.WRITE
        and bool(user_parameters(trial.operation))
    )


def behind_others(
    thrown: ThrownAway,
    before: Iterable[Trial],
    logins: Logins,
    base: Preflight,
    candidates_for: CandidatesFor,
    pace: Pace,
) -> ThrownAway:
    """Return what came of it all with what works for an account that has sent something else of the app before.

    `before` is what came of all that the run's own users have sent.
    """
    gone: list[Identity] = []

    @contextmanager
    def opened(operation: Operation) -> Iterator[Preflight | None]:
        number = len(thrown.identities) + len(gone)
        meant = thrown.trials[operation.id].best
        credential = _made(logins, number, staff=meant is not None and meant.identity.staff)
        if credential is None:
            yield None
            return
        gone.append(credential.identity)
        with _session(logins, credential, number, pace) as (client, tried):
            own = _own(credential, client, logins, candidates_for)
            yield _preflight_of([own], base) if tried.attempt.proven else None

    reads = (one for one in before if one.operation.method in SAFE_METHODS)
    found = {**thrown.trials, **followed(thrown.trials, reads, opened, base.over)}
    return ThrownAway(trials=found, identities=(*thrown.identities, *gone))


def _own(credential: Credential, client: ControlClient, logins: Logins, candidates_for: CandidatesFor) -> Candidates:
    """Return what to send as an account, whose password pages may ask for once more."""
    confirming = ConfirmingClient(client, credential.password, logins.place.target.login_pages)
    own = candidates_for(credential.identity, confirming, credential.password)
    own.email, own.account = credential.email, credential.username
    return own


def _show(own: Candidates, operation: Operation, base: Preflight) -> None:
    """Let an account know the addresses that pages have shown others, where these are of kinds and not of rows."""
    if operation.parameters and not any(one.model for one in operation.parameters):
        shown = [path for one in base.candidates.values() for path in one.harvest.paths.get(operation.route, ())]
        own.harvest.paths.setdefault(operation.route, {}).update(dict.fromkeys(shown))


def _preflight_of(taking_part: Sequence[Candidates], base: Preflight) -> Preflight:
    return Preflight(
        candidates={one.identity.role: one for one in taking_part},
        identities=[one.identity for one in taking_part],
        login_pages=base.login_pages,
        deadline_s=base.deadline_s,
    )


def _tried(
    operation: Operation,
    preflight: Preflight,
    client: ControlClient,
    credential: Credential,
    logins: Logins,
    own: Candidates,
) -> Trial:
    """Return what came of an operation, with what else opens it where a session alone does not."""
    trial = preflight.attempt(operation)
    # A session is not known to an API, and the token of a login may not be the one that it takes: no page has told.
    ways = (_has_token,) * (not client.headers or is_basic(credential)) + (_has_own_key,)
    for has in ways if _knows_nobody(trial) else ():
        before = client.headers
        if not trial.works and has(client, credential, logins, operation, own):
            again = preflight.attempt(operation)
            trial = again if again.works else trial
            if has is _has_own_key and before and _knows_nobody(again):
                # OPTIONS may be open to all; the token that the account came with opens other operations.
                client.headers = before
    if _is_denied(trial) and _has_second_factor(client, credential, logins):
        own.forget_pages()
        again = preflight.attempt(operation)
        trial = again if again.works or not _is_denied(again) else trial
    return trial


def _in_steps(trial: Trial, known: Sequence[Trial], preflight: Preflight, logins: Logins) -> Trial:
    """Return the trial, or one in a session that has what other operations put into it."""
    place, id_ = logins.place, trial.operation.id
    found = in_steps({id_: trial}, known, preflight, place.sessions, lambda: place.client(_FIRST_VU))
    return found.get(id_, trial)


def _with_rows(trial: Trial, preflight: Preflight, missing: MissingRows | None, identity: Identity) -> Trial:
    """Return the trial, or one more with rows of the identity's own, which nobody else's data has."""
    if trial.works or missing is None:
        return trial
    # What nobody is told who has no login says nothing of the account's own rows.
    best = None if _is_denied(trial) and trial.best is not None and trial.best.identity.anonymous else trial.best
    if trial.operation.id not in missing.make_for([(trial.operation, best)], [identity]):
        return trial
    again = preflight.attempt(trial.operation)
    missing.settle([] if again.works else [trial.operation.id])
    return again if again.works else trial


def _by_staff(trial: Trial, base: Preflight, account: Identity) -> Trial:
    """Return the trial, or what others may do to the account to throw away, as the staff to reset its password."""
    operation, best = trial.operation, trial.best
    users = user_parameters(operation)
    if best is None or not ((_is_denied(trial) and users) or shuts_out(best)):
        return trial
    if users and str(getattr(row_at(users[0], best.path.path), "pk", "")) != account.user_id:
        return trial
    tries = trial.tries
    for other in over_accounts(operation, list(base.candidates.values()), is_of_one=bool(users)):
        sent = list(islice(base.tries_at(operation, other, best.path), _MOST_OF_STAFF))
        if users and sent and sent[-1].outcome is Outcome.NOT_FOUND and join(account, other.identity):
            # Whoever may do it may for accounts of their own company alone.
            sent += islice(base.tries_at(operation, other, best.path), _MOST_OF_STAFF)
        tries += len(sent)
        if (worked := next((one for one in sent if one.works), None)) is not None:
            return Trial(operation=operation, best=worked, tries=tries)
    return replace(trial, tries=tries)


def _has_token(
    client: ControlClient, credential: Credential, logins: Logins, operation: Operation, own: Candidates
) -> bool:
    """Get a token from the login that stands nearest to an operation in the URLs; tell whether there is one.

    What else its answer tells is kept for the body: a token that ends another is not that of the header.
    """
    nearest = sorted(logins.ways.tokens, key=lambda one: -shared_segments(one.path, operation.route))
    steps = (by_token(client, credential, one, cookies_count=False) for one in nearest)
    with suppress(requests.RequestException):
        found = next((step for step in steps if step.cause is LoginCause.NONE), None)
        for one in found.sent if found is not None else ():
            own.harvest.feed("", one.path, one.answer.content_type, one.answer.content)
        return found is not None
    return False


def _has_own_key(
    client: ControlClient, credential: Credential, logins: Logins, operation: Operation, own: Candidates | None = None
) -> bool:
    """Make a key of the account's own for an API that takes no session; tell whether there is one that opens it."""
    prepare = logins.place.prepare
    path = "" if operation.parameters else fill(operation.route, {})
    door = door_at(path) if path and prepare is not None else None
    if door is None or prepare is None:
        return False
    maker = KeyMaker(fence=prepare, today=date.today(), identity=credential.identity)
    keys = (key for one in door.models if leads_to_users(one) for key in maker.keys_of(one))
    lines = islice((line for key in keys for line in door.lines(key)), _MOST_KEYS)
    before = dict(client.headers)
    with suppress(requests.RequestException):
        for line in lines:
            client.headers = {**before, **line}
            # It comes to the same checks, and ends nothing.
            if client.send("OPTIONS", path, None).status < HTTPStatus.BAD_REQUEST:
                return True
    client.headers = before
    return False


def _knows_nobody(trial: Trial) -> bool:
    return trial.best is not None and trial.best.sample.status == HTTPStatus.UNAUTHORIZED


def _is_denied(trial: Trial) -> bool:
    return trial.best is not None and trial.best.outcome is Outcome.DENIED


def _has_second_factor(client: ControlClient, credential: Credential, logins: Logins) -> bool:
    """Go on with a session in which the user has shown a code, where a view may ask for that; tell whether it is so."""
    place = logins.place
    if not asks_for_devices() or place.prepare is None or place.sessions is None or not credential.user_id:
        return False
    with suppress(Exception):  # the session engine and the models of devices are the project's own
        with place.prepare():
            try:
                given = give_device(credential.user_id)
            finally:
                connections.close_all()
        if given:
            client.adopt(place.sessions.make(credential.identity))
        return given
    return False


def _mails_first(operation: Operation) -> tuple[int, bool, int]:
    return len(operation.parameters), not _SENDS.search(f"{operation.route} {operation.name}"), len(operation.route)


def _made(logins: Logins, number: int, *, staff: bool) -> Credential | None:
    prepare = logins.place.prepare
    if prepare is None:
        return None
    with prepare():
        try:
            made = disposable_credential(number, staff=staff)
            if made is not None:
                for one in logins.place.admissions:
                    one.given_to(made.identity, nullcontext)
            users = [one for one in logins.place.credentials if not one.identity.keyed]
            if made is not None and users and all(map(is_basic, users)):
                return by_basic(made)
            alike = [one for one in users if one.identity.staff == staff] or users
            ways = {one.way for one in alike}
            if made is None or len(ways) != 1:
                return made
            return replace(made, way=ways.pop(), page=alike[0].page)
        finally:
            connections.close_all()


@contextmanager
def _session(
    logins: Logins, credential: Credential, number: int, pace: Pace
) -> Iterator[tuple[ControlClient, LoggedIn]]:
    client = logins.place.client(_FIRST_VU + number)
    try:
        yield client, log_in(client, _FIRST_VU + number, credential, logins.ways, logins.proof_for(credential), pace)
    finally:
        client.close()


def _untried(operation: Operation, reason: str) -> Trial:
    return Trial(operation=operation, best=None, tries=0, reason=reason)
