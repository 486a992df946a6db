"""Values as the project's own path converters write them."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import converters

from loadaudit.planning.converted import converted
from loadaudit.records import Parameter
from tests.demo.catalog.models import Category


class InHex:
    """Writes keys in base 16, with as many digits."""

    regex = "x[0-9a-f]{4}"

    def to_python(self, value: str) -> int:
        """Read it."""
        return int(value[1:], 16)

    def to_url(self, value: int) -> str:
        """Write it."""
        return f"x{value:04x}"


class Doubled:
    """Writes keys as numbers that are keys of others."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Read it."""
        if int(value) % 2:
            raise ValueError
        return int(value) // 2

    def to_url(self, value: int) -> str:
        """Write it."""
        return str(2 * value)


class OfCategories:
    """Reads and writes rows."""

    regex = "[A-Z]+"

    def to_python(self, value: str) -> Category:
        """Find it."""
        return Category.objects.get(code=value)

    def to_url(self, value: Category) -> str:
        """Write its code."""
        return value.code


_OWN = {"hex": InHex(), "doubled": Doubled(), "category": OfCategories()}


@pytest.mark.parametrize(
    ("converter", "value", "written"),
    [
        ("hex", 255, "x00ff"),
        ("hex", "x00fe", "x00fe"),
        ("hex", None, None),
        ("no", 1, 1),
        ("int", 7, 7),
        ("doubled", 7, "14"),
        ("doubled", "14", "14"),
    ],
)
def test_values_are_written_by_the_projects_own_converters(
    monkeypatch: pytest.MonkeyPatch, converter: str, value: Any, written: Any
) -> None:
    """What is written so already, and what breaks a converter, stays as it is."""
    all_of_them = {**converters.get_converters(), **_OWN}
    monkeypatch.setattr(converters, "get_converters", lambda: all_of_them)
    pattern = getattr(all_of_them.get(converter), "regex", InHex.regex)
    one = Parameter(name="pk", converter=converter, pattern=pattern)
    assert converted([one], {"pk": value, "other": 1}) == {"pk": written, "other": 1}


@pytest.mark.django_db
def test_a_converter_may_write_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the row of which a value is known, if there is one."""
    monkeypatch.setattr(converters, "get_converters", lambda: _OWN)
    key = Category.objects.create(code="ODD").pk
    one = Parameter(name="pk", converter="category", pattern=OfCategories.regex, model="catalog.Category")
    one = replace(one, model_field="pk")
    assert converted([one], {"pk": key}) == {"pk": "ODD"}
    assert converted([one], {"pk": 10**6}) == {"pk": 10**6}
    assert converted([replace(one, model_field="none")], {"pk": key}) == {"pk": key}
