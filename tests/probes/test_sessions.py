"""How often a request loads and saves its session."""

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.test import override_settings

from tests.probes.conftest import Site


def test_a_login_loads_and_saves(site: Site, django_user_model: type[AbstractBaseUser]) -> None:
    """A request that only looks at its session loads it once; a login saves it."""
    django_user_model.objects.create_user(username="anna", password="a")  # type: ignore[attr-defined]
    came = site.trace_of_post("/accounts/login/", {"username": "anna", "password": "a"})
    assert (came.session_saves, came.session_changed) == (2, True), came
    looked = site.trace("/session/")
    assert (looked.session_loads, looked.session_saves) == (1, 0)
    with override_settings(SESSION_SAVE_EVERY_REQUEST=True):
        saved = site.trace("/session/")
    assert (saved.session_saves, saved.session_changed) == (1, False)


@pytest.mark.parametrize("path", ["/session-written/", "/session-awaited/"])
def test_a_session_that_begins_is_saved_once(site: Site, path: str) -> None:
    """Django makes its key by saving it within its own saving."""
    assert site.trace(path).session_saves == 1


def test_a_request_without_a_session_has_none(site: Site) -> None:
    """Nobody looked at it."""
    trace = site.trace("/nothing/")
    assert (trace.session_loads, trace.session_saves) == (0, 0)
