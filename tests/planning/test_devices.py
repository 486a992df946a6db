"""Second factors of users that the run has made."""

from typing import Any

import pytest

from loadaudit.planning import devices
from loadaudit.planning.devices import asks_for_devices, give_device


class Manager:
    """Notes what is made."""

    def __init__(self, *, raises: bool = False) -> None:
        self.made: list[dict[str, Any]] = []
        self.raises = raises

    def create(self, **values: Any) -> None:
        """Make a row, or fail as a model of the project may."""
        if self.raises:
            raise RuntimeError
        self.made.append(values)


def model(manager: Manager) -> Any:
    """Return a model of devices."""
    return type("Device", (), {"_default_manager": manager, "_meta": None})


def test_there_is_none_without_django_otp() -> None:
    assert not asks_for_devices()
    assert list(devices._devices()) == []


@pytest.mark.django_db
def test_the_first_kind_that_can_be_made_is_given(monkeypatch: pytest.MonkeyPatch, django_user_model: Any) -> None:
    """It counts as set up."""
    user = django_user_model.objects.create(username="one")
    broken, whole, rest = Manager(raises=True), Manager(), Manager()
    monkeypatch.setattr(devices, "_devices", lambda: map(model, (broken, whole, rest)))
    monkeypatch.setattr("django.db.router.db_for_write", lambda kind: "default")
    assert give_device(str(user.pk))
    assert [one["user"] for one in whole.made] == [user]
    assert (whole.made[0]["confirmed"], rest.made) == (True, [])
    assert not give_device("0")
