"""Lets users of a run be somebody among the accounts that a project keeps beside Django's, where that opens pages."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from itertools import islice

import requests
from django.db import connections
from django.db.models import Model

from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.planning.control import LOOK_S, Answer, ControlClient
from loadaudit.planning.identities import ANONYMOUS, Credential, main_identity
from loadaudit.planning.keys.made import KeyMaker
from loadaudit.planning.logins.attempts import log_in
from loadaudit.planning.logins.own_accounts import OwnAccounts, own_accounts
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import ProofPage, open_pages
from loadaudit.planning.logins.server_side import SessionMaker
from loadaudit.planning.logins.ways import only_at
from loadaudit.planning.people import MOST_ROLES
from loadaudit.planning.preflight.session_keys import session_keys_at
from loadaudit.records import Identity, LoginWay

_VU = 61_900
"""Number of a virtual user that no load has, for a source address of its own."""

_PAGES = 12
"""Pages that are looked at for each kind of account."""

_MOST_ACCOUNTS = 4
_MOST_NAMES = 2
_ACCOUNT_OF = "account of "
"""Begins the role of whoever is in a table of the project's own and none of Django's users."""

_PASSWORD_BYTES = 9
"""Tables of accounts often have room for few letters."""

_LOOKING_S = 20.0


def with_accounts(logins: Logins) -> Place:
    """Return the place with what the project's own logins put into a session, which its users then have.

    Only on a clone, where an account is made if there is none. What is put there counts if a page opens by it that
    was closed before. Where nobody else takes part, and for who cannot be somebody else as well, somebody does who has
    no more than that.
    """
    place = logins.place
    if place.prepare is None or place.sessions is None or logins.config.users:
        return place
    paths = {one.path for one in logins.ways.tokens}
    accounts = list(islice(own_accounts(logins.askable, paths), _MOST_ACCOUNTS))
    if not accounts:
        return place
    client = place.client(_VU)
    try:
        search = _Search(logins, place.sessions, client)
        found = search.found([one for one in accounts if one.put])
        told = [one for each in accounts if not each.put and (one := search.told_a_token(each)) is not None]
        owners = tuple(one for each in found if not each.role and (one := search.logged_in(each)) is not None)
    finally:
        client.close()
        connections.close_all()
    if not (found or told):
        return place
    kept: dict[str, object] = {}
    others = []
    for each in found:
        # Where two logins put something else under one key, nobody can be both.
        of_all = place.credentials and not each.role
        if of_all and not any(kept[key] != value for key, value in each.values.items() if key in kept):
            kept |= each.values
        else:
            others.append(replace(_account(each, LoginWay.SESSION), kept=each.values))
    labels = ", ".join(dict.fromkeys(each.kind for each in found))
    opened = ", ".join(dict.fromkeys(each.proof.operation_id for each in found))
    notes = [f"Accounts of the project's own logged in with a token: {one.role.partition(' of ')[2]}." for one in told]
    if found:
        notes.append(
            f"The project keeps accounts of its own ({labels}): sessions were given what its login puts there, "
            f"proven by what that opens ({opened}); the cost of these logins was not measured."
        )
    # A role is one session: who can log in at two pages takes part by the first.
    by_role: dict[str, Credential] = {}
    for one in (*place.credentials, *others, *told):
        by_role.setdefault(one.role, one)
    return replace(
        place, credentials=tuple(by_role.values()), kept=kept, owners=owners, messages=(*place.messages, *notes)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An account that opens something."""

    accounts: OwnAccounts
    row: Model
    values: Mapping[str, object]
    proof: ProofPage
    role: str = ""
    """What a column of accounts calls it, where the one to which most belongs is called something else there."""

    @property
    def label(self) -> str:
        """The model's label."""
        return self.row._meta.label

    @property
    def kind(self) -> str:
        """The model's label, with the role."""
        return f"{self.label} as {self.role}" if self.role else self.label


def _account(found: _Found, way: LoginWay, name: str = "", password: str = "") -> Credential:
    identity = Identity(role=f"{_ACCOUNT_OF}{found.kind}", username=name)
    return Credential(identity=identity, password=password, way=way, page=found.accounts.path, proof=found.proof)


class _Search:
    def __init__(self, logins: Logins, sessions: SessionMaker, client: ControlClient) -> None:
        self._logins = logins
        self._sessions = sessions
        self._client = client
        self._deadline_s = time.monotonic() + _LOOKING_S

    def found(self, accounts: Sequence[OwnAccounts]) -> list[_Found]:
        """Return an account of each kind and role that opens pages which are closed to the run's users without it."""
        return [found for one in accounts for found in self._opened_by(one)]

    def logged_in(self, found: _Found) -> Credential | None:
        """Return the account with a password of the run's own if the project's login takes it, else None."""
        ways = only_at(self._logins.ways, found.accounts.path)
        for name, password in self._names_and_passwords(found.accounts, found.row):
            credential = _account(found, LoginWay.FORM, name, password)
            if log_in(self._client, _VU, credential, ways, found.proof, Pace(patience_s=0)).attempt.proven:
                return credential
        return None

    def told_a_token(self, accounts: OwnAccounts) -> Credential | None:
        """Return an account that the project's login tells a token which opens something, else None."""
        ways = only_at(self._logins.ways, accounts.path)
        identity = Identity(role=f"{_ACCOUNT_OF}{accounts.model._meta.label}")
        for row, _ in islice(self._rows(accounts), 1):
            for name, password in self._names_and_passwords(accounts, row):
                who = Credential(identity=replace(identity, username=name), password=password, way=LoginWay.TOKEN)
                entered = log_in(self._client, _VU, who, ways, None, Pace(patience_s=0))
                if entered.opened is not None:
                    return replace(who, proof=entered.opened)
        return None

    def _names_and_passwords(self, accounts: OwnAccounts, row: Model) -> Iterator[tuple[str, str]]:
        """Yield what may let an account in, which has the password by then, kept in one way after the other."""
        prepare = self._logins.place.prepare
        assert prepare is not None
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        names = accounts.names_of(row)[:_MOST_NAMES]
        for give in accounts.passwords(row, password):
            try:
                with prepare():
                    give()
            except Exception:  # a hash may be too long, and how a row keeps its password is the project's own code
                continue
            finally:
                connections.close_all()
            yield from ((name, password) for name in names)

    def _opened_by(self, accounts: OwnAccounts) -> Iterator[_Found]:
        closed: list[ProofPage] = []
        if not self._begin():
            return
        for page in self._pages(accounts):
            if time.monotonic() < self._deadline_s and not _is_open(self._answer(page)):
                closed.append(page)
        opening = (self._opening(accounts, *one, closed) for one in (self._rows(accounts) if closed else ()))
        first = next((one for one in opening if one is not None), None)
        if first is not None:
            yield first
            for role, row, values in self._beside(first):
                if (other := self._opening(accounts, row, values, closed)) is not None:
                    yield replace(other, role=role)

    def _opening(
        self, accounts: OwnAccounts, row: Model, values: Mapping[str, object], closed: Sequence[ProofPage]
    ) -> _Found | None:
        """Return an account if a page opens by it that is closed without."""
        if time.monotonic() >= self._deadline_s:
            return None
        if not values or not self._begin() or not self._sessions.put(self._client.session(), values):
            return None
        for one in closed:
            if time.monotonic() < self._deadline_s and _is_open(self._answer(one)):
                return _Found(accounts=accounts, row=row, values=values, proof=one)
        return None

    def _beside(self, first: _Found) -> list[tuple[str, Model, Mapping[str, object]]]:
        """Return accounts in other roles than that of the first, with what their login puts into the session."""
        prepare = self._logins.place.prepare
        assert prepare is not None
        others: dict[str, tuple[str, Model, Mapping[str, object]]] = {}
        with suppress(Exception), prepare():  # columns and descriptors are the project's own code
            for role, row in islice(first.accounts.roles_beside(first.row), MOST_ROLES):
                others.setdefault(role, (role, row, first.accounts.values_of(row)))
        connections.close_all()
        return list(others.values())

    def _begin(self) -> bool:
        """Begin a session as the run's main user, or as nobody where none takes part."""
        place = self._logins.place
        identity = main_identity([one.identity for one in place.credentials])
        credential = next((one for one in place.credentials if one.identity is identity), None)
        if credential is not None:
            proof = self._logins.proof_for(credential)
            return log_in(self._client, _VU, credential, self._logins.ways, proof, Pace(patience_s=0)).attempt.proven
        with suppress(Exception):  # the session engine is the project's own
            self._client.adopt(self._sessions.make(ANONYMOUS))
            return True
        return False

    def _pages(self, accounts: OwnAccounts) -> list[ProofPage]:
        """Return pages that may want such an account, those first whose code reads what its login has put there."""
        pages = list(open_pages(one for one in self._logins.askable if not one.needs_address))
        wanting = {one.path for one in pages if not session_keys_at(one.path, "GET").read.isdisjoint(accounts.put)}
        pages.sort(key=lambda one: one.path not in wanting)
        if any(one.path in wanting and not one.is_export for one in pages):
            # Their caches stay cold for the run.
            pages = [one for one in pages if not one.is_export]
        return pages[:_PAGES]

    def _rows(self, accounts: OwnAccounts) -> Iterator[tuple[Model, Mapping[str, object]]]:
        """Yield accounts, those first to which most belongs, with what their login puts into the session."""
        place = self._logins.place
        assert place.prepare is not None
        identity = main_identity([one.identity for one in place.credentials])
        maker = KeyMaker(fence=place.prepare, today=date.today(), identity=identity)
        model = accounts.model
        for key in maker.keys_in((model, model._meta.pk.attname)):
            found = None
            with suppress(Exception), place.prepare():  # managers and descriptors are the project's own code
                row = model._base_manager.get(pk=key)
                found = row, accounts.values_of(row)
            # Whoever takes it sends requests and puts the fence up itself.
            if found is not None:
                yield found

    def _answer(self, page: ProofPage) -> Answer | None:
        try:
            return self._client.get(page.path, timeout_s=LOOK_S)
        except requests.RequestException:
            return None


def _is_open(answer: Answer | None) -> bool:
    return answer is not None and answer.status < HTTPStatus.MULTIPLE_CHOICES
