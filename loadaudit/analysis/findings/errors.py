"""Tells the 5xx answers that an operation answers for from those that the database caused."""

from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import ServerException

_DEADLOCK = ("deadlock detected", "Deadlock found when trying to get lock")
_LOCKED = ("database is locked", "database table is locked")
_SERIALIZATION = ("could not serialize access", "could not serialize")
_NO_CONNECTION = (
    "too many clients",
    "too many connections",
    "remaining connection slots are reserved",
    "couldn't get a connection after",
    "no more connections allowed",
    "query_wait_timeout",
    "QueuePool limit of size",
)
"""Of PostgreSQL, MySQL, psycopg's pool, PgBouncer and SQLAlchemy."""


def is_deadlock(exception: ServerException | None) -> bool:
    """Say whether PostgreSQL or MySQL ended a transaction because of a deadlock."""
    return exception is not None and any(text in exception.message for text in _DEADLOCK)


def is_database_locked(exception: ServerException | None) -> bool:
    """Say whether SQLite gave up waiting for its single writer."""
    return exception is not None and any(text in exception.message for text in _LOCKED)


def is_serialization_failure(exception: ServerException | None) -> bool:
    """Say whether the database gave up a transaction because of what others changed meanwhile."""
    return exception is not None and any(text in exception.message for text in _SERIALIZATION)


def is_without_connection(exception: ServerException | None) -> bool:
    """Say whether the database or its pool had no connection left."""
    return exception is not None and any(text in exception.message for text in _NO_CONNECTION)


def own_errors(tally: OperationTally) -> tuple[ErrorTally, ...]:
    """Return the operation's errors without those that the database caused, the most frequent first."""
    own = (error for error in tally.errors.values() if not any(says(error.exception) for says in _OF_THE_DATABASE))
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


_OF_THE_DATABASE = (is_deadlock, is_database_locked, is_serialization_failure, is_without_connection)
