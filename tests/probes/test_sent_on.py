"""Redirects that are made in front of a view, and those that are its own."""

from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, RequestFactory, override_settings

from loadaudit.probes.sent_on import trouble_told
from loadaudit.records import LEFT_EARLY, TOLD
from tests.probes.conftest import Site, headers

OF_THE_DECORATOR = ("sent on by tests.probes.fronts.profile_required, before its view",)


@pytest.mark.parametrize("address", ["/fronts/decorated/", "/fronts/moved/"])
def test_a_decorator_sends_on(site: Site, address: str) -> None:
    """The view did not run, and the trace says who was in front of it."""
    trace = site.trace(address)
    assert (trace.view_ran, trace.denied, trace.refusals) == (False, False, OF_THE_DECORATOR)


@pytest.mark.parametrize(
    "address",
    [
        "/fronts/decorated/?profile=1&on=1",
        "/fronts/moved/?profile=1",
        "/fronts/plain/?on=1",
        "/fronts/mixed/?profile=1",
        "/fronts/class/?profile=1",
    ],
)
def test_a_view_redirects_by_itself(site: Site, address: str) -> None:
    """Its own code was on the way to the redirect."""
    trace = site.trace(address)
    assert (trace.status, trace.view_ran, trace.refusals) == (302, True, ())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("level=40", True),
        ("level=30", True),
        ("level=20", False),
        ("level=40&session=1", True),
        ("level=30&session=1", False),
        ("level=40&write=1", False),
    ],
)
def test_a_view_redirects_with_a_message(site: Site, query: str, *, told: bool) -> None:
    """One that tells of trouble and wrote nothing did not do its work; warnings may be of a session that it changed."""
    trace = site.trace(f"/fronts/messaging/?{query}")
    expected = (f"{TOLD}Your cart is empty",) if told else ()
    assert (trace.view_ran, trace.refusals) == (True, expected)


@pytest.mark.parametrize(
    ("method", "address", "told"),
    [
        ("POST", "hinting/", f"{TOLD}Your cart is empty"),
        ("POST", "hinting/?name=", ""),
        ("GET", "hinting/", ""),
        ("POST", "stepping/", f"{LEFT_EARLY}fronts.py:"),
        ("GET", "stepping/", f"{LEFT_EARLY}fronts.py:"),
        ("GET", "stepping-behind/", f"{LEFT_EARLY}fronts.py:"),
        ("POST", "undoing/", f"{TOLD}It is sold out"),
        ("POST", "choosing/", ""),
        ("POST", "choosing/?to", ""),
    ],
)
def test_a_view_leaves_before_its_work(site: Site, method: str, address: str, told: str) -> None:
    """Another way through its code changes something, or answers a read; what is asked for is no way out."""
    body = {"to": "list"} if "to" in address else {}
    trace = site.trace(f"/fronts/{address}") if method == "GET" else site.trace_of_post(f"/fronts/{address}", body)
    assert (trace.view_ran, trace.status, bool(trace.refusals)) == (True, 302, bool(told))
    assert all(one.startswith(told) for one in trace.refusals)


def test_a_mixin_sends_on(site: Site) -> None:
    """The class of the handler did not get as far."""
    trace = site.trace("/fronts/mixed/")
    told = "sent on by tests.probes.fronts.ProfileRequired.dispatch, before its view"
    assert (trace.view_ran, trace.refusals) == (False, (told,))


@pytest.mark.parametrize("address", ["/fronts/dispatching/", "/fronts/both/"])
def test_a_dispatch_of_its_own_sends_on_what_was_to_write(site: Site, address: str) -> None:
    """Its handler for that has not run, which of a read does not matter."""
    trace = site.trace_of_post(address, {})
    told = "sent on by tests.probes.fronts.Dispatching.dispatch, before its view"
    assert (trace.view_ran, trace.refusals) == (False, (told,))
    assert site.trace_of_post(f"{address}?profile=1", {}).view_ran


def test_a_mixin_of_djangos_sends_on(site: Site) -> None:
    """Where the project has said to where, which need not be a login."""
    trace = site.trace("/fronts/tested/")
    told = "sent on by django.contrib.auth.mixins.UserPassesTestMixin.dispatch, before its view"
    assert (trace.view_ran, trace.refusals) == (False, (told,))
    assert site.trace("/fronts/tested/?profile=1").view_ran


def test_a_decorated_dispatch_sends_on(site: Site) -> None:
    """`method_decorator` decorates at each call, so only the code of the decorator is known."""
    trace = site.trace("/fronts/class/")
    assert not trace.view_ran
    assert trace.refusals[0].startswith("sent on by profile_required (fronts.py:")


@pytest.mark.parametrize(
    "address",
    [
        "/fronts/afterwards/",
        "/fronts/errors/",
        "/fronts/canonical/",
        "/fronts/all-in-dispatch/",
        "/fronts/dispatching/",
        "/fronts/both/",
    ],
)
def test_what_is_not_certain_is_the_views_own(site: Site, address: str) -> None:
    """The view may have run, another spelling of its own page is its own, and a dispatch may be all there is."""
    assert site.trace(address).view_ran


def test_a_coroutine_is_sent_on(site: Site) -> None:
    """The decorator awaits what it returns."""
    for address, ran in (("/fronts/awaited/", False), ("/fronts/awaited/?profile=1", True)):
        site.traces.clear()
        async_to_sync(AsyncClient().get)(address, headers=headers())
        assert site.traces[0].view_ran is ran


def test_a_login_that_is_required_turns_away(site: Site) -> None:
    """What was a refusal before stays one: its view counts as run, and as denied."""
    with override_settings(LOGIN_URL="/accounts/login/"):
        trace = site.trace("/private/")
    assert (trace.denied, trace.view_ran, trace.refusals) == (True, True, ())


def test_a_message_that_cannot_be_read_is_none() -> None:
    """A lazy text is the project's own code, which must not change the response."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    request: Any = RequestFactory().get("/")
    request._messages = SimpleNamespace(_queued_messages=[SimpleNamespace(level=40, message=Broken())])
    assert trouble_told(request) == ""


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([(30, "ignored"), (40, "a &#x27;b&#x27; is missing"), (40, "later")], "a 'b' is missing"),
        ([(25, "saved"), (30, "ignored")], "ignored"),
        ([(25, "saved")], ""),
    ],
)
def test_the_first_error_is_told_before_warnings(messages: list[tuple[int, str]], told: str) -> None:
    """As people read it, without what HTML makes of a sign."""
    request: Any = RequestFactory().get("/")
    left = [SimpleNamespace(level=level, message=text) for level, text in messages]
    request._messages = SimpleNamespace(_queued_messages=left)
    assert trouble_told(request) == told
