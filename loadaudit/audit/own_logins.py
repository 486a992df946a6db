"""Logins of the run's own users, with the right password, at login pages where none of them has come from."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import requests

from loadaudit.audit.logins import Logins
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import Ways, log_in
from loadaudit.planning.logins.kept import KeptSession
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.tokens import by_tokens
from loadaudit.planning.logins.ways import only_at
from loadaudit.planning.values import fill
from loadaudit.records import Identity, LoginCause, LoginWay, Operation

_FIRST_VU = 62_500
"""Numbers of virtual users that no load has, for source addresses of these logins' own."""

_MOST = 2
"""Users that log in at one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLogin:
    """The request with which an identity of the run logged in."""

    identity: Identity
    path: str
    answer: Answer


def confirmed_at(page: str, sessions: Mapping[str, KeptSession], identities: Mapping[str, Identity]) -> list[OwnLogin]:
    """Return the requests with which identities gave their password once more, at this page too if it asks for that.

    Sessions and identities are by role. An empty page stands for those that were asked on the way.
    """
    if page and not any(session.confirmed for session in sessions.values()):
        for session in list(sessions.values())[:_MOST]:
            session.confirm_at(page)
    return [
        OwnLogin(identity=identities[role], path=one.path, answer=one.answer)
        for role, session in sessions.items()
        for one in session.confirmed
    ]


def logged_in_at(
    operation: Operation, logins: Logins, proven: Collection[str], over: Callable[[], bool]
) -> Iterator[OwnLogin]:
    """Log users in at the page of an operation, the staff first, and yield what that has sent.

    `proven` are the roles that have logged in elsewhere: only their passwords are known to be right.
    """
    if operation.parameters:
        return
    by_password = [
        one
        for one in logins.place.credentials
        if one.role in proven and one.way is not LoginWay.SESSION and one.password and not one.headers
    ]
    path = fill(operation.route, {})
    ways = only_at(logins.ways, path)
    owners = [one for one in logins.place.owners if one.page == path]
    users = sorted(by_password, key=lambda one: not one.identity.staff)[:_MOST]
    for number, credential in enumerate([*owners, *users]):
        if over():
            return
        vu = _FIRST_VU + number
        client = logins.place.client(vu)
        try:
            # A token is an answer to the right password, whether or not there is a page that it opens.
            if told := _told_a_token(client, credential, ways):
                yield from told
                return
            entered = log_in(client, vu, credential, ways, logins.proof_for(credential), Pace(patience_s=0))
        finally:
            client.close()
        if entered.attempt.proven:
            yield from (
                OwnLogin(identity=credential.identity, path=one.path, answer=one.answer) for one in entered.sent
            )
            return


def _told_a_token(client: ControlClient, credential: Credential, ways: Ways) -> list[OwnLogin]:
    """Return the requests with which a login told a token, none where it is no such login or told none."""
    steps = by_tokens(client, credential, ways.tokens, cookies_count=False)
    with suppress(requests.RequestException):
        return [
            OwnLogin(identity=credential.identity, path=one.path, answer=one.answer)
            for step in steps
            if step.cause is LoginCause.NONE
            for one in step.sent
        ]
    return []
