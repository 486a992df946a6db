"""Logs the virtual users in before the load, and decides whether the run can go on with those that made it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property, partial

from django.db import connections

from loadaudit.audit.counting import counted
from loadaudit.audit.let_in import let_in
from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.errors import AbortedError
from loadaudit.load.job import VirtualUser
from loadaudit.planning.build import left_out
from loadaudit.planning.identities import ANONYMOUS, Credential, by_basic
from loadaudit.planning.logins.asking import ordered_by_asking
from loadaudit.planning.logins.attempts import AT_ONCE, LoggedIn, Ways, log_in_all
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import ProofPage, open_pages, proof_page
from loadaudit.planning.logins.server_side import headers_of_users, refusal
from loadaudit.planning.logins.ways import ways_of
from loadaudit.records import Inventory, LoginAttempt, LoginCause, LoginWay, Operation
from loadaudit.records.logins import NEEDS_A_PERSON

_OTHER_PAGES = 2
"""Login pages that are tried after the first: wrong tries lock accounts, also those of a clone."""

_FIRST_SCOUT = 61_000
"""Numbers of virtual users that no load has, for source addresses of the scouts' own."""

_ASKING_VU = 60_999
"""Number of the stranger that looks for pages which ask for a user, where the source shows none."""

_OPEN_PAGES = 5
"""Pages open to all that may show who asks for them."""

_HOPELESS = frozenset({LoginCause.REJECTED, LoginCause.NO_FORM}) | NEEDS_A_PERSON
"""Causes that hold for every virtual user of a role. Where the run has set the passwords itself they say nothing
against the project: somebody else checks who its users are."""

_PASSING = frozenset({LoginCause.RATE_LIMITED, LoginCause.LOCKED_OUT, LoginCause.NO_ANSWER})
"""Causes that say nothing about whom a login is for."""

_OF_THE_SERVER = frozenset({LoginCause.EXCEPTION, LoginCause.STATUS, LoginCause.CSRF, LoginCause.NO_ANSWER})

_NO_WORD_ON_WHOM = NEEDS_A_PERSON | {
    *(LoginCause.EXCEPTION, LoginCause.STATUS, LoginCause.CSRF, LoginCause.NO_FORM, LoginCause.NOT_PROVEN)
}
"""Causes that say nothing about whom a login page is for; what takes a password and lets nobody in wants more yet."""

_FOR_NOBODY = NEEDS_A_PERSON | {LoginCause.NO_FORM}
"""Causes in spite of which the run goes on: nobody was refused, and nothing failed."""

_BY_ROLE = frozenset({LoginWay.FORM, LoginWay.TOKEN})
"""Ways that cost the server a password hash."""


@dataclass(frozen=True, kw_only=True)
class Logins:
    """How users of one run log in."""

    place: Place
    inventory: Inventory
    config: Config

    @cached_property
    def askable(self) -> Sequence[Operation]:
        """The operations of which a page may be looked at: not those that the project leaves out."""
        return [one for one in self.inventory.operations if not left_out(one, self.config.exclude)]

    @cached_property
    def ways(self) -> Ways:
        """Every way to a session that this run has."""
        operations = self.inventory.operations
        found = ways_of(self.config, operations, self.place.sessions, isolated=self.place.prepare is not None)
        found = replace(found, gate=self.place.gate, kept=self.place.kept)
        if found.protected or not self.place.credentials:
            return found
        client = self.place.client(_ASKING_VU)
        try:
            asking, others = ordered_by_asking(client, open_pages(self.askable), self.place.target.login_pages)
        finally:
            client.close()
        pages = tuple(dict.fromkeys((*asking, *others[:_OPEN_PAGES], *found.pages)))
        return replace(found, pages=pages, protected=asking[0].path if asking else "")

    def proof_for(self, credential: Credential) -> ProofPage | None:
        """Return the page that proves a login of these credentials."""
        if credential.proof is not None:
            return credential.proof
        api = self.ways.way_of(credential) in (LoginWay.HEADER, LoginWay.TOKEN)
        # One that is left out proves a login where there is no other.
        return proof_page(self.askable, credential.identity, api=api) or proof_page(
            self.inventory.operations, credential.identity, api=api
        )

    @property
    def at_once(self) -> int:
        """Logins that may be under way at the same time."""
        if self.place.adapter_for is not None:
            # What observes requests within this process observes one at a time.
            return 1
        sqlite = self.place.server is not None and any(connections[alias].vendor == "sqlite" for alias in connections)
        return 1 if sqlite else AT_ONCE

    def log_in(
        self, users: Sequence[tuple[int, Credential]], ways: Ways, pace: Pace, observer: Observer | None
    ) -> list[LoggedIn]:
        """Log users in, few at a time."""
        return log_in_all(
            users,
            client_for=self.place.client,
            ways=ways,
            proof_for=self.proof_for,
            progress=observer.logged_in if observer is not None else lambda attempt: None,
            pace=pace,
            at_once=self.at_once,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """The virtual users that may go on, and every attempt."""

    users: tuple[VirtualUser, ...]
    attempts: tuple[LoginAttempt, ...]
    notes: tuple[str, ...] = ()


def log_in_users(
    users: Sequence[VirtualUser], logins: Logins, observer: Observer, *, login_vus: int | None = None
) -> LoginResult:
    """Log every virtual user in that has an identity; those that cannot prove it are left out.

    `login_vus` is how many of them log in for real; the others get sessions made on the server side.
    """
    place, ways, pace = logins.place, logins.ways, Pace(say=observer.phase)
    by_role = {credential.identity.role: credential for credential in place.credentials}
    waiting = [(user, by_role[user.role]) for user in users if user.role in by_role]
    # One of each role first: when a password is wrong, nine more tries would only meet the rate limit.
    first, rest = _one_of_each(waiting)
    results = logins.log_in([(user.index, one) for user, one in first], ways, pace, observer)
    hopeless = {user.role for (user, _), one in zip(first, results, strict=True) if one.attempt.cause in _HOPELESS}
    spared = [user for user, _ in rest if user.role in hopeless]
    rest = [(user, credential) for user, credential in rest if user.role not in hopeless]
    real, made = _shared_out(rest, ways, logins, login_vus, len(first))
    results += logins.log_in([(user.index, one) for user, one in real], ways, pace, observer)
    # What a real login has not proven for a role, a made session would only hide.
    shown = {one.attempt.role for one in results if one.attempt.proven}
    made = [entry for entry in made if entry[0].role in shown]
    results += logins.log_in(
        [(user.index, replace(one, way=LoginWay.SESSION)) for user, one in made], ways, pace, observer
    )
    ready = [
        replace(user, session=place.session_of_visitor()) if user.role == ANONYMOUS.role else user
        for user in users
        if user.role not in by_role
    ]
    for (user, _), result in zip([*first, *real, *made], results, strict=True):
        if result.attempt.proven:
            ready.append(replace(user, session=result.session, watched=True))
    return LoginResult(
        users=tuple(
            replace(user, source_address=place.source_address(user.index))
            for user in sorted(ready, key=lambda user: user.index)
        ),
        attempts=tuple(attempt for result in results for attempt in result.attempts),
        notes=(*_notes(len(first) + len(real), len(made), login_vus, pace), *_spared(spared)),
    )


def without_hopeless(logins: Logins) -> Place:
    """Return the place without the users that loadaudit chose itself and that cannot log in, while others can.

    Which users a login page is for is not written anywhere: a project may have one for its staff only. Where none of
    them can, because a password is not what lets in or because the login is broken, their sessions are made on the
    server side, and the report says why. Users that the settings name stay as they are, because their failure is
    something to report.
    """
    place, ways = logins.place, logins.ways
    if logins.config.users or not place.credentials:
        return place
    if not (ways.paths or ways.tokens or ways.function or ways.server_side or ways.makes_keys):
        return _with_sessions_made(logins, place, "no login page was found")
    credentials = tuple(one for one in place.credentials if ways.lets_in(one))
    found = let_in(place, credentials, _scouted(logins, credentials), partial(_scouted, logins))
    return found.at(_as_they_ended(logins, credentials, found.results))


def _as_they_ended(logins: Logins, credentials: tuple[Credential, ...], results: list[LoggedIn]) -> Place:
    credentials, results = _at_other_pages(logins, credentials, results)
    pairs = zip(credentials, results, strict=True)
    credentials = tuple(replace(one, proof=result.opened or one.proof) for one, result in pairs)
    if any(result.attempt.proven for result in results):
        return _without_lost(logins, credentials, results)
    usable = replace(logins.place, credentials=credentials)
    attempts = [result.attempt for result in results]
    if attempts and {one.cause for one in attempts} <= _PASSING:
        return usable
    hopeless = [one for one in attempts if one.cause in _HOPELESS] or [one for one in attempts if one.detail]
    reason = hopeless[0].detail if hopeless else "no login page was found"
    return _with_sessions_made(logins, usable, reason, attempts)


def _at_other_pages(
    logins: Logins, credentials: Sequence[Credential], results: Sequence[LoggedIn]
) -> tuple[tuple[Credential, ...], list[LoggedIn]]:
    """Let those whom the first login page refuses try others: a project may have one for each kind of its users."""
    found = []
    for one, result in zip(credentials, results, strict=True):
        others = logins.ways.pages_for(one)[1:][:_OTHER_PAGES] if result.attempt.cause is LoginCause.REJECTED else ()
        tries = ((there, _scouted(logins, [there])[0]) for there in (replace(one, page=page) for page in others))
        found.append(next((pair for pair in tries if pair[1].attempt.proven), (one, result)))
    return tuple(one for one, _ in found), [result for _, result in found]


def _without_lost(logins: Logins, credentials: Sequence[Credential], results: Sequence[LoggedIn]) -> Place:
    """Return the place without those who could not log in; sessions are made where that says nothing of whom it is for.

    `credentials` are those for whom there is a login, others may be missing.
    """
    place = logins.place
    attempts = {one.role: result.attempt for one, result in zip(credentials, results, strict=True)}
    sent = [one.path for result in results for one in result.sent]
    # Who got in by the admin's page has shown nothing of the login of all others.
    by_admin = bool(sent) and set(sent) == {logins.ways.admin}
    known = {one.role: one for one in credentials}
    everybody = [known.get(one.role, one) for one in place.credentials]
    lost = [one for one in everybody if _says_nothing(attempts.get(one.role), by_admin=by_admin)]
    reasons = [attempts[one.role].detail for one in lost if one.role in attempts]
    made, note = _made_for(logins, lost, reasons[0] if reasons else "the only login page is the admin's")
    instead = {one.role: one for one in made}
    kept = [instead.get(one.role, one) for one in everybody if one.role in instead or _stays(attempts.get(one.role))]
    left = {one.role for one in kept}
    notes = [
        f"No user took part as {one.role}, because none could log in: {one.detail}."
        for one in attempts.values()
        if one.role not in left
    ]
    return replace(
        place,
        credentials=tuple(kept),
        messages=(*place.messages, *filter(None, [note]), *notes),
        gone_round=tuple(one for one in attempts.values() if one.role in instead),
    )


def _says_nothing(attempt: LoginAttempt | None, *, by_admin: bool) -> bool:
    """Whether a failure says nothing about whom the login is for; None stands for no login page."""
    if attempt is None:
        return True
    return not _stays(attempt) and (by_admin or attempt.cause in _NO_WORD_ON_WHOM)


def _stays(attempt: LoginAttempt | None) -> bool:
    """Whether somebody takes part as they are: they got in, or may later."""
    return attempt is not None and (attempt.proven or attempt.cause in _PASSING)


def _with_sessions_made(logins: Logins, place: Place, reason: str, attempts: Sequence[LoginAttempt] = ()) -> Place:
    """Return the place with the users for whom a session made on the server side proves to work, else as it is.

    Where no session does, name and password with every request may (HTTP Basic), as APIs take them.
    """
    made, note = _made_for(logins, logins.place.credentials, reason)
    if made:
        messages = (*place.messages, note)
        return replace(place, credentials=tuple(made), messages=messages, gone_round=tuple(attempts))
    if logins.ways.paths and (place.prepare is None or not {one.cause for one in attempts} <= _FOR_NOBODY):
        return place
    note = (
        f"Nobody could log in: {reason}. Nothing that goes past a login was taken either. Tell how: LOADAUDIT['LOGIN']."
    )
    return replace(place, credentials=(), messages=(*place.messages, note))


def _made_for(logins: Logins, credentials: Sequence[Credential], reason: str) -> tuple[list[Credential], str]:
    """Return those of the users who are proven to get past all logins, and the words for it."""
    for made, instead in _ways_past(logins, credentials) if credentials else ():
        proven = [one for one, result in zip(made, _scouted(logins, made), strict=True) if result.attempt.proven]
        if proven:
            everybody = len(credentials) == len(logins.place.credentials)
            who = "Nobody" if everybody else f"Nobody who acts as {', '.join(one.identity.role for one in proven)}"
            return proven, f"{who} logged in for real: {reason}. {instead} Another way: LOADAUDIT['LOGIN']."
    return [], ""


def _ways_past(logins: Logins, credentials: Sequence[Credential]) -> Iterator[tuple[list[Credential], str]]:
    """Yield credentials that go past all logins, and what a report says of them."""
    place = logins.place
    if place.prepare is None:
        return
    if place.sessions is not None and not refusal():
        made = "Sessions were made on the server side instead, and proven; the cost of logins was not measured."
        yield [replace(one, way=LoginWay.SESSION) for one in credentials], made
    for header in headers_of_users():
        told = f"The name of the user was sent as a server in front would send it ({header})."
        yield [replace(one, headers={header: one.username}, way=None) for one in credentials], told
    if not logins.ways.paths:
        shown = "Name and password were shown with every request instead (HTTP Basic), which costs a hash each time."
        yield [by_basic(one) for one in credentials if one.password], shown


def _scouted(logins: Logins, credentials: Sequence[Credential]) -> list[LoggedIn]:
    """Log each identity in once, beside everything that is recorded."""
    users = [(_FIRST_SCOUT + number, one) for number, one in enumerate(credentials)]
    return logins.log_in(users, replace(logins.ways, retries=0), Pace(patience_s=0), None)


def broken(attempts: Sequence[LoginAttempt]) -> list[LoginAttempt]:
    """Return the logins at which the server failed, which a report has to show although sessions were made instead."""
    return [one for one in attempts if one.cause in _OF_THE_SERVER]


def check_identities(credentials: Sequence[Credential], failures: Sequence[LoginAttempt]) -> None:
    """Raise AbortedError when more than half of the identities could not log in before anything else was sent."""
    failed = {one.role for one in failures}
    ready = sum(one.identity.role not in failed for one in credentials)
    if 2 * ready < len(credentials):
        raise _not_proven(f"Only {ready} of {len(credentials)} users could prove their login", failures)


def check_logins(users: Sequence[VirtualUser], result: LoginResult) -> None:
    """Raise AbortedError when more than half of the virtual users that need a login could not prove one."""
    needing = [user for user in users if user.role != "anonymous"]
    ready = [user for user in result.users if user.role != "anonymous"]
    if 2 * len(ready) >= len(needing) and (ready or not needing):
        return
    raise _not_proven(f"Only {len(ready)} of {len(needing)} virtual users could prove their login", result.attempts)


def _shared_out(
    rest: list[tuple[VirtualUser, Credential]], ways: Ways, logins: Logins, login_vus: int | None, done: int
) -> tuple[list[tuple[VirtualUser, Credential]], list[tuple[VirtualUser, Credential]]]:
    """Return who logs in and who gets a session made; without a store within reach all of them log in."""
    if login_vus is None or logins.place.sessions is None or refusal():
        return rest, []
    by_password = [entry for entry in rest if ways.way_of(entry[1]) in _BY_ROLE and entry[1].identity.user_id]
    made = by_password[max(0, login_vus - done) :]
    indexes = {user.index for user, _ in made}
    return [entry for entry in rest if entry[0].index not in indexes], made


def _notes(real: int, made: int, login_vus: int | None, pace: Pace) -> tuple[str, ...]:
    notes = []
    if made:
        notes.append(
            f"{counted(made, 'virtual user')} got a session made on the server side, after {real} had logged in "
            "for real (--login-vus): the cost of their logins was not measured."
        )
    elif login_vus is not None and real > login_vus:
        reason = refusal() or "the server's session store is out of reach, or every role has to log in once"
        notes.append(f"All {real} virtual users logged in for real in spite of --login-vus: {reason}.")
    if pace.waited_s:
        notes.append(f"Logins waited {pace.waited_s:.0f} s for rate limits, before the load.")
    return tuple(notes)


def _spared(users: Sequence[VirtualUser]) -> Iterator[str]:
    for role, count in sorted(Counter(user.role for user in users).items()):
        others = f"{count} more virtual {'user' if count == 1 else 'users'} as {role}"
        yield (
            f"{others} {'was' if count == 1 else 'were'} stopped without a try: the first one's failure holds for all, "
            "and wrong tries lock accounts."
        )


def _not_proven(claim: str, attempts: Sequence[LoginAttempt]) -> AbortedError:
    failures: Mapping[str, str] = {one.role: one.detail for one in attempts if not one.proven}
    reasons = "; ".join(f"as {role}: {detail}" for role, detail in failures.items())
    return AbortedError(
        f"{claim}. Missing: {reasons}",
        hint=f"{_remedy({one.cause for one in attempts if not one.proven})}, or audit without a login: --anonymous.",
    )


def _remedy(causes: AbstractSet[LoginCause]) -> str:
    """Return what to do when logins fail for these reasons alone; other users help only against some of them."""
    if causes and causes <= _OF_THE_SERVER:
        return "The server fails there: mend that first"
    if causes and causes <= _PASSING:
        return "Wait until the server lets logins through again, lift its limit for the run, or take fewer --users"
    return "Correct LOADAUDIT['USERS'] or LOADAUDIT['LOGIN']"


def _one_of_each(
    waiting: Sequence[tuple[VirtualUser, Credential]],
) -> tuple[list[tuple[VirtualUser, Credential]], list[tuple[VirtualUser, Credential]]]:
    first: list[tuple[VirtualUser, Credential]] = []
    rest: list[tuple[VirtualUser, Credential]] = []
    seen: set[str] = set()
    for entry in waiting:
        (rest if entry[0].role in seen else first).append(entry)
        seen.add(entry[0].role)
    return first, rest
