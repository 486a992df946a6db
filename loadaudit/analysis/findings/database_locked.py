"""LA505: SQLite's single writer was busy, so that others waited for it or gave up."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import is_database_locked
from loadaudit.analysis.fingerprints import can_wait_for_a_lock
from loadaudit.analysis.statistics import median
from loadaudit.analysis.tallies import EXAMPLES
from loadaudit.records import Finding, Severity

CODE = "LA505"

WAIT_NS = 250_000_000
_MINIMUM = 3


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding about the database; it names no operation, because whoever waited is not to blame.

    Waiting alone is info: writes that begin a transaction, or change rows, and took 250 ms or more.
    """
    count, operations = 0, 0
    samples: list[int] = []
    for tally in facts.tallies.values():
        errors = [error for error in tally.errors.values() if is_database_locked(error.exception)]
        operations += bool(errors)
        count += sum(error.count for error in errors)
        samples += [number for error in errors for number in error.examples]
    waits = _waits(facts) if facts.sqlite else []
    if not count and len(waits) < _MINIMUM:
        return
    yield Finding(
        code=CODE,
        severity=Severity.WARNING if count else Severity.INFO,
        operations=(),
        values={
            "kind": "locked" if count else "waits",
            "count": count,
            "requests": facts.requests,
            "met": operations,
            "waits": len(waits),
            "median_ns": median([time_ns for time_ns, _ in waits]) or 0,
            "max_ns": max(waits, default=(0, 0))[0],
        },
        samples=tuple(samples or [number for _, number in sorted(waits, reverse=True)])[:EXAMPLES],
    )


def _waits(facts: RunFacts) -> list[tuple[int, int]]:
    """Return how long each request waited for the writer at most, with its number."""
    found = []
    for tally in facts.tallies.values():
        longest: dict[int, int] = {}
        for statement in tally.statements.values():
            if can_wait_for_a_lock(statement.sql):
                for index, time_ns in zip(statement.request_indexes, statement.max_ns, strict=True):
                    longest[index] = max(longest.get(index, 0), time_ns)
        found += [(time_ns, tally.served_numbers[index]) for index, time_ns in longest.items() if time_ns >= WAIT_NS]
    return found
