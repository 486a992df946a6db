"""Headers that a middleware asks of every request."""

from __future__ import annotations

from typing import Any

import pytest

from loadaudit.planning.asked_of_all import headers_of_middleware, lines_for
from loadaudit.planning.identities import ANONYMOUS
from tests.demo.projects.models import Project

HERE = f"{__name__}."


class OfOneProject:
    """Wants to know the project."""

    def __call__(self, request: Any) -> Any:
        """Look it up."""
        wanted = request.headers.get("X-Project")
        return Project.objects.filter(name=wanted, is_archived=False).first()


def of_a_partner(get_response: Any) -> Any:
    """Want a key, as a middleware that is a function does."""

    def answer(request: Any) -> Any:
        return request.META.get("HTTP_X_PARTNER_KEY"), request.headers.get("Accept-Language"), settings_of().PARTNER_KEY

    return answer


def settings_of() -> Any:
    """Return the settings, as a module imports them."""
    return None


@pytest.mark.django_db
def test_what_middleware_asks_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of the column that the header is compared with, and of the setting; HTTP's own headers are none."""
    settings.MIDDLEWARE = [
        "django.middleware.common.CommonMiddleware",
        f"{HERE}OfOneProject",
        f"{HERE}of_a_partner",
        "no.such.Middleware",
    ]
    settings.PARTNER_KEY = "k1"
    asked = headers_of_middleware()
    assert list(asked) == ["X-Project", "X-Partner-Key"]
    monkeypatch.setattr("loadaudit.planning.asked_of_all.rows_for", lambda *_, **__: lambda *_: ["a", "b"])
    assert list(lines_for(asked, ANONYMOUS, None)) == [
        ("X-Project: a",),
        ("X-Project: b",),
        ("X-Partner-Key: k1",),
        ("X-Project: a", "X-Partner-Key: k1"),
        ("X-Project: b", "X-Partner-Key: k1"),
    ]
