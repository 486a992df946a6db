"""Headers that a middleware asks of every request."""

from __future__ import annotations

from typing import Any

import pytest

from loadaudit.planning.asked_of_all import headers_of_middleware, lines_for
from loadaudit.planning.identities import ANONYMOUS

HERE = f"{__name__}."


class OfOneProject:
    """Wants to know the project."""

    def __call__(self, request: Any) -> Any:
        """Look it up by a model that is imported late."""
        from tests.demo.projects.models import Project

        wanted = request.headers.get("X-Project")
        return Project.objects.filter(name=wanted, status=request.headers.get("X-Secret")).first()


def of_a_partner(get_response: Any) -> Any:
    """Want a key, as a middleware that is a function does."""

    def answer(request: Any) -> Any:
        return request.META.get("HTTP_X_PARTNER_KEY"), request.headers.get("Accept-Language"), get_response.PARTNER_KEY

    return answer


@pytest.fixture(autouse=True)
def _rows(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {("projects.Project", "name"): ["a", "b"]}
    monkeypatch.setattr(
        "loadaudit.planning.asked_of_all.rows_for", lambda *_, **__: lambda *column: columns.get(column, [])
    )
    monkeypatch.setattr("loadaudit.planning.asked_of_all.value_by_name", lambda *_: None)


def test_what_middleware_asks_for(settings: Any) -> None:
    """Values of the column that the header is compared with, and of the setting; HTTP's own headers are none."""
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", f"{HERE}of_a_partner", "no.such.Middleware"]
    settings.PARTNER_KEY = "k1"
    asked = headers_of_middleware()
    assert list(asked) == ["X-Partner-Key"]
    assert list(lines_for(asked, ANONYMOUS, None)) == [("X-Partner-Key: k1",)]
    settings.MIDDLEWARE = [f"{HERE}OfOneProject", f"{HERE}of_a_partner"]
    asked = {name: functions for name, functions in headers_of_middleware().items() if name != "X-Secret"}
    assert list(lines_for(asked, ANONYMOUS, None)) == [
        ("X-Project: a",),
        ("X-Project: b",),
        ("X-Partner-Key: k1",),
        ("X-Project: a", "X-Partner-Key: k1"),
        ("X-Project: b", "X-Partner-Key: k1"),
    ]


def test_keys_that_a_row_tells_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a secret the table keeps a hash alone, so the row is given another by its own method."""
    settings.MIDDLEWARE = [f"{HERE}OfOneProject"]
    monkeypatch.setattr("loadaudit.planning.asked_of_all.keys_told", lambda model: {"project": "p", "secret": "s"})
    assert next(lines_for(headers_of_middleware(), ANONYMOUS, None)) == ("X-Project: p", "X-Secret: s")
