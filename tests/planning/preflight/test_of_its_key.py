"""A key goes to the rows that it has opened."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path

from loadaudit.planning.preflight.of_its_key import RowsOfKeys
from loadaudit.records import Identity, Parameter, PlannedPath
from loadaudit.records.plan import KEY_OF

urlpatterns = [
    path("<str:shop>/orders/", HttpResponse),
    path("<str:shop>/items/<int:pk>/", HttpResponse),
    path("<str:shop>/of/<str:city>/", HttpResponse),
    path("in/<str:city>/<str:shop>/", HttpResponse),
]


@pytest.mark.parametrize(
    ("role", "first"), [(f"{KEY_OF}Shop", "/mine/items/3/?page=1"), ("user", "/other/items/3/?page=1")]
)
def test_an_address_of_the_row_that_a_key_has_opened(settings: Any, role: str, first: str) -> None:
    """What an `id` or `pk` means differs from address to address; a login of its own opens more than one row."""
    settings.ROOT_URLCONF = __name__
    identity, opened = Identity(role=role), RowsOfKeys()
    opened.note(SimpleNamespace(identity=identity, path=PlannedPath(path="/mine/orders/", origin="")))  # type: ignore[arg-type]
    parameters = (Parameter(name="shop"), Parameter(name="pk"))
    paths = [PlannedPath(path=f"/{shop}/items/3/?page=1", origin="") for shop in ("other", "mine")]
    found = [each.path for each in opened.first(SimpleNamespace(parameters=parameters), identity, paths)]  # type: ignore[arg-type]
    assert found[0] == first
    assert len(found) == len({*found}) <= len(paths) + 1


def test_values_that_are_alike_go_where_they_belong(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    identity, opened = Identity(role=f"{KEY_OF}Shop"), RowsOfKeys()
    opened.note(SimpleNamespace(identity=identity, path=PlannedPath(path="/mine/of/rome/", origin="")))  # type: ignore[arg-type]
    operation: Any = SimpleNamespace(parameters=(Parameter(name="city"), Parameter(name="shop")))
    (first, *_) = opened.first(operation, identity, [PlannedPath(path="/in/a/a/", origin="")])
    assert first.path == "/in/rome/mine/"
