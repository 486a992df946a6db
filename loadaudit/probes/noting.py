"""Notes what a probe could not do in the project's log, whatever its handlers make of that."""

import logging
from contextlib import suppress

_log = logging.getLogger("loadaudit")


def note_failure(text: str, about: object) -> None:
    """Log the exception at hand, and raise nothing: handlers, formatters and filters are the project's own code."""
    with suppress(Exception):
        _log.exception(text, about)
