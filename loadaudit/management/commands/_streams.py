"""Where the commands write: Django's streams as they are underneath, or a file that appears only when complete."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO, cast

from django.core.management.base import OutputWrapper

from loadaudit.errors import UsageError


class PlainStream(io.TextIOBase):
    """A stream of Django's without what it adds to each write: a line end, and on standard error the red of errors.

    Writers of documents and the live progress line write parts of lines.
    """

    def __init__(self, wrapper: OutputWrapper) -> None:
        self._wrapper = wrapper

    def write(self, text: str) -> int:
        """Write the text alone."""
        self._wrapper.write(text, style_func=lambda line: line, ending="")
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._wrapper.flush()

    def isatty(self) -> bool:
        """Whether this is a terminal."""
        return self._wrapper.isatty()


def plain(wrapper: OutputWrapper) -> TextIO:
    """Return the stream to write parts of lines to."""
    return cast(TextIO, PlainStream(wrapper))


@contextmanager
def output(standard: OutputWrapper, path: str, *, private: bool = False) -> Iterator[TextIO]:
    """Yield standard output, or a file that appears only when it is complete; a link stays one.

    What exists and is no file, such as /dev/null or a named pipe, is written to: it must not be replaced by a file. A
    `private` file is for its owner alone.
    """
    if not path:
        yield plain(standard)
        return
    target = Path(os.path.realpath(path))
    if _is_special(target):
        try:
            with target.open("w", encoding="utf-8", newline="") as stream:
                yield stream
        except OSError as error:
            raise _cannot_write(target, error.strerror or str(error)) from error
        return
    unfinished = _partial(target)
    try:
        # Of the wider mode the umask takes off what the operator wants taken off.
        opener = partial(os.open, mode=0o600 if private else 0o666)
        with open(unfinished, "w", encoding="utf-8", newline="", opener=opener) as stream:
            yield stream
        unfinished.replace(target)
    except OSError as error:
        raise _cannot_write(target, error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check_writable(path: str) -> None:
    """Raise UsageError when a file could not be written there, before a run that would end with it."""
    target = Path(path)
    if target.is_dir():
        raise _cannot_write(target, "it is a folder")
    if _is_special(target):
        if not os.access(target, os.W_OK):
            raise _cannot_write(target, "it is not yours to write to")
        return
    if not target.parent.is_dir():
        raise _cannot_write(target, f"there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise _cannot_write(target, f"the folder {target.parent} is not yours to write to")


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _partial(target: Path) -> Path:
    return target.parent / f".{target.name}.{os.getpid()}.part"


def _cannot_write(target: Path, reason: str) -> UsageError:
    return UsageError(
        f"{target} cannot be written: {reason}.",
        hint="Choose a file in a folder that exists and that you may write to.",
    )
