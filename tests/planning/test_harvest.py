"""Which hosts a project's own addresses are at."""

from __future__ import annotations

from typing import Any

from django.utils.functional import SimpleLazyObject

from loadaudit.planning.harvest import own_hosts


def test_settings_that_are_evaluated_late(settings: Any) -> None:
    """Packages keep their defaults in lazy objects, which pass for texts."""
    settings.SITE_ROOT_URL = SimpleLazyObject(lambda: "https://shop.example.com/")
    settings.LATE_NUMBER = SimpleLazyObject(lambda: 3)
    assert "shop.example.com" in own_hosts()
