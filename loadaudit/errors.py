"""Errors that a user can act on: what was expected, what was found, and what to do next; those of others in words."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command, in the order of docs/architecture.md."""

    PASSED = 0
    THRESHOLD_FAILED = 1
    BAD_INPUT = 2
    UNSAFE = 3
    ABORTED = 4


class LoadauditError(Exception):
    """A failure with a message for the user, a hint that says what to do, and an exit code."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(LoadauditError):
    """The command line, the configuration or an input file is wrong."""


class UnsafeError(LoadauditError):
    """The run could harm something that it was not told it may touch."""

    exit_code = ExitCode.UNSAFE


class AbortedError(LoadauditError):
    """The run could not go on: server lost, login not proven, interrupted twice."""

    exit_code = ExitCode.ABORTED


RAISED = (Exception, SystemExit)
"""What code of the project may raise: all but what ends the command from without."""

UNREADABLE = "<the message cannot be read>"


def said_by(error: BaseException) -> str:
    """Return what an exception says; one of the project's own may raise another when it is asked."""
    try:
        return str(error)
    except RAISED:  # the project's own __str__
        return UNREADABLE


def named(error: BaseException) -> str:
    """Return an exception with its class, in one line where it says one; some have no text."""
    said = said_by(error).strip()
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
