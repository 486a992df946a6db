"""Users for a write, in the order of what requests that worked tell."""

from dataclasses import dataclass, replace

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.preflight.proven import over_accounts, proven_first, proven_user_first
from loadaudit.planning.rows_before import OF_THE_RUN
from loadaudit.records import Access, Identity, Kind, Parameter, PlannedPath, Risk
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


def test_who_may_change_an_account() -> None:
    """Who is in the group, the staff, and who sees the page above; only the staff where no account is named."""
    write = replace(operation("POST /team/<str:name>/lock/", kind=Kind.WRITE), access=Access(groups=("Leads",)))
    users = [_user("user"), _user("Clerks"), _user("Leads"), _user("anonymous")]
    users.append(replace(_user("root"), identity=Identity(role="root", staff=True)))
    for one in (users[1], users[3]):
        one.harvest.good["/team/"] = {"/team/": None}
    users[0].harvest.good |= {"/": {"/": None}, "/tea/": {"/tea/": None}}
    assert [one.identity.role for one in over_accounts(write, users, is_of_one=True)] == ["Leads", "root", "Clerks"]
    assert [one.identity.role for one in over_accounts(write, users, is_of_one=False)] == ["root"]


def test_what_destroys_begins_with_what_the_run_has_made() -> None:
    """Also where others of the user's own come first."""
    destroys = operation("DELETE /talks/<int:pk>/", kind=Kind.WRITE, risk=Risk.DESTRUCTIVE)
    paths = [
        PlannedPath(path="/talks/1/", origin="row of a"),
        PlannedPath(path="/talks/9/", origin=f"row of a{OF_THE_RUN}"),
    ]
    found = proven_first(destroys, paths, _user("user").harvest)
    assert [one.path for one in found] == ["/talks/9/", "/talks/1/"]
