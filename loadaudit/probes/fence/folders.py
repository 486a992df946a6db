"""Keeps the folder that the project stands in: rows of the run may name it, and be deleted with what they name."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


class FolderKeptError(PermissionError):
    """The deletion of a folder that the fence refused."""


def check_deletion(path: Any, note: Callable[[str], None]) -> None:
    """Raise FolderKeptError when a folder that is to be deleted with all in it has the project's own code in it.

    A column that is empty, or `.`, means the folder that the server was started in.
    """
    try:
        folder = Path(os.fsdecode(path)).resolve()
        kept = next((one for one in _kept() if one == folder or folder in one.parents), None)
    except (OSError, TypeError, ValueError):
        return
    if kept is not None:
        note("refused to delete its own folder")
        text = "loadaudit kept the folder of the project, which was to be deleted: a row names it, or names none"
        raise FolderKeptError(errno.EPERM, text)


def _kept() -> list[Path]:
    """Return where this process works and where the project's settings stand."""
    module = sys.modules.get(os.environ.get("DJANGO_SETTINGS_MODULE", ""))
    file = getattr(module, "__file__", None)
    return [Path.cwd(), *([Path(file).resolve().parent] if file else [])]
