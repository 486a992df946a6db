"""Keeps handlers of the project's logging that raise from ending what only wanted to note something."""

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def without_broken_handlers() -> Iterator[None]:
    """Let logging in this process raise nothing: urllib3 and Django log between any two steps of a command."""
    original = logging.Logger.callHandlers

    def called(logger: logging.Logger, record: logging.LogRecord) -> None:
        try:
            original(logger, record)
        except Exception:  # a handler, a formatter or a filter of the project's own
            return

    logging.Logger.callHandlers = called  # type: ignore[method-assign, assignment, unused-ignore]
    try:
        yield
    finally:
        logging.Logger.callHandlers = original  # type: ignore[method-assign, assignment, unused-ignore]
