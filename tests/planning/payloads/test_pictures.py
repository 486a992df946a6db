"""Pictures have the size that they are asked for."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from loadaudit.planning.payloads.pictures import like, photograph, picture, size_of


@pytest.mark.parametrize(("make", "kind"), [(picture, "PNG"), (photograph, "JPEG")])
@pytest.mark.parametrize("size", [(300, 200), (1, 1), (641, 483)])
def test_a_picture_has_so_many_pixels(make: Callable[[int, int], bytes], kind: str, size: tuple[int, int]) -> None:
    made = make(*size)
    with Image.open(io.BytesIO(made)) as opened:
        opened.load()
        assert (opened.size, opened.format) == (size_of(made), kind) == (size, kind)
    assert size_of(like(made, 7, 8)) == (7, 8)
    assert size_of(b"GIF89a") is None
