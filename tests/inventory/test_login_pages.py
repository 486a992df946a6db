"""Where a project's login pages are, by its settings and by the names of its routes."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from loadaudit.inventory.urlconf.login_pages import login_addresses


def page(request: HttpRequest) -> HttpResponse:
    """Any page."""
    return HttpResponse()


def provider(request: HttpRequest) -> HttpResponse:
    """Lead to another site."""
    return HttpResponse()


provider.__module__ = "somebody.socialaccount.views"

_inner = (
    [
        path("sign-in/", page, name="signin"),
        path("login-as/<int:pk>/", page, name="login"),
        path("x/", page, name="login_history"),
    ],
    "people",
)
urlpatterns = [
    path("people/", include(_inner)),
    path("enter/", page, name="user_login"),
    path("teachers/", page, name="teacher_login"),
    path("elsewhere/", page, name="social_login"),
    path("somewhere/", provider, name="hub_login"),
    path("back/login/", page, name="staff-login-as"),
]


@pytest.fixture(autouse=True)
def _these_routes(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


def test_login_url_comes_first_with_and_without_its_last_slash(settings: Any) -> None:
    """APPEND_SLASH leads from one to the other, and redirects name the setting as it is."""
    settings.LOGIN_URL = "/people/sign-in"
    assert login_addresses()[:2] == ("/people/sign-in/", "/people/sign-in")
    settings.APPEND_SLASH = False
    assert login_addresses()[0] == "/people/sign-in"


def test_routes_that_are_called_like_a_login_page(settings: Any) -> None:
    """In whichever namespace, the root's first; none that wants a row or only has the word in its name."""
    settings.LOGIN_URL = "no-such-name"
    assert login_addresses() == ("/enter/", "/people/sign-in/", "/teachers/")
    assert login_addresses("people:signin") == ("/people/sign-in/", "/enter/", "/teachers/")
