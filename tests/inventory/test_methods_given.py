"""Methods of one view behind several routes, by what each route hands to it."""

from collections.abc import Mapping
from contextlib import nullcontext

import pytest
from django.test import Client, override_settings

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.methods.own_settings import own_setting
from tests.inventory.urls_given import app_settings

URLCONF = "tests.inventory.urls_given"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def listed() -> Mapping[str, str]:
    """Return the methods that the inventory lists, by route."""
    found: dict[str, list[str]] = {}
    for one in build_inventory(Config(), urlconf=URLCONF).operations:
        found.setdefault(one.route, []).append(one.method)
    return {route: " ".join(methods) for route, methods in found.items()}


@pytest.mark.parametrize(
    ("route", "methods"),
    [
        ("/rows/", "GET POST"),
        ("/rows/<int:pk>/", "GET PUT DELETE"),
        ("/either/[<pk>/]", "GET POST PUT DELETE"),
        ("/open/", "GET POST"),
        ("/open/<int:pk>/", "GET DELETE"),
        ("/read/", "GET PUT"),
        ("/write/", "POST"),
        ("/partial/", "POST"),
        ("/partial/outer/", "GET PUT"),
        ("/partial/routed/", "POST"),
        ("/both/", "GET POST"),
        ("/answers/<str:serial>/", "POST"),
        ("/answers/<str:serial>/<str:data>/", "GET"),
        ("/collection/", "GET POST"),
        ("/collection/<int:pk>/", "GET"),
        ("/clearable/", "GET POST DELETE"),
        ("/switched/", "POST PUT"),
        ("/own-setting/", "GET"),
        ("/resource/", "GET POST"),
        ("/resource/<int:pk>/", "GET PUT"),
        ("/groups/<1>/", "POST"),
        ("/groups/[x/]<1>/<2>/", "GET"),
        ("/groups/named/<mode>/", "POST"),
    ],
)
def test_a_route_lists_what_its_view_answers_there(listed: Mapping[str, str], route: str, methods: str) -> None:
    """Arguments that a route hands over, or leaves out, rule out branches of the view."""
    assert listed[route] == methods


@override_settings(ROOT_URLCONF=URLCONF)
@pytest.mark.parametrize(
    "route",
    [
        *("/rows/", "/rows/1/", "/answers/a/", "/answers/a/b/", "/collection/", "/switched/", "/own-setting/"),
        *("/resource/", "/resource/1/"),
    ],
)
def test_the_listed_methods_are_those_that_are_answered(listed: Mapping[str, str], route: str) -> None:
    """Each method that is listed is answered, and each other one gets 405."""
    pattern = route.replace("/1/", "/<int:pk>/").replace("/a/", "/<str:serial>/").replace("/b/", "/<str:data>/")
    client = Client(raise_request_exception=False)
    answered = [method for method in METHODS if client.generic(method, route).status_code != 405]
    assert " ".join(answered) == listed[pattern]


@pytest.mark.parametrize("is_set", [True, False])
def test_a_setting_behind_a_property_has_the_prefix_of_its_object(is_set: bool) -> None:
    """What is written beside its name counts where nobody has made it."""
    with override_settings(URLS_GIVEN_BY_LINK=True) if is_set else nullcontext():
        assert own_setting(app_settings, "BY_LINK") is is_set
