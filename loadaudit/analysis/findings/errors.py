"""Tells the 5xx answers that an operation answers for from those that the database caused."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import Lane, ServerException

_DEADLOCK = ("deadlock detected", "Deadlock found when trying to get lock")
_LOCKED = ("database is locked", "database table is locked")
_SERIALIZATION = ("could not serialize access", "could not serialize")
_DUPLICATE = ("duplicate key value violates unique constraint", "UNIQUE constraint failed", "Duplicate entry")
"""Of PostgreSQL, SQLite and MySQL."""
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


def is_duplicate(exception: ServerException | None) -> bool:
    """Say whether a unique constraint refused a row that exists already."""
    return exception is not None and any(text in exception.message for text in _DUPLICATE)


def is_serialization_failure(exception: ServerException | None) -> bool:
    """Say whether the database gave up a transaction because of what others changed meanwhile."""
    return exception is not None and any(text in exception.message for text in _SERIALIZATION)


def is_without_connection(exception: ServerException | None) -> bool:
    """Say whether the database or its pool had no connection left."""
    return exception is not None and any(text in exception.message for text in _NO_CONNECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsOfAKind:
    """What the operations of the inventory met of one kind of error."""

    counts: Counter[str]
    """By operation."""
    requests: int
    """Of these operations, failed or not."""
    message: str
    """Of the first; empty where there is none."""
    samples: tuple[int, ...]
    on_purpose: int = 0
    """Of those met, in requests that the run sent at the same moment behind its load."""

    @property
    def values(self) -> Mapping[str, str | int]:
        """How many of how many requests, in the words of findings."""
        found: dict[str, str | int] = {
            "count": self.counts.total(),
            "requests": self.requests,
            "message": self.message,
        }
        return {**found, "on_purpose": self.on_purpose} if self.on_purpose else found


def errors_of_a_kind(facts: RunFacts, kind: Callable[[ServerException | None], bool]) -> ErrorsOfAKind:
    """Return the errors of a kind in all operations."""
    counts: Counter[str] = Counter()
    samples: list[int] = []
    requests, on_purpose, message = 0, 0, ""
    for operation, _ in facts.known():
        met = False
        for tally, provoked in _tallies(facts, operation.id):
            errors = [error for error in tally.errors.values() if kind(error.exception)]
            if errors:
                met = True
                found = sum(error.count for error in errors)
                counts[operation.id] += found
                on_purpose += found if provoked else 0
                samples += [number for error in errors for number in error.examples]
                message = message or (errors[0].exception.message if errors[0].exception else "")
        if met:
            requests += sum(tally.requests for tally, _ in _tallies(facts, operation.id))
    return ErrorsOfAKind(
        counts=counts, requests=requests, message=message, samples=tuple(samples), on_purpose=on_purpose
    )


def _tallies(facts: RunFacts, operation_id: str) -> Iterator[tuple[OperationTally, bool]]:
    """Yield what the load sent of an operation, and what was sent at the same moment behind it, which is on purpose."""
    tally = facts.tallies[operation_id]
    if not tally.alone:
        yield tally, False
    for (lane, of), beside in facts.beside.items():
        if of == operation_id and lane is not Lane.WARM:
            yield beside, True
    if tally.alone and not any(of == operation_id for _, of in facts.beside):
        yield tally, False


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
