"""LA505: SQLite's single writer was busy for so long that others gave up."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import is_database_locked
from loadaudit.records import Finding, Severity

CODE = "LA505"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding about the database; it names no operation, because whoever waited is not to blame."""
    count, operations = 0, 0
    samples: list[int] = []
    for tally in facts.tallies.values():
        errors = [error for error in tally.errors.values() if is_database_locked(error.exception)]
        operations += bool(errors)
        count += sum(error.count for error in errors)
        samples += [number for error in errors for number in error.examples]
    if count:
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=(),
            values={"count": count, "requests": facts.requests, "met": operations},
            samples=tuple(samples[:3]),
        )
