"""What an audited Locust process may send, and to whom."""

import pytest

from loadaudit.load.job import Target
from loadaudit.load.locust.guard import NEEDS_WRITES, OTHER_HOST, Guard, shown
from loadaudit.load.locust.sockets import SocketGuard

REMOTE = Target(base_url="https://staging.example.org")
EMBEDDED = Target(base_url="https://shop.example.org", connect_to="127.0.0.1:4711", present_https=True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://staging.example.org/page/?a=1", True),
        ("https://STAGING.example.org:443/", True),
        ("http://staging.example.org/", False),
        ("https://staging.example.org:8443/", False),
        ("https://staging.example.org.evil.example/", False),
        ("https://staging.example.org@evil.example/", False),
        ("https://evil.example/?https://staging.example.org/", False),
        ("ftp://staging.example.org/", False),
        ("https://[broken/", False),
    ],
)
def test_only_the_very_origin_is_the_target(url: str, expected: bool) -> None:
    """Scheme, host and port have to be those of a remote target."""
    assert Guard(REMOTE, writes=True).is_target(url) is expected


@pytest.mark.parametrize("url", ["https://shop.example.org/x", "http://shop.example.org/x"])
def test_the_embedded_server_has_one_host_and_both_schemes(url: str) -> None:
    """Loopback is plain HTTP whatever the project believes, so a redirect to https stays on it."""
    assert Guard(EMBEDDED, writes=True).is_target(url)


def test_other_hosts_are_refused_unless_opened() -> None:
    """An operator opens hosts by name, with a port or without."""
    guard = Guard(REMOTE, writes=True, allowed=("sso.example.org:443", "*.cdn.example"))
    assert guard.refusal("GET", "https://evil.example/") == OTHER_HOST
    assert guard.refusal("GET", "http://sso.example.org/") == OTHER_HOST
    assert guard.refusal("POST", "https://sso.example.org/token") == ""
    assert guard.refusal("GET", "http://a.cdn.example/x.js") == ""


@pytest.mark.parametrize("method", ["POST", "put", "PATCH", "DELETE"])
def test_what_changes_data_needs_writes(method: str) -> None:
    """Reads are always sent to the target, everything else only when it was allowed."""
    assert Guard(REMOTE, writes=False).refusal(method, "https://staging.example.org/x") == NEEDS_WRITES
    assert Guard(REMOTE, writes=True).refusal(method, "https://staging.example.org/x") == ""
    assert Guard(REMOTE, writes=False).refusal("GET", "https://staging.example.org/x") == ""


def test_shown_place_has_no_password() -> None:
    """What is listed names scheme and host, and no secret."""
    assert shown("https://user:secret@evil.example:8443/path?token=1") == "https://evil.example:8443"


def sockets(guard: Guard, *, within: bool = False) -> SocketGuard:
    """Return a guard of sockets that is not installed."""
    return SocketGuard(guard, within_request=lambda: within, refused=lambda place, why: None)


def test_sockets_past_the_clients_reach_the_target_only_with_writes() -> None:
    """What another library sends is not looked at, so it may not change data either."""
    assert sockets(Guard(EMBEDDED, writes=True)).may_connect("127.0.0.1", 4711)
    assert not sockets(Guard(EMBEDDED, writes=False)).may_connect("127.0.0.1", 4711)
    assert sockets(Guard(EMBEDDED, writes=False), within=True).may_connect("127.0.0.1", 4711)


def test_sockets_reach_nothing_else() -> None:
    """Neither other services of this machine nor other hosts, unless they were opened."""
    assert not sockets(Guard(EMBEDDED, writes=True), within=True).may_connect("127.0.0.1", 5432)
    assert not sockets(Guard(EMBEDDED, writes=True), within=True).may_connect("192.0.2.1", 443)
    opened = Guard(EMBEDDED, writes=True, allowed=("localhost:5432",))
    assert sockets(opened).may_connect("127.0.0.1", 5432)
