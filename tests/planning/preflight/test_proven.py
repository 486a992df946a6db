"""Users for a write, in the order of what requests that worked tell."""

from dataclasses import dataclass

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.preflight.proven import proven_user_first
from loadaudit.records import Identity, Kind, Parameter
from tests.analysis.factories import operation

EVENT = Parameter(name="event", converter="slug")


@dataclass
class _User:
    identity: Identity
    harvest: Harvest


def _user(role: str, *routes: str) -> _User:
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    for route in routes:
        harvest.neighbours.note(route, {"event": "one"}, worked=True)
    return _User(Identity(role=role), harvest)


PAGES = [f"/<slug:event>/{name}/" for name in ("talks", "rooms", "mails", "tags")]


@pytest.mark.parametrize(
    ("route", "kind", "first"),
    [
        ("/<slug:event>/talks/new/", Kind.WRITE, "staff"),
        ("/<slug:event>/talks/new/", Kind.READ, "user"),
        ("/orders/<slug:event>/", Kind.WRITE, "user"),
    ],
)
def test_a_write_goes_to_whom_the_pages_beside_it_work_for(route: str, kind: Kind, first: str) -> None:
    """They worked as none but the staff: whoever is turned away from them is from what they send, too."""
    write = operation(f"POST {route}", parameters=(EVENT,), kind=kind)
    users = [_user("user"), _user("anonymous", *PAGES, *PAGES), _user("staff", *PAGES)]
    assert proven_user_first(write, users)[0].identity.role == first


def test_a_write_whose_own_page_works_stays_with_its_user() -> None:
    write = operation("POST /<slug:event>/talks/", parameters=(EVENT,), kind=Kind.WRITE)
    users = [_user("user"), _user("staff", *PAGES)]
    users[0].harvest.good["/<slug:event>/talks/"] = {"/one/talks/": None}
    assert proven_user_first(write, users) == users
