"""A picture has the size that an answer or the code asks for."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.pictures import size_of
from loadaudit.planning.preflight.opened.layouts import pixels_behind
from loadaudit.planning.preflight.pictures_asked import with_picture
from loadaudit.records import BodyKind, Payload
from tests.analysis.factories import operation

SENT = Payload(kind=BodyKind.MULTIPART, uploads=(upload("picture png"),), origin="")


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("The picture has to be at least 200 x 100 pixels.", (200, 100)),
        ("The avatar has to be square and at least 64 pixels wide", (64, 64)),
        ("Minimum size is 300x200px and it must be square", (300, 300)),
        ("The ratio of width and height must be 16:9", (960, 540)),
        ("The image is too small", (640, 640)),
        ("The image shows nobody", None),
        ("At 10:00 the width of 0000x0000 is unknown", (640, 640)),
    ],
)
def test_a_sentence_tells_the_size(said: str, size: tuple[int, int] | None) -> None:
    made = with_picture(operation("POST /pictures/"), "/pictures/", SENT, said)
    assert (size_of(base64.b64decode(made.uploads[0].content)) if made is not None else None) == size


def _looks(request: Any, image: Any) -> None:
    width, height = image.size
    if width < 200 or height <= 120:
        raise ValueError


def test_code_tells_the_size() -> None:
    assert pixels_behind("source", _looks, "", "picture") == (200, 120)
    assert pixels_behind("source", upload, "", "picture") is None


def test_what_is_no_picture_stays() -> None:
    other = replace(SENT, uploads=(upload("table csv"),))
    assert with_picture(operation("POST /pictures/"), "/", other, "at least 200 x 100 pixels") is None
