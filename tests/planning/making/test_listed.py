"""Rows whose key stands in a list of the settings."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.making import listed
from loadaudit.planning.making.listed import rows_of_lists
from loadaudit.records import Parameter
from tests.analysis.factories import operation
from tests.demo.catalog.models import Material

pytestmark = pytest.mark.django_db

_SELECT = 'SELECT "catalog_material"."id" FROM "catalog_material" WHERE ('


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ('"catalog_material"."code" IN (%s, %s) AND "catalog_material"."code" = %s)', ["en"]),
        ('NOT ("catalog_material"."code" IN (%s)) AND "catalog_material"."code" = %s)', []),
        ('"catalog_material"."code" = %s)', []),
    ],
)
def test_a_row_of_a_list(where: str, keys: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A view that takes only what the settings list gets one of these; what it shuts out tells nothing."""
    settings.LANGUAGES, settings.LANGUAGE_CODE = [("af", "Afrikaans"), ("en", "English")], "en-us"
    monkeypatch.setattr(listed, "names_in_code_at", lambda path, models: frozenset({"LANGUAGES", "settings"}))
    one = operation(
        "GET /x/<code>/", parameters=(Parameter(name="code", model="catalog.Material", model_field="code"),)
    )
    best: Any = SimpleNamespace(
        path=SimpleNamespace(path="/x/a/"), trace=SimpleNamespace(statements=(SimpleNamespace(sql=_SELECT + where),))
    )
    assert list(rows_of_lists(one, best)) == [(Material, {"code": key}) for key in keys]
