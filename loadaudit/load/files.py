"""Files of a template whose texts are changed: as text, or inside of an archive, whose sums are made anew."""

import io
import zipfile
from collections.abc import Callable

_ARCHIVE = b"PK\x03\x04"


def rewritten(content: bytes, change: Callable[[str], str]) -> bytes:
    """Return a file with its texts changed, those of files in an archive included."""
    if content.startswith(_ARCHIVE):
        return _rewritten_archive(content, change)
    try:
        return change(content.decode()).encode()
    except UnicodeDecodeError:
        # Each byte as a character and back again, whatever the encoding.
        return change(content.decode("latin-1")).encode("latin-1")


def _rewritten_archive(content: bytes, change: Callable[[str], str]) -> bytes:
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
            for one in before.infolist():
                after.writestr(one, rewritten(before.read(one), change))
    except Exception:  # broken, of which each packing has errors of its own, or encrypted: what the project gave
        return content
    return buffer.getvalue()
