"""Pictures have the size that they are asked for."""

import io

from PIL import Image

from loadaudit.planning.payloads.pictures import picture, size_of


def test_a_picture_has_so_many_pixels() -> None:
    made = picture(300, 200)
    with Image.open(io.BytesIO(made)) as opened:
        opened.load()
        assert opened.size == size_of(made) == (300, 200)
    assert size_of(b"GIF89a") is None
