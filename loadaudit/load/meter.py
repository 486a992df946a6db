"""Measures the body of a response while it streams by, and keeps no more of it than its beginning."""

import re
import zlib

from loadaudit.load import bodies
from loadaudit.load.csrf import FORM_FIELD

_CSRF_FIELD = FORM_FIELD.encode()
_CSRF_VALUE = re.compile(rb"[^<>]{0,40}?[A-Za-z0-9]{32,64}")
_CHANGING = b"0123456789 \t\r\n"
_REMEMBERED = 1000


class BodyMeter:
    """The body of one response after the other."""

    def __init__(self, *, keep_all: bool = False) -> None:
        self._keep_all = keep_all
        self._parts: list[bytes] = []
        self._seen: dict[tuple[int, int, str], tuple[str, int]] = {}
        self.size = 0
        self._crc = 0

    def reset(self) -> None:
        """Begin a new body."""
        self._parts.clear()
        self.size = 0
        self._crc = 0

    def write(self, chunk: bytes) -> None:
        """Take the next part."""
        if self._keep_all or self.size < bodies.INSPECTED_BYTES:
            self._parts.append(chunk)
        self.size += len(chunk)
        self._crc = zlib.crc32(chunk, self._crc)

    def beginning(self) -> bytes:
        """Return the first bytes, as many as are looked at."""
        return self.kept()[: bodies.INSPECTED_BYTES]

    def kept(self) -> bytes:
        """Return the whole body with `keep_all`, else its beginning."""
        return b"".join(self._parts)

    def seen(self, content_type: str) -> tuple[str, int]:
        """Return what the body gives away, as of `bodies.mark_of`, and its fingerprint, as of `fingerprint`."""
        key = (self._crc, self.size, content_type)
        found = self._seen.get(key)
        if found is None:
            # Bounded, because a page with a token in it never repeats.
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            beginning = self.beginning()
            crc = self._crc
            if self.size <= bodies.INSPECTED_BYTES and bodies.is_text(content_type):
                crc = fingerprint(beginning)
            found = self._seen[key] = bodies.mark_of(content_type, beginning), crc
        return found


def fingerprint(text: bytes) -> int:
    """Return the CRC-32 of a text without its digits, white space and CSRF tokens.

    Numbers of rows, dates and times change from answer to answer of one page; its words do not.
    """
    if _CSRF_FIELD in text:
        first, *others = text.split(_CSRF_FIELD)
        text = first + b"".join(_CSRF_VALUE.sub(b"", one, count=1) for one in others)
    return zlib.crc32(text.translate(None, _CHANGING))
