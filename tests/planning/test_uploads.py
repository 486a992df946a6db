"""Addresses of the files that rows name."""

from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import FileSystemStorage
from django.db import models

from loadaudit.planning import uploads


class _Rows:
    """Rows of a model with a file, the newest first."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def exclude(self, **_: Any) -> "_Rows":
        """Leave out what has no file; there is none here."""
        return self

    def order_by(self, _: str) -> "_Rows":
        """Have them in order already."""
        return self

    def values_list(self, _: str, *, flat: bool) -> list[str]:
        """Return the names."""
        assert flat
        return self._names


@pytest.mark.parametrize(
    ("base", "expected"),
    [("/media/", ["/media/a.png", "/media/b.png"]), ("https://files.example.com/", [])],
)
def test_the_newest_files_of_this_host(base: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are not asked."""
    field: Any = models.FileField(storage=FileSystemStorage(base_url=base))
    field.name = "picture"

    class Model:
        """What is asked of a model."""

        _meta = type("Meta", (), {"concrete_fields": [models.CharField(), field]})
        _base_manager = _Rows(["a.png", "b.png", "c.png"])

    monkeypatch.setattr(apps, "get_models", lambda: [Model])
    assert list(uploads.addresses_of_files()) == expected
