"""Where a failed import went wrong: the file and line that the project's author can open."""

import traceback

_MACHINERY = ("importlib", "django/urls/", "django/utils/", "loadaudit/inventory/")


def where_raised(error: BaseException) -> tuple[str, int]:
    """Return file and line of the deepest frame that is not import machinery; a SyntaxError names its own."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        file = frame.filename.replace("\\", "/")
        if not file.startswith("<") and not any(part in file for part in _MACHINERY):
            return frame.filename, frame.lineno or 0
    return ("", 0) if not frames else (frames[-1].filename, frames[-1].lineno or 0)
