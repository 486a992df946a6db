"""Paths become operations by the project's own resolver."""

import pytest
from django.utils.translation import get_language

from loadaudit.audit.addresses import Addresses


@pytest.mark.parametrize("language", ["en", "de"])
def test_path_of_any_language_is_found(language: str) -> None:
    """What i18n_patterns answer in another language than the active one is the same operation."""
    before = get_language()
    assert Addresses(()).operation_of("GET", f"/{language}/contact/?x=1") == "GET /<language>/contact/"
    assert get_language() == before


def test_unknown_path_is_named_as_it_is() -> None:
    """Without its query, which may hold secrets."""
    assert Addresses(()).operation_of("GET", "/nowhere/?token=1") == "GET /nowhere/"


@pytest.mark.parametrize(
    ("view", "kwargs", "path"),
    [
        ("/projects/<int:project_id>/", {"project_id": 7}, "/projects/7/"),
        ("POST /projects/<int:project_id>/", {"project_id": 7}, "/projects/7/"),
        ("/[<language>/]contact/", {}, "/contact/"),
        ("/projects/7/?a=b", {}, "/projects/7/?a=b"),
        ("/projects/7/?next=https://a.example/&q=<b>", {}, "/projects/7/?next=https://a.example/&q=<b>"),
    ],
)
def test_a_view_is_also_named_by_its_route_or_id(view: str, kwargs: dict[str, object], path: str) -> None:
    assert Addresses(()).address(view, kwargs) == path


@pytest.mark.parametrize(
    ("view", "said"), [("/projects/<int:project_id>/", "'project_id'"), ("http://a.example/x/", "path alone")]
)
def test_what_leads_to_no_address(view: str, said: str) -> None:
    with pytest.raises(LookupError, match=said):
        Addresses(()).address(view, {})
