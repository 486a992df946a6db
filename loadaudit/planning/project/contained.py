"""Keeps what raises where code of the project is called from ending more than what it was called for."""

import os
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from loadaudit.errors import RAISED, LoadauditError, named
from loadaudit.planning.project.bounded import is_own
from loadaudit.planning.project.registry import short
from loadaudit.runfile.database_messages import without_values

T = TypeVar("T")

_OURS = str(Path(__file__).parents[2]) + "/"
_PYTHON = (sysconfig.get_path("stdlib") + "/", "<")


def contained(made: Callable[[], T], otherwise: T, what: str, notes: list[str]) -> T:
    """Return what is made, or the other where that raises, of which a note then says where and why.

    `what` begins the note. Errors for the user go on to them.
    """
    try:
        return made()
    except LoadauditError:
        raise
    except RAISED as error:
        if (note := f"{what}: {blamed(error)}.") not in notes:
            notes.append(note)
        return otherwise


@contextmanager
def folder_kept() -> Iterator[None]:
    """Go back to the working folder at the end: code of the project may change it, and paths of a run begin there."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)


def blamed(error: BaseException) -> str:
    """Say whose code has raised an exception, what and where, without values of rows.

    That of the project is to blame where any of it was at work, and else that of an installed package.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if is_own(one.filename)]
    installed = [
        one for one in frames if not one.filename.startswith((_OURS, *_PYTHON)) and not _is_django(one.filename)
    ]
    said = without_values(" ".join(named(error).split()))
    for whose, places in (("the project's code", own), ("an installed package", installed)):
        if places:
            return f"{whose} raised {said} ({short(places[-1].filename)}:{places[-1].lineno})"
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "no line of it"
    return f"loadaudit itself broke at it, which is a defect to report: {said} ({where})"


def _is_django(filename: str) -> bool:
    return "/site-packages/django/" in filename or "/dist-packages/django/" in filename
