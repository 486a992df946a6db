"""Keys that only a mail shows."""

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


def test_without_a_clone_there_is_no_mail(index: RouteIndex) -> None:
    assert Mailbox(folder=None, index=index).addresses("/words/<str:word>/") == []


def test_what_writes_to_the_owner_of_an_account() -> None:
    """A sign-up wants an address that nobody has yet."""
    assert asks_for_mail("/accounts/password_reset/ password_reset")
    assert not asks_for_mail("/accounts/signup/ signup")
