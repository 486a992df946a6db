"""Keys that only a mail shows."""

import os
from pathlib import Path
from typing import Any

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.mailbox import Mailbox, asks_for_mail


@pytest.fixture
def index(settings: Any) -> RouteIndex:
    """Routes whose parameters need values."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    return RouteIndex.from_urlconf(None)


def test_links_lead_to_routes_whatever_host_they_name(tmp_path: Path, index: RouteIndex) -> None:
    """The newest first; what came in meanwhile is seen."""
    mailbox = Mailbox(folder=tmp_path, index=index)
    (tmp_path / "1.links").write_text("https://example.com/words/first/\nhttps://example.com/nowhere/")
    assert mailbox.addresses("/words/<str:word>/") == ["/words/first/"]
    (tmp_path / "2.links").write_text("http://testserver/words/second/?next=/")
    (tmp_path / "3.part").write_text("http://testserver/words/half")
    assert mailbox.addresses("/words/<str:word>/") == ["/words/second/?next=/", "/words/first/"]


@pytest.mark.parametrize(
    ("link", "names", "expected"),
    [
        ("https://app.example.com/verify/?user_id=5&signature=x1:y2", {"user_id", "signature"}, None),
        ("https://app.example.com/#/confirm?token=abc123", {"token"}, {"token": "abc123"}),
        ("https://app.example.com/#/reset/MQ/c8x-9f0e", {"uid", "token"}, {"uid": "MQ", "token": "c8x-9f0e"}),
        ("https://app.example.com/reset/?uidb36=4&key=c8x-9f0e", {"uid", "token"}, {"uid": "4", "token": "c8x-9f0e"}),
        ("https://app.example.com/news/today/", {"token"}, {}),
        ("https://app.example.com/verify/?token=abc123", {"name"}, {}),
    ],
)
def test_a_link_has_what_a_body_asks_for(
    tmp_path: Path, index: RouteIndex, link: str, names: set[str], expected: dict[str, str] | None
) -> None:
    """Pages of another program send the keys of their address on; a name that is no key is not looked for."""
    (tmp_path / "1.links").write_text(link)
    found = Mailbox(folder=tmp_path, index=index).values(names, "/accounts/verify/")
    assert found == ({"user_id": "5", "signature": "x1:y2"} if expected is None else expected)


def test_the_mail_that_is_about_the_same_counts(tmp_path: Path, index: RouteIndex) -> None:
    """Of a reset and a confirmation the operation's words choose, and of two of a kind the newer."""
    for number, link in enumerate(("reset/?key=1aaaaa", "confirm/?key=2bbbbb", "reset/?key=3ccccc")):
        (tmp_path / f"{number}.links").write_text(f"https://example.com/{link}")
        os.utime(tmp_path / f"{number}.links", (number, number))
    mailbox = Mailbox(folder=tmp_path, index=index)
    assert mailbox.values({"key"}, "/auth/password/reset") == {"key": "3ccccc"}
    assert mailbox.values({"key"}, "/auth/email/confirm") == {"key": "2bbbbb"}


def test_without_a_clone_there_is_no_mail(index: RouteIndex) -> None:
    assert Mailbox(folder=None, index=index).addresses("/words/<str:word>/") == []


def test_what_writes_to_the_owner_of_an_account() -> None:
    """A sign-up wants an address that nobody has yet."""
    assert asks_for_mail("/accounts/password_reset/ password_reset")
    assert not asks_for_mail("/accounts/signup/ signup")
