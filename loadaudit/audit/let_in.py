"""Gives users of the clone the rows for want of which the login itself fails, as a sign-up would have made them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.db import connections

from loadaudit.audit.places import Place
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.planning.making.admitted import Admission, admissions
from loadaudit.records import LoginCause

_BROKEN = frozenset({LoginCause.EXCEPTION, LoginCause.STATUS})

_MOST_TRIES = 4
"""Rows that are tried for one user, each with a login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """How the logins of users ended, and what they were given for it."""

    results: list[LoggedIn]
    admissions: tuple[Admission, ...] = ()

    def at(self, place: Place) -> Place:
        """Return the place with what its users get, those to come as well."""
        if not self.admissions:
            return place
        words = ", ".join(dict.fromkeys(one.words for one in self.admissions))
        note = f"The login fails for users who lack what a sign-up would have made; made on the clone: {words}."
        return replace(place, admissions=(*place.admissions, *self.admissions), messages=(*place.messages, note))


def let_in(
    place: Place,
    credentials: Sequence[Credential],
    results: Sequence[LoggedIn],
    log_in: Callable[[Sequence[Credential]], list[LoggedIn]],
) -> LetIn:
    """Make what a login that broke had looked up of its user in vain, where the login goes through with it.

    Only on a clone; what does not help is taken back.
    """
    found: list[Admission] = []
    ended = list(results)
    for number, credential in enumerate(credentials):
        if place.prepare is None or ended[number].attempt.cause not in _BROKEN:
            continue
        for one in found:
            one.given_to(credential.identity, place.prepare)
        connections.close_all()
        again = log_in([credential])[0] if found else ended[number]
        if again.attempt.cause in _BROKEN and (row := _that_lets_in(place, credential, again, log_in)) is not None:
            found.append(row[0])
            again = row[1]
        ended[number] = again
    return LetIn(results=ended, admissions=tuple(found))


def _that_lets_in(
    place: Place,
    credential: Credential,
    failed: LoggedIn,
    log_in: Callable[[Sequence[Credential]], list[LoggedIn]],
) -> tuple[Admission, LoggedIn] | None:
    """Return the row with which the login goes through, and how it did."""
    prepare = place.prepare
    assert prepare is not None
    tries = [one for one in admissions(credential.identity, [failed.refused], prepare) if not one.column]
    for one in tries[:_MOST_TRIES]:
        take_back = one.given_to(credential.identity, prepare)
        connections.close_all()
        if take_back is None:
            continue
        again = log_in([credential])[0]
        if again.attempt.proven:
            return one, again
        take_back()
        connections.close_all()
    return None
