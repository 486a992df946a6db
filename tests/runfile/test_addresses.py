"""Keys in addresses go, what names a row stays, and equal keys of a run are told by one number."""

import pytest

from loadaudit.records import Parameter, Plan, PlannedPath, PlannedRequest, Tried
from loadaudit.records.words import Outcome
from loadaudit.runfile.addresses import Addresses
from tests.analysis.factories import operation

TOKEN = "sDj61m8aCQufpTFxqKZDpkEeprjrnYxE"
SIGNED = "NA:1xYEWi:3ap58l6eEKw15dmZWNhM0AFdaACKAOi6gGlPPW1Vw-c"


def known() -> Addresses:
    """Return addresses of a project that has doors of several kinds."""
    opened = Parameter(name="slug", converter="str", model="doors.Share", model_field="secret")
    routes = ["/magic/mine/", "/magic/<str:token>/", "/join/<str:code>/", "/sessions/<int:session_id>/", "/<token>/"]
    routes += ["/a[b/<str:token>/", "/a]b[/<str:token>/"]
    addresses = Addresses()
    addresses.know(
        [*(operation(f"GET {one}") for one in routes), operation("GET /s/<str:slug>/", parameters=(opened,))]
    )
    return addresses


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/magic/abc/", "/magic/…1/"),
        ("http://localhost/magic/abc/", "http://localhost/magic/…1/"),
        ("/magic/mine/", "/magic/mine/"),
        ("/join/ab/", "/join/…1/"),
        ("/a[b/spring/", "/a[b/…1/"),
        ("/a]b[/spring/", "/a]b[/…1/"),
        ("/s/spring/", "/s/…1/"),
        ("/sessions/12/", "/sessions/12/"),
        ("/posts/a-post-of-2024/", "/posts/a-post-of-2024/"),
        ("/rows/7d444840-9dc0-11d1-b245-5ffdce74fad2/", "/rows/7d444840-9dc0-11d1-b245-5ffdce74fad2/"),
        (f"/anything/{SIGNED}/", "/anything/…1/"),
        (f"/anything/{TOKEN}/", "/anything/…1/"),
        ("/reset/OQ/d0fr7s-0123456789abcdef0123456789abcdef/", "/reset/OQ/…1/"),
        (f"/orders/?page=2&signature=x&key={TOKEN}", "/orders/?page=2&signature=…1&key=…2"),
    ],
)
def test_what_opens_a_door_is_hidden(path: str, shown: str) -> None:
    """By the parameter's name, that of its column or of its model, and by its shape."""
    assert known().shown(path) == shown


def test_an_address_without_a_word_of_its_own_is_known_by_its_operation() -> None:
    """And its key keeps its number; of the query of what was sent no value is kept."""
    addresses = known()
    assert [addresses.shown(one, "/<token>/") for one in ("/abc/", "/def/", "/abc/")] == ["/…1/", "/…2/", "/…1/"]
    assert addresses.stored("/abc/?page=2", "/<token>/") == "/…1/?page=…"
    assert addresses.shown("/abc/") == "/abc/"


def test_a_plan_is_kept_without_keys() -> None:
    """Those in what answers say go as well."""
    id_ = "GET /magic/<str:token>/"
    request = PlannedRequest(operation_id=id_, method="GET", role="user", paths=(PlannedPath(path="/magic/abc/"),))
    tried = Tried(
        operation_id=id_,
        outcome=Outcome.SERVER_ERROR,
        role="user",
        path="/magic/abc/",
        tries=1,
        detail="no /magic/abc/",
    )
    plan = known().plan(
        Plan(identities=(), requests=(request,), exclusions=(), users=1, duration_s=1.0, tried=(tried,))
    )
    assert plan.requests[0].paths[0].path == plan.tried[0].path == "/magic/…1/"
    assert plan.tried[0].detail == "no /magic/…1/"
