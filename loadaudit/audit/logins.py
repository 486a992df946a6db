"""Logs the virtual users in before the load, and decides whether the run can go on with those that made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connections

from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.errors import AbortedError
from loadaudit.load.job import VirtualUser
from loadaudit.planning.identities import Credential
from loadaudit.planning.login import AT_ONCE, LoggedIn, log_in_all, login_paths, proof_page
from loadaudit.records import Inventory, LoginAttempt


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """The virtual users that may go on, and every attempt."""

    users: tuple[VirtualUser, ...]
    attempts: tuple[LoginAttempt, ...]


def log_in_users(
    users: Sequence[VirtualUser], place: Place, inventory: Inventory, config: Config, observer: Observer
) -> LoginResult:
    """Log every virtual user in that has an identity; those that cannot prove it are left out."""
    by_role = {credential.identity.role: credential for credential in place.credentials}
    ready = [user for user in users if user.role not in by_role]
    waiting = [(user, by_role[user.role]) for user in users if user.role in by_role]
    # One of each role first: when a password is wrong, nine more tries would only meet the rate limit.
    first, rest = _one_of_each(waiting)
    results = _log_in(first, place, inventory, config, observer)
    hopeless = {user.role for (user, _), result in zip(first, results, strict=True) if not result.attempt.proven}
    rest = [(user, credential) for user, credential in rest if user.role not in hopeless]
    results += _log_in(rest, place, inventory, config, observer)
    for (user, _), result in zip([*first, *rest], results, strict=True):
        if result.attempt.proven:
            ready.append(replace(user, cookies=result.cookies))
    return LoginResult(
        users=tuple(sorted(ready, key=lambda user: user.index)),
        attempts=tuple(result.attempt for result in results),
    )


def without_hopeless(place: Place, inventory: Inventory, config: Config, observer: Observer) -> Place:
    """Return the place without the users that loadaudit chose itself and that cannot log in, while others can.

    Which users a login page is for is not written anywhere: a project may have one for its staff only. Users that
    the settings name stay, because their failure is something to report.
    """
    if config.users or len(place.credentials) < 2:
        return place
    results = log_in_all(
        [(number, credential) for number, credential in enumerate(place.credentials)],
        client_for=place.client,
        paths=login_paths(config.login),
        proof_for=lambda identity: proof_page(inventory.operations, identity),
        progress=lambda attempt: None,
        at_once=_at_once(place),
    )
    proven = tuple(one for one, result in zip(place.credentials, results, strict=True) if result.attempt.proven)
    if not proven or len(proven) == len(place.credentials):
        return place
    lost = {one.identity.role for one in place.credentials} - {one.identity.role for one in proven}
    notes = [
        f"No user took part as {result.attempt.role}, because none could log in: {result.attempt.detail}."
        for result in results
        if result.attempt.role in lost
    ]
    return replace(place, credentials=proven, messages=(*place.messages, *notes))


def check_logins(users: Sequence[VirtualUser], result: LoginResult) -> None:
    """Raise AbortedError when more than half of the virtual users that need a login could not prove one."""
    needing = [user for user in users if user.role != "anonymous"]
    ready = [user for user in result.users if user.role != "anonymous"]
    if 2 * len(ready) >= len(needing) and (ready or not needing):
        return
    reasons = _reasons(result.attempts)
    raise AbortedError(
        f"Only {len(ready)} of {len(needing)} virtual users could prove their login. Missing: {reasons}",
        hint="Correct LOADAUDIT['USERS'] or LOADAUDIT['LOGIN'], or audit without a login: --anonymous.",
    )


def _reasons(attempts: Sequence[LoginAttempt]) -> str:
    failures: Mapping[str, str] = {one.role: one.detail for one in attempts if not one.proven}
    return "; ".join(f"as {role}: {detail}" for role, detail in failures.items())


def _at_once(place: Place) -> int:
    sqlite = place.server is not None and any(connections[alias].vendor == "sqlite" for alias in connections)
    return 1 if sqlite else AT_ONCE


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


def _log_in(
    waiting: Sequence[tuple[VirtualUser, Credential]],
    place: Place,
    inventory: Inventory,
    config: Config,
    observer: Observer,
) -> list[LoggedIn]:
    return log_in_all(
        [(user.index, credential) for user, credential in waiting],
        client_for=place.client,
        paths=login_paths(config.login),
        proof_for=lambda identity: proof_page(inventory.operations, identity),
        progress=observer.logged_in,
        at_once=_at_once(place),
    )
