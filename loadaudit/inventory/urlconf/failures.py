"""Where a failed import went wrong: the file and line that the project's author can open."""

import importlib
import traceback
from pathlib import Path

import django.urls
import django.utils

# Real folders: a project may itself lie below a folder called `importlib` or `django/urls`.
_MACHINERY = tuple(
    f"{Path(file).parent}/"
    for file in (importlib.__file__, django.urls.__file__, django.utils.__file__, str(Path(__file__).parent))
    if file
)
"""The standard library's importlib, Django's URLs and utilities, and loadaudit's inventory."""


def where_raised(error: BaseException) -> tuple[str, int]:
    """Return file and line of the deepest frame that is not import machinery, or `("", 0)` when all of them are.

    A SyntaxError names its own place. A module that does not exist is named where it is asked for.
    """
    if isinstance(error, SyntaxError) and error.filename and not error.filename.startswith("<"):
        return error.filename, error.lineno or 0
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(("<", *_MACHINERY)):
            return frame.filename, frame.lineno or 0
    return "", 0
