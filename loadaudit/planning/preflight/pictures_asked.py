"""Pictures of the size that an answer, or the code which looks at them, asks for."""

import base64
import re
from dataclasses import replace

from loadaudit.planning.payloads.pictures import like, size_of
from loadaudit.planning.preflight.opened.layouts import least_pixels
from loadaudit.records import Operation, Payload, Upload

_BY = re.compile(r"(?<![\w.])([1-9]\d{1,3}) ?(?:px|pixels?)? ?(?:x|×|\*|by) ?([1-9]\d{1,3})(?!\d)", re.IGNORECASE)
_ONE_SIDE = re.compile(r"(?<![\w.])([1-9]\d{1,3}) ?(?:px|pixels?)\b", re.IGNORECASE)
_ABOUT_THE_SIZE = re.compile(
    r"\b(?:width|height|wide|high|tall|small|large|square|ratio|dimensions?|pixels?|resolution)\b", re.I
)
_SQUARE = re.compile(r"\bsquare\b|\b1:1\b", re.IGNORECASE)
_RATIO = re.compile(r"\b([1-9]|1\d|2[01]):([1-9]|1\d|2[01])\b")
"""As 16:9 and 21:9; an hour has more minutes, or none."""

_USUAL = (640, 640)
_LARGEST = 4000


def with_picture(operation: Operation, path: str, payload: Payload, said: str) -> Payload | None:
    """Return a body with a picture of the size that is asked for, where one of another size was sent; else None."""
    uploads = tuple(_with(operation, path, one, said) for one in payload.uploads)
    return replace(payload, uploads=uploads) if uploads != payload.uploads else None


def _with(operation: Operation, path: str, upload: Upload, said: str) -> Upload:
    content = base64.b64decode(upload.content) if upload.content and not upload.path else b""
    before = size_of(content)
    if before is None:
        return upload
    size = _size_in(said) or least_pixels(operation, path, upload.field)
    if size is None:
        size = _USUAL if before == (1, 1) and _ABOUT_THE_SIZE.search(said) else before
    made = like(content, *(min(one, _LARGEST) for one in size)) if size != before else b""
    return replace(upload, content=base64.b64encode(made).decode()) if made else upload


def _size_in(said: str) -> tuple[int, int] | None:
    """Return width and height that a sentence names; of one side alone both."""
    both, one = _BY.search(said), _ONE_SIDE.search(said)
    if both is not None:
        width, height = int(both[1]), int(both[2])
        return (max(width, height),) * 2 if _SQUARE.search(said) else (width, height)
    if one is not None and _ABOUT_THE_SIZE.search(said):
        return (int(one[1]),) * 2
    ratio = _RATIO.search(said)
    return (60 * int(ratio[1]), 60 * int(ratio[2])) if ratio is not None and _ABOUT_THE_SIZE.search(said) else None
