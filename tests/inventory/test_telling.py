"""What is left of routes and names where facts depend on nothing else of them."""

import pytest

from loadaudit.inventory.categories import Subject, category_of
from loadaudit.inventory.parameters.naming import guess
from loadaudit.inventory.telling import telling


@pytest.mark.parametrize(
    ("route", "name", "expected"),
    [
        ("/shop/groups/<int:pk>/edit/", "edit-group", ("/groups/<int:pk>/edit/", "")),
        ("/a/v2/API/b/<x>/c/d/<y>/e/f", "", ("/v2/API/b/<x>/d/<y>/f", "")),
        ("/groups//<pk>/", "", ("/groups//<pk>/", "")),
        ("/a/groups/[x/]report-<name>/<1>/", "", ("/groups/[x/]report-<name>/<1>/", "")),
        ("/shop/groups/<int:pk>/edit/", "group-delete", ("/shop/groups/<int:pk>/edit/", "group-delete")),
        ("/shop/export/", "shop", ("/shop/export/", "shop")),
    ],
)
def test_parameters_what_may_name_a_model_and_versions_are_left(
    route: str, name: str, expected: tuple[str, str]
) -> None:
    """What has a word for a rule stays as it is; what is left makes the same category and suggests the same model."""
    assert telling(route, name) == expected

    def facts(route: str, name: str) -> object:
        subject = Subject(method="GET", route=route, name=name, view="shop.views.page", is_admin=False, is_api=False)
        return category_of(subject), guess("pk", "int", "[0-9]+", route, "auth")

    assert facts(*expected) == facts(route, name)
