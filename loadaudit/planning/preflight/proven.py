"""Rows and users for a write, in the order of what requests that worked tell of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from django.apps import apps

from loadaudit.planning.build import identity_for
from loadaudit.planning.harvest import Harvest, match_of
from loadaudit.planning.identities import main_identity
from loadaudit.planning.meant_for import member_for
from loadaudit.planning.rows import PAST_MANAGER
from loadaudit.planning.rows_before import OF_THE_RUN
from loadaudit.planning.scoped import hides_rows
from loadaudit.records import Identity, Kind, Operation, PlannedPath

LINKED = "link in an answer"
_SEEING = 2
_LEAST = 3
_TIMES_MORE = 4
"""How much more has to speak for another user than for the one that an operation is meant for."""


def proven_first(operation: Operation, paths: list[PlannedPath], harvest: Harvest) -> list[PlannedPath]:
    """Return a write's addresses with those first at which another method works, where the first is none of them.

    What breaks the page of a row most likely breaks what its form is sent to, which is tried with many bodies. Where
    no other method has worked at any of them, those come first whose values have worked in most other routes. What
    destroys begins with what the run has made, whoever has it: nobody misses that.
    """
    if operation.kind is Kind.READ or len(paths) < 2:
        return paths
    if operation.risk.value == "destructive":
        return sorted(paths, key=lambda one: OF_THE_RUN not in one.origin)
    good = harvest.good.get(operation.route, {})
    if paths[0].path in good:
        return paths
    if any(one.path in good for one in paths):
        return sorted(paths, key=lambda one: one.path not in good)
    return _most_worked_first(operation, paths, harvest)


def _most_worked_first(operation: Operation, paths: Sequence[PlannedPath], harvest: Harvest) -> list[PlannedPath]:
    values = [match_of(one.path.partition("?")[0], harvest.index)[1] for one in paths]
    worked = [harvest.neighbours.routes_worked(operation.route, one) for one in values]
    return [one for _, one in sorted(zip(worked, paths, strict=True), key=lambda pair: -pair[0])]


def with_links(operation: Operation, rows: Sequence[PlannedPath], links: Iterable[str]) -> list[PlannedPath]:
    """Return the addresses of rows and what pages link to, which goes first where a manager hides whose rows these are.

    What destroys begins with the user's rows all the same, of which the newest may be the run's.
    """
    linked = [PlannedPath(path=path, origin=LINKED) for path in links]
    is_hidden = bool(rows and linked) and are_hidden(operation)
    is_anyones = any(PAST_MANAGER in one.origin for one in rows)
    behind = is_hidden and (is_anyones or operation.risk.value != "destructive")
    return [*linked, *rows] if behind else [*rows, *linked]


def are_hidden(operation: Operation) -> bool:
    """Whether the rows of an operation are shown within a request only."""
    labels = {one.model for one in operation.parameters if one.model}
    return any(hides_rows(apps.get_model(label)) for label in labels)


class User(Protocol):
    """One whom operations are tried as, with what the answers have shown."""

    @property
    def identity(self) -> Identity:
        """Who it is."""

    @property
    def harvest(self) -> Harvest:
        """What worked."""


EachUser = TypeVar("EachUser", bound=User)


def roles_in_line(operation: Operation, identities: Sequence[Identity]) -> list[str]:
    """Return the roles as which an operation is tried: that for which it is meant, members, the staff, and the others.

    Behind one who is in its group comes the ordinary user, who has most rows. Members of the ordinary user's tenant in
    other roles go before the staff, who may be in no tenant, or be let in everywhere.
    """
    first = identity_for(operation, identities)
    roles = [first.role] if isinstance(first, Identity) else []
    if first == member_for(operation.access, identities):
        roles += [one.role for one in [main_identity(identities)] if one.role not in roles]
    # What asks for a login tells nothing new to somebody who has none.
    closed = operation.access.login or operation.access.is_raised
    others = sorted(identities, key=lambda one: (one.keyed, not one.member, not one.staff))
    return roles + [one.role for one in others if one.role not in roles and not (closed and one.anonymous)]


def over_accounts(operation: Operation, users: Sequence[EachUser], *, is_of_one: bool) -> list[EachUser]:
    """Return who may send what ends or changes an account: who is in the operation's group, the staff, and whoever sees
    the pages above it.

    Where it `is_of_one` the address names an account to throw away; else none but the staff sends it.
    """
    named = [one for one in users if not (one.identity.keyed or one.identity.anonymous)]
    staff = [one for one in named if one.identity.staff]
    if not is_of_one:
        return staff
    member = member_for(operation.access, [one.identity for one in named])
    above = [(max(map(len, _above(operation, one)), default=0), one) for one in named]
    seeing = [one for length, one in sorted(above, key=lambda pair: -pair[0]) if length][:_SEEING]
    found = [*(one for one in named if one.identity == member), *staff, *seeing]
    return list({one.identity.role: one for one in found}.values())


def _above(operation: Operation, one: User) -> Iterator[str]:
    """Yield the routes above an operation's, but the root, at which something has worked for a user."""
    return (each for each in one.harvest.good if len(each) > 1 and operation.route.startswith(f"{each.rstrip('/')}/"))


def proven_user_first(operation: Operation, users: list[EachUser]) -> list[EachUser]:
    """Return the users in the order in which a write is tried as them.

    Another one than that for whom it is meant comes first where its page works as none but the other, or where far
    more of what lies below the same rows does.
    """
    if operation.kind is Kind.READ or not operation.parameters or not users:
        return users
    known = [_speaks_for(operation, one) for one in users]
    best = max(range(len(known)), key=lambda place: known[place])
    if users[0].harvest.good.get(operation.route) or known[best] < max(_LEAST, _TIMES_MORE * known[0]):
        return users
    return [users[best], *users[:best], *users[best + 1 :]]


def _speaks_for(operation: Operation, one: User) -> int:
    if one.identity.keyed or one.identity.anonymous:
        return 0
    page = _TIMES_MORE if one.harvest.good.get(operation.route) else 1
    return page * one.harvest.neighbours.routes_below(operation.route)
