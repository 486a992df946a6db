"""Values as the project's own path converters write them."""

from typing import Any

import pytest
from django.urls import converters

from loadaudit.planning.converted import converted
from loadaudit.records import Parameter


class InHex:
    """Writes keys in base 16, with as many digits."""

    regex = "x[0-9a-f]{4}"

    def to_python(self, value: str) -> int:
        """Read it."""
        return int(value[1:], 16)

    def to_url(self, value: int) -> str:
        """Write it."""
        return f"x{value:04x}"


@pytest.mark.parametrize(
    ("converter", "value", "written"),
    [("hex", 255, "x00ff"), ("hex", "x00fe", "x00fe"), ("hex", None, None), ("no", 1, 1)],
)
def test_what_no_pattern_takes_is_written_by_its_converter(
    monkeypatch: pytest.MonkeyPatch, converter: str, value: Any, written: Any
) -> None:
    """What is written so already, and what breaks a converter, stays as it is."""
    monkeypatch.setattr(
        "loadaudit.planning.converted.get_converters", lambda: {**converters.get_converters(), "hex": InHex()}
    )
    one = Parameter(name="pk", converter=converter, pattern=InHex.regex)
    assert converted([one], {"pk": value, "other": 1}) == {"pk": written, "other": 1}
