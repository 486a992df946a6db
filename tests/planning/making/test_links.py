"""Links with a key are asked of the project's own functions, as far as rows are all that these want."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.core import signing
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.making.links import LinkMaker
from loadaudit.records import Identity
from tests.analysis.factories import operation
from tests.demo.accounts.models import User

pytestmark = pytest.mark.django_db


def confirm(request: HttpRequest) -> HttpResponse:
    """Take what was signed."""
    return HttpResponse(signing.loads(request.GET["key"]))


def confirm_url(user: User) -> str:
    """Return the link of a mail."""
    return f"https://example.com{reverse('confirm')}?key={signing.dumps(user.pk)}"


def leave_context(account: "models.Model", times: int) -> dict[str, str]:
    """Want more than rows."""
    return {"link": reverse("leave") + f"?key={account.pk * times}"}


def broken_url(user: User) -> str:
    """Fail for every row."""
    raise ValueError(reverse("broken"))


urlpatterns = [path("confirm/", confirm, name="confirm"), path("leave/", confirm, name="leave")]
urlpatterns += [path("broken/", confirm, name="broken"), path("<path:page>", confirm)]


@pytest.fixture
def maker(settings: Any) -> LinkMaker:
    """A maker on the routes of this module."""
    settings.ROOT_URLCONF = __name__
    return LinkMaker(fence=nullcontext, index=RouteIndex.from_urlconf(None))


def links(maker: LinkMaker, name: str) -> list[str]:
    """Return the links to a page as a user."""
    user = User.objects.create(username="u")
    identity = Identity(role="user", username="u", user_id=str(user.pk))
    page = operation(f"GET /{name}/", name=name, view=f"{__name__}.confirm")
    return [one.path for one in maker.links_to(page, identity)]


def test_a_link_that_a_function_signs(monkeypatch: pytest.MonkeyPatch, maker: LinkMaker) -> None:
    """It is called with the identity's own row. A signature of the next second would be another link."""
    monkeypatch.setattr("django.core.signing.TimestampSigner.timestamp", lambda self: "1")
    (link,) = links(maker, "confirm")
    assert signing.loads(link.removeprefix("/confirm/?key=")) == User.objects.get().pk


@pytest.mark.parametrize("name", ["leave", "broken", "nowhere"])
def test_no_link(maker: LinkMaker, name: str) -> None:
    """What wants more than rows, what fails, and a page that no code names."""
    assert links(maker, name) == []


def test_the_address_that_a_row_tells_of_itself(monkeypatch: pytest.MonkeyPatch, maker: LinkMaker) -> None:
    """However it is put together: no code names the URL of a page that stands in a site's own tree."""
    user = User.objects.create(username="u")
    monkeypatch.setattr(User, "get_absolute_url", lambda self: f"/pages/{self.username}/", raising=False)
    page = operation("GET /<path:page>", name="", catch_all=True, view="tests.demo.accounts.views.page")
    found = maker.links_to(page, Identity(role="user", username="u", user_id=str(user.pk)))
    assert [one.path for one in found] == ["/pages/u/"]


def test_each_row_is_asked_once_for_all_pages_until_rows_may_have_come(
    monkeypatch: pytest.MonkeyPatch, maker: LinkMaker
) -> None:
    """Methods that tell of their own page may mean any route; a large project has hundreds that want a link."""
    asked: list[str] = []
    user = User.objects.create(username="u")
    monkeypatch.setattr(User, "get_absolute_url", lambda self: asked.append(self.username), raising=False)
    page = operation("GET /<path:page>", name="", catch_all=True, view="tests.demo.accounts.views.page")
    somebody = Identity(role="user", username="u", user_id=str(user.pk))
    maker.links_to(page, somebody)
    once = list(asked)
    maker.links_to(page, somebody)
    assert asked == once != []
    maker.look_again()
    maker.links_to(page, somebody)
    assert asked == once * 2


def test_a_view_of_django_itself_has_no_links(maker: LinkMaker) -> None:
    """Its package has the class of which all models are made."""
    page = operation("GET /leave/", name="nowhere-at-all", view="django.contrib.auth.views.LoginView")
    assert list(maker.links_to(page, Identity(role="user", username="u", user_id="1"))) == []
