"""A body whose files are read from disk while it is sent."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pycurl


class BodyStream:
    """Reads bytes and files one after the other, as libcurl asks for them."""

    def __init__(self, parts: Sequence[bytes | Path]) -> None:
        """Raises OSError when a file is not there."""
        self._parts = parts
        self.length = sum(len(one) if isinstance(one, bytes) else one.stat().st_size for one in parts)
        self._position = 0
        self._offset = 0
        self._file: BinaryIO | None = None

    def read(self, size: int) -> bytes:
        """Return at most so many of the next bytes; none at the end."""
        while self._position < len(self._parts):
            part = self._parts[self._position]
            chunk = part[self._offset : self._offset + size] if isinstance(part, bytes) else self._from(part, size)
            if chunk:
                self._offset += len(chunk)
                return chunk
            self.close()
            self._position, self._offset = self._position + 1, 0
        return b""

    def seek(self, offset: int, origin: int) -> int:
        """Begin again, which is all that libcurl asks for, when a kept connection turns out to be closed."""
        if offset or origin:
            return int(pycurl.SEEKFUNC_CANTSEEK)
        self.close()
        self._position = self._offset = 0
        return int(pycurl.SEEKFUNC_OK)

    def close(self) -> None:
        """Close the file that is being read."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _from(self, path: Path, size: int) -> bytes:
        if self._file is None:
            self._file = path.open("rb")
        return self._file.read(size)
