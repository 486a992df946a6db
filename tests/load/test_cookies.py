"""The cookies of one virtual user: kept, sent, replaced, deleted."""

import pytest

from loadaudit.load.cookies import Cookie, CookieStore

NOW = 1_700_000_000.0


def store(*set_cookies: str) -> CookieStore:
    """Return a store that received these Set-Cookie values at a fixed moment."""
    made = CookieStore(wall_clock=lambda: NOW)
    for one in set_cookies:
        made.receive(one)
    return made


def test_received_cookie_is_sent_back() -> None:
    """A session lives from request to request."""
    assert store("sessionid=abc; HttpOnly; Path=/; SameSite=Lax").header("/any/") == "sessionid=abc"


@pytest.mark.parametrize(
    "set_cookie", ["sessionid=a; Secure", "__Secure-sessionid=a; Secure; Path=/", "__Host-sessionid=a; Secure; Path=/"]
)
def test_secure_cookie_is_sent_over_loopback(set_cookie: str) -> None:
    """The embedded server presents itself as https although loopback is plain http."""
    assert store(set_cookie).header("/") == set_cookie.partition(";")[0]


def test_newer_value_replaces_the_older() -> None:
    """A rotated session id is sent once, with its new value."""
    assert store("sessionid=old", "sessionid=new").header("/") == "sessionid=new"


@pytest.mark.parametrize(
    "deletion",
    [
        'sessionid=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/',
        "sessionid=; Max-Age=-1",
        "sessionid=; Max-Age=000",
        "sessionid=; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
    ],
)
def test_expired_cookie_is_deleted(deletion: str) -> None:
    """A logout takes the session away, however the server words it."""
    assert store("sessionid=abc", "other=1", deletion).header("/") == "other=1"


def test_max_age_wins_over_expires() -> None:
    """RFC 6265 section 5.3 gives Max-Age precedence."""
    assert store("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT").header("/") == "a=1"


def test_deletion_for_another_path_leaves_the_cookie() -> None:
    """Name and path together identify a cookie."""
    assert store("a=1; Path=/shop", "a=; Max-Age=0; Path=/").header("/shop/") == "a=1"


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/shop", "a=1"), ("/shop/", "a=1"), ("/shop/cart?x=1", "a=1"), ("/shopping/", ""), ("/", ""), ("/?x=/shop", "")],
)
def test_cookie_is_sent_to_its_path_only(path: str, sent: str) -> None:
    """RFC 6265 section 5.1.4 compares whole segments and no query."""
    assert store("a=1; Path=/shop").header(path) == sent


def test_longer_path_comes_first() -> None:
    """RFC 6265 section 5.4 orders cookies of one name."""
    assert store("a=root; Path=/", "a=deep; Path=/shop").header("/shop/") == "a=deep; a=root"


@pytest.mark.parametrize("set_cookie", ["a=1; Path=", "a=1; Path=shop", "a=1"])
def test_cookie_without_a_usable_path_is_for_the_whole_site(set_cookie: str) -> None:
    """A path that does not begin with a slash counts as none."""
    assert store(set_cookie).header("/anything/") == "a=1"


@pytest.mark.parametrize(
    "attribute", ["Max-Age=--5", "Max-Age=²", "Max-Age=" + "9" * 5_000, "Max-Age=soon", "Expires=", "Expires=never"]
)
def test_unreadable_lifetime_keeps_the_cookie(attribute: str) -> None:
    """RFC 6265 section 5.2 ignores an attribute that cannot be read; it must never end a virtual user."""
    assert store(f"a=1; {attribute}").header("/") == "a=1"


@pytest.mark.parametrize("set_cookie", ["", ";", "novalue", "=orphan; Path=/"])
def test_text_without_a_name_is_no_cookie(set_cookie: str) -> None:
    """A broken header is ignored."""
    assert store(set_cookie).header("/") == ""


def test_value_may_contain_equal_signs() -> None:
    """Signed values are padded with them."""
    assert store("a=b==; Path=/").header("/") == "a=b=="


def test_every_set_cookie_line_of_a_response_is_taken_over() -> None:
    """Header names come in any case, one cookie a line."""
    made = CookieStore()
    block = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX: y\r\nset-cookie: b=2; Path=/\r\n\r\n"
    assert made.receive_headers(block)
    assert made.header("/") == "a=1; b=2"


def test_response_without_cookies_changes_nothing() -> None:
    """Most responses carry none."""
    made = CookieStore((Cookie(name="a", value="1"),))
    assert not made.receive_headers(b"HTTP/1.1 200 OK\r\nVary: Cookie\r\n\r\n")
    assert made.all() == (Cookie(name="a", value="1"),)
