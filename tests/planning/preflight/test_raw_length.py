"""Raw bodies get the length that an error asks for."""

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.raw_length import of_length
from loadaudit.records import BodyKind, Payload


@pytest.mark.parametrize(
    ("said", "document"),
    [
        ("Part 1 must have 16 bytes, not 9.", "loadaudit loadau"),
        ("expected 3 bytes", "loa"),
        ("must be 9 bytes", None),
        ("It has 16 bytes.", None),
    ],
)
def test_a_body_of_so_many_bytes(said: str, document: str | None) -> None:
    """One that has them already is refused for something else, and JSON has a length that follows."""
    answer = Answer(status=422, text="", location="", trace=None, content_type="text/plain", content=said.encode())
    made = of_length(Payload(kind=BodyKind.OTHER, document="loadaudit"), answer)
    assert (made.document if made is not None else None) == document
    assert of_length(Payload(kind=BodyKind.JSON, document="{}"), answer) is None
