"""Rows named by the address of their page."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from loadaudit.planning.naming import link_by_name
from loadaudit.planning.payloads.hyperlinks import _routes, address_of
from loadaudit.planning.payloads.values import value_of
from loadaudit.records import BodyField, Identity
from tests.planning.payloads.test_values import needs


def view(request: object, **values: object) -> HttpResponse:
    """Answer anything."""
    return HttpResponse()


urlpatterns = [
    path("groups/<int:pk>/", view, name="group-detail"),
    path("kinds/<int:content_type_pk>/rights/<int:pk>/", view, name="permission-detail"),
    path("api/", include(([path("users/<str:username>/", view, name="user-detail")], "api"))),
]


@pytest.mark.parametrize(
    ("model", "field", "value", "expected"),
    [
        ("auth.Group", "pk", 3, "/groups/3/"),
        ("auth.User", "username", "ann", "/api/users/ann/"),
        ("auth.Permission", "pk", 3, 3),
    ],
)
def test_a_row_is_named_by_its_address(model: str, field: str, value: object, expected: object) -> None:
    """In whatever namespace the route has the name, and by its key where there is no such route."""
    _routes.cache_clear()
    one = BodyField(name="owner", type="uri", model=model, model_field=field)
    with override_settings(ROOT_URLCONF=__name__):
        assert value_of(one, needs(rows=lambda model, name: [value])) == expected
    _routes.cache_clear()
    assert address_of("no.Model", "pk", 1) == ""


@pytest.mark.django_db
def test_a_key_that_is_called_as_a_model_names_one_of_its_rows() -> None:
    """Nothing else than its name tells, and where there is no row there is nothing to name."""
    _routes.cache_clear()
    with override_settings(ROOT_URLCONF=__name__):
        assert link_by_name("group", "shop.views.F", Identity(role="anonymous")) == ""
        row = Group.objects.create(name="a")
        assert link_by_name("group", "shop.views.F", Identity(role="anonymous")) == f"/groups/{row.pk}/"
    _routes.cache_clear()


@pytest.mark.django_db
def test_an_address_below_a_row_has_the_key_of_that_too() -> None:
    """As routes of nested routers have."""
    _routes.cache_clear()
    right = Permission.objects.select_related("content_type").first()
    assert right is not None
    with override_settings(ROOT_URLCONF=__name__):
        found = address_of("auth.Permission", "pk", right.pk)
    assert found == f"/kinds/{right.content_type.pk}/rights/{right.pk}/"
    _routes.cache_clear()
