"""Tells the 5xx answers that an operation answers for from those that the database caused."""

from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import ServerException

_DEADLOCK = ("deadlock detected", "Deadlock found when trying to get lock")
_LOCKED = ("database is locked", "database table is locked")


def is_deadlock(exception: ServerException | None) -> bool:
    """Say whether PostgreSQL or MySQL ended a transaction because of a deadlock."""
    return exception is not None and any(text in exception.message for text in _DEADLOCK)


def is_database_locked(exception: ServerException | None) -> bool:
    """Say whether SQLite gave up waiting for its single writer."""
    return exception is not None and any(text in exception.message for text in _LOCKED)


def own_errors(tally: OperationTally) -> tuple[ErrorTally, ...]:
    """Return the operation's errors without deadlocks and locked databases, the most frequent first."""
    own = (
        error
        for error in tally.errors.values()
        if not is_deadlock(error.exception) and not is_database_locked(error.exception)
    )
    return tuple(sorted(own, key=lambda error: -error.count))


def error_values(error: ErrorTally) -> dict[str, str | int | float]:
    """Return what identifies the error; empty texts when the server raised none."""
    exception = error.exception
    return {
        "type": exception.type if exception else "",
        "message": exception.message if exception else "",
        "fingerprint": exception.fingerprint if exception else "",
        "errors": error.count,
    }
