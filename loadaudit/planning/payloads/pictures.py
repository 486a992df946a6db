"""Pictures of any size: one colour, in a few hundred bytes."""

import struct
import zlib

from loadaudit.planning.payloads.files import KINDS

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = 2
_JPEG, _FRAME, _SCAN = b"\xff\xd8", b"\xff\xc0", b"\xff\xda"


def picture(width: int, height: int) -> bytes:
    """Return a PNG of so many pixels (PNG specification, 11.2 and 11.3)."""
    lines = (b"\x00" + b"\x33\x66\x99" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, _TRUE_COLOUR, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def photograph(width: int, height: int) -> bytes:
    """Return a JPEG of so many pixels, all of them grey (ITU-T T.81: B.2.2, F.1.2).

    Of the small one's code tables each word for "as before" and for "nothing else" is one bit, so that a block of 8 by
    8 pixels has two bits, which are zero; the last byte is filled with ones.
    """
    small = KINDS["jpeg"][1]
    frame, scan = small.index(_FRAME), small.index(_SCAN)
    first = scan + 2 + int.from_bytes(small[scan + 2 : scan + 4], "big")
    size = struct.pack(">HH", height, width)
    bits = 2 * -(-width // 8) * -(-height // 8)
    filled = (1 << -bits % 8) - 1
    data = bytes(bits // 8) + (bytes([filled]) if bits % 8 else b"")
    return small[: frame + 5] + size + small[frame + 9 : first] + data + small[-2:]


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or of a JPEG as they are made here; None of anything else."""
    frame = content.find(_FRAME) if content.startswith(_JPEG) else -1
    if frame > 0 and len(content) > frame + 9:
        height, width = struct.unpack(">HH", content[frame + 5 : frame + 9])
        return width, height
    if not content.startswith(_SIGNATURE) or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def like(content: bytes, width: int, height: int) -> bytes:
    """Return a picture of the same kind in another size."""
    return photograph(width, height) if content.startswith(_JPEG) else picture(width, height)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
