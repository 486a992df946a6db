"""Whoever a trace shows behind a key may be a row that plays the user."""

import pytest
from django.contrib.auth import get_user_model

from loadaudit.planning.keys.bearers import is_key_of_user
from tests.planning.keys.models import PartnerToken


@pytest.mark.usefixtures("site")
def test_only_a_users_key_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the key of a row that plays the user, which may be the same number, nor one of another type."""
    user = get_user_model()._base_manager.create(email="ann@example.org")
    assert all(is_key_of_user(str(user.pk), one) for one in ("settings.KEY", "keys.PartnerToken"))
    assert not is_key_of_user("fe4245d6-15e8-45e5-ba3d-d5b85fc903f7", "settings.KEY")
    monkeypatch.setattr(PartnerToken, "is_authenticated", True, raising=False)
    assert not is_key_of_user(str(user.pk), "keys.PartnerToken")
